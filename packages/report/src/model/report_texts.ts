/**
 * Every text of a report that comes from a log or a person, mapped: to shorten it, and to put
 * pseudonyms into it. Words of Mintmark's own stay as they are: ids, kinds, strengths, times,
 * hashes.
 */
import type * as model from './model.ts'

type Map = (text: string) => string

/** Longest text that a report holds, in characters: a log may hold subjects and names of megabytes. */
const MOST_TEXT = 4_000

/** A copy of the report with its texts mapped, and then shortened: a part of a name is no name. */
export function mapTexts(report: model.Report, replace: Map = (text) => text): model.Report {
  const map = (text: string) => shortened(replace(text))
  return {
    ...report,
    title: map(report.title),
    case: map(report.case),
    sections: report.sections.map((section) => sectionOf(section, map)),
    course: courseOf(report.course, map),
    lineage: lineageOf(report.lineage, map),
  }
}

const sectionOf = (section: model.Section, map: Map): model.Section => ({
  ...section,
  statements: section.statements.map((one) => statementOf(one, map)),
  figures: section.figures.map(
    (one): model.Figure => ({ ...one, evidence: mapped(one.evidence, map) }),
  ),
  tables: section.tables.map((one) => tableOf(one, map)),
})

const statementOf = (one: model.Statement, map: Map): model.Statement => ({
  ...one,
  text: map(one.text),
  evidence: mapped(one.evidence, map),
  ...(one.cannotMean !== undefined && { cannotMean: map(one.cannotMean) }),
  ...(one.settledBy !== undefined && { settledBy: map(one.settledBy) }),
})

const mapped = (
  [first, ...more]: model.NonEmpty<model.Evidence>,
  map: Map,
): model.NonEmpty<model.Evidence> => [
  sourceOf(first, map),
  ...more.map((one) => sourceOf(one, map)),
]

function sourceOf(source: model.Evidence, map: Map): model.Evidence {
  if (source.kind === 'input') return { ...source, path: map(source.path) }
  if (source.kind === 'export' && source.value !== undefined)
    return { ...source, value: map(source.value) }
  return source
}

const OWN: ReadonlySet<model.CellType> = new Set(['time', 'day', 'hash', 'strength'])

function tableOf(one: model.Table, map: Map): model.Table {
  const isText = one.columns.map(({ type }) => !OWN.has(type))
  const cellOf = (cell: model.Cell, i: number) =>
    typeof cell === 'string' && isText[i] === true ? map(cell) : cell
  return {
    ...one,
    rows: one.rows.map((row) => row.map(cellOf)),
    evidence: mapped(one.evidence, map),
  }
}

const courseOf = (course: model.Course, map: Map): model.Course => ({
  ...course,
  phases: course.phases.map((phase) => ({ ...phase, label: map(phase.label) })),
  bands: course.bands.map((band) => ({
    ...band,
    category: map(band.category),
    tenant: map(band.tenant),
  })),
})

const lineageOf = (lineage: model.Lineage, map: Map): model.Lineage => ({
  ...lineage,
  nodes: lineage.nodes.map((node) => ({ ...node, name: map(node.name) })),
})

function shortened(text: string): string {
  if (text.length <= MOST_TEXT) return text
  const isPairSplit = /[\ud800-\udbff]/.test(text[MOST_TEXT - 2] ?? '')
  return `${text.slice(0, MOST_TEXT - (isPairSplit ? 2 : 1))}…`
}
