/** A notice: what concerns one organisation or account. Names of others in it are replaced. */
import * as model from '../model/model.ts'
import { covered, glossarySection } from '../sections/appendices.ts'
import { lineageOf, lineageSection } from '../sections/lineage.ts'
import { scopeSection } from '../sections/scope.ts'
import { courseOf, timelineSection } from '../sections/timeline.ts'
import { unknownSection } from '../sections/unknowns.ts'
import type { NoticePart } from './part.ts'
import {
  noticeActions,
  noticeAnswer,
  noticeInputs,
  noticeMethod,
  noticeSummary,
} from './sections.ts'

const EXPORTS: ReadonlySet<string> = new Set(['accounts.csv', 'messages.csv', 'timeline.jsonl'])
const LEFT_OUT: ReadonlyMap<string, readonly string[]> = new Map([
  ['tokens', ['base_rate']],
  ['coverage', ['hours']],
  ['classes', ['organisations']],
])

/** @param cover `replace` removes what identifies others, and inserts the requested pseudonyms */
export function buildNotice(
  part: NoticePart,
  cover: model.Cover & Required<Pick<model.Cover, 'replace'>>,
): model.Report {
  const sections = closed(
    [
      noticeSummary(part),
      noticeAnswer(part),
      scopeSection(part),
      timelineSection(part),
      lineageSection(part, part.uses),
      unknownSection(part),
      noticeActions(part),
      noticeMethod(part),
      glossarySection(),
      noticeInputs(part),
    ].map(withoutOthersNumbers),
  )
  return covered(
    {
      title: `Notice to ${part.whom.name}`,
      case: '',
      recipient: part.whom.name,
      sections,
      course: courseOf(part),
      lineage: lineageOf(part, part.uses),
    },
    cover,
  )
}

const withoutOthersNumbers = (section: model.Section): model.Section => ({
  ...section,
  tables: section.tables.map(withoutColumns),
})

function withoutColumns(table: model.Table): model.Table {
  const off = LEFT_OUT.get(table.id)
  if (off === undefined) return table
  const shown = table.columns.flatMap(({ id }, at) => (off.includes(id) ? [] : [at]))
  const [first, ...more] = shown.flatMap((at) => table.columns[at] ?? [])
  if (first === undefined) return table
  return {
    ...table,
    columns: [first, ...more],
    rows: table.rows.map((row) => shown.map((at) => row[at] ?? null)),
  }
}

const WHAT_IT_HOLDS = 'docs/report-notices.md#What a notice holds'

function closed(sections: readonly model.Section[]): model.Section[] {
  const tables = new Set(sections.flatMap((section) => section.tables.map(({ id }) => id)))
  const findings = new Set(sections.flatMap((section) => section.statements.map(({ id }) => id)))
  const isHere = (one: model.Evidence): boolean => {
    if (one.kind === 'table') return tables.has(one.table)
    if (one.kind === 'finding') return findings.has(one.statement)
    return one.kind === 'export' ? EXPORTS.has(one.file) : one.kind === 'rule'
  }
  const rest = (evidence: readonly model.Evidence[]): model.NonEmpty<model.Evidence> => {
    const [first, ...more] = evidence.filter(isHere)
    return first === undefined ? [model.sourceOf(WHAT_IT_HOLDS)] : [first, ...more]
  }
  return sections.map((section) => ({
    ...section,
    statements: section.statements.map((one) => ({ ...one, evidence: rest(one.evidence) })),
    figures: section.figures.map((one) => ({ ...one, evidence: rest(one.evidence) })),
    tables: section.tables.map((one) => ({ ...one, evidence: rest(one.evidence) })),
  }))
}
