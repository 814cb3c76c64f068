import type { Answer, TokenUses } from '@mintmark/case'
import type { Cover, Report } from './model/model.ts'
import { answerSection } from './sections/answer.ts'
import { covered, glossarySection } from './sections/appendices.ts'
import { custodySection, keySection } from './sections/custody.ts'
import { huntSection } from './sections/hunts.ts'
import { lineageOf, lineageSection } from './sections/lineage.ts'
import { markSection, noteSection } from './sections/marks.ts'
import { scopeSection } from './sections/scope.ts'
import { actionSection, summarySection } from './sections/summary.ts'
import { courseOf, timelineSection } from './sections/timeline.ts'
import { inputSection, methodSection, unknownSection } from './sections/unknowns.ts'

interface ReportOptions extends Cover {
  readonly answer: Answer
  readonly uses: TokenUses
}

export function buildReport({ answer, uses, ...cover }: ReportOptions): Report {
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
    noteSection(answer),
    unknownSection(answer),
    actionSection(answer),
    methodSection(answer),
    glossarySection(),
    inputSection(answer),
  ]
  const ids = findings.flatMap(({ statements }) => statements.map(({ id }) => id))
  return covered(
    {
      title: titleOf(name),
      case: name,
      recipient: null,
      sections: [summarySection(answer, new Set(ids)), ...findings],
      course: courseOf(answer),
      lineage: lineageOf(answer, uses),
    },
    cover,
  )
}

/** The folder's own name: the same case elsewhere is the same case. */
function nameOf(location: string): string {
  if (/^\w+:\/\//.test(location)) return location
  return location.split(/[/\\]/).findLast((part) => part !== '') ?? location
}

/** Not "Case case": many a folder is named so. */
const titleOf = (name: string) => (/^case\b/i.test(name) ? `Case${name.slice(4)}` : `Case ${name}`)
