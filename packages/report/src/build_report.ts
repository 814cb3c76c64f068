/**
 * A case as a report.
 *
 * @module
 */
import type { Answer, TokenUses } from '@mintmark/case'
import { VERSION } from '@mintmark/core'
import { onPaper } from './exports/table_csv.ts'
import { type Prepared, REPORT_SCHEMA, type Redaction, type Report } from './model/model.ts'
import { mapTexts } from './report_texts.ts'
import { actionSection } from './sections/actions.ts'
import { answerSection } from './sections/answer.ts'
import { appendixSection } from './sections/appendices.ts'
import { custodySection, keySection } from './sections/custody.ts'
import { glossarySection } from './sections/glossary.ts'
import { huntSection } from './sections/hunts.ts'
import { lineageOf, lineageSection } from './sections/lineage.ts'
import { markSection } from './sections/marks.ts'
import { scopeSection } from './sections/scope.ts'
import { summarySection } from './sections/summary.ts'
import { courseOf, timelineSection } from './sections/timeline.ts'
import { inputSection, methodSection, unknownSection } from './sections/unknowns.ts'

/** Longest text that a report holds, in characters: a log may hold subjects and names of megabytes. */
const MOST_TEXT = 4_000

interface ReportOptions {
  /** What the case answers for the same selection. */
  readonly answer: Answer
  /** Tokens of the same selection. */
  readonly uses: TokenUses
  /** Default: `Case` and the name of the case. */
  readonly title?: string
  readonly prepared?: Prepared
  readonly classification?: string
  /** What `replace` replaces. */
  readonly redacted?: readonly Redaction[]
  /** Puts pseudonyms into a text; left out: none. */
  readonly replace?: (text: string) => string
}

/**
 * The report of a case, without the files beside it. Pure: no clock, no folder.
 */
export function buildReport(options: ReportOptions): Report {
  const { answer, uses, replace = (text) => text } = options
  return mapTexts(reportOf(answer, uses, options), (text) => replace(shortened(text)))
}

function reportOf(answer: Answer, uses: TokenUses, options: ReportOptions): Report {
  const name = nameOf(answer.case)
  const findings = [
    answerSection(answer),
    scopeSection(answer),
    timelineSection(answer),
    lineageSection(answer, uses),
    huntSection(answer),
    custodySection(answer),
    keySection(answer),
    markSection(answer),
    unknownSection(answer),
    actionSection(answer),
    methodSection(answer),
    glossarySection(),
    inputSection(answer),
  ]
  const ids = findings.flatMap(({ statements }) => statements.map(({ id }) => id))
  const sections = [summarySection(answer, new Set(ids)), ...findings]
  return {
    schema: REPORT_SCHEMA,
    title: options.title ?? titleOf(name),
    case: name,
    version: VERSION,
    redacted: options.redacted ?? [],
    prepared: options.prepared ?? { by: null, on: null },
    classification: options.classification ?? null,
    recipient: null,
    sections: [...sections, appendixSection(sections)].map(onPaper),
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
