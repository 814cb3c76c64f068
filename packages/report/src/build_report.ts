/**
 * A case as a report.
 *
 * @module
 */
import { type Answer, type Selected, type Session, type TokenUses, tokenUses } from '@mintmark/case'
import { VERSION } from '@mintmark/core'
import { REPORT_SCHEMA, type Redaction, type Report } from './model/model.ts'
import { mapTexts } from './report_texts.ts'
import { answerSection } from './sections/answer.ts'
import { custodySection, keySection } from './sections/custody.ts'
import { huntSection } from './sections/hunts.ts'
import { lineageOf, lineageSection, TOKENS_SHOWN } from './sections/lineage.ts'
import { markSection } from './sections/marks.ts'
import { scopeSection } from './sections/scope.ts'
import { courseOf, timelineSection } from './sections/timeline.ts'
import { inputSection, methodSection, unknownSection } from './sections/unknowns.ts'

/** Longest text that a report holds, in characters: a log may hold subjects and names of megabytes. */
const MOST_TEXT = 4_000

interface ReportOptions {
  /** What the case answers for the same selection. */
  readonly answer: Answer
  /** The selection, written down. */
  readonly selected: Selected
  /** Default: `Case` and the name of the case. */
  readonly title?: string
  /** What `replace` replaces. */
  readonly redacted?: readonly Redaction[]
  /** Puts pseudonyms into a text; left out: none. */
  readonly replace?: (text: string) => string
}

/**
 * The report of a case. It depends on the case and the options alone: no clock, no folder.
 *
 * @throws {MintmarkError} as `Session.command`
 */
export async function buildReport(session: Session, options: ReportOptions): Promise<Report> {
  const { answer, selected, redacted = [], replace = (text) => text } = options
  const uses = await tokenUses(session, selected, { limit: TOKENS_SHOWN })
  const report = reportOf(answer, uses, { title: options.title, redacted })
  return mapTexts(report, (text) => replace(shortened(text)))
}

/** Pure: the same answer gives the same report. */
function reportOf(
  answer: Answer,
  uses: TokenUses,
  {
    title,
    redacted,
  }: { readonly title: string | undefined; readonly redacted: readonly Redaction[] },
): Report {
  const name = nameOf(answer.case)
  return {
    schema: REPORT_SCHEMA,
    title: title ?? titleOf(name),
    case: name,
    version: VERSION,
    redacted,
    sections: [
      answerSection(answer),
      scopeSection(answer),
      timelineSection(answer),
      lineageSection(answer, uses),
      huntSection(answer),
      custodySection(answer),
      keySection(answer),
      unknownSection(answer),
      markSection(answer),
      methodSection(answer),
      inputSection(answer),
    ],
    course: courseOf(answer),
    lineage: lineageOf(answer, uses),
  }
}

/** The folder's own name: the same case elsewhere is the same case. */
function nameOf(location: string): string {
  if (/^\w+:\/\//.test(location)) return location
  return location.split(/[/\\]/).findLast((part) => part !== '') ?? location
}

/** Not "Case case": many a folder is named so. */
const titleOf = (name: string) => (/^case\b/i.test(name) ? `Case${name.slice(4)}` : `Case ${name}`)

function shortened(text: string): string {
  if (text.length <= MOST_TEXT) return text
  const isPairSplit = /[\ud800-\udbff]/.test(text[MOST_TEXT - 2] ?? '')
  return `${text.slice(0, MOST_TEXT - (isPairSplit ? 2 : 1))}…`
}
