/**
 * What stands beside the report: its files with their hashes, and the queries that it rests on.
 *
 * @module
 */
import { type Cell, type Report, type Section, type Table, table } from '../model/model.ts'
import { numbersOf } from '../model/numbering.ts'
import { byRule, column } from './wording.ts'

/** A file beside the report. */
export interface Appendix {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

const HOLDS: ReadonlyMap<string, string> = new Map([
  ['accounts.csv', 'Affected accounts, one row each, with both bounds'],
  ['messages.csv', 'Messages that the accesses name, one row a copy'],
  ['timeline.jsonl', 'Every access of this report, for Timesketch'],
  ['events.ocsf.ndjson', 'The same as OCSF events, with issuances, hunts and the case'],
  ['bundle.stix.json', 'STIX 2.1: who was affected, from where, by which techniques'],
])

const RULE = byRule('docs/report.md', 'Files')

export function appendixSection(sections: readonly Section[]): Section {
  return {
    id: 'appendices',
    title: 'Files and queries',
    statements: [],
    figures: [],
    tables: [fileTable([]), ...queryTable(sections)],
  }
}

/** The report with the files that were written beside it. */
export function withFiles(report: Report, files: readonly Appendix[]): Report {
  const tables = report.sections.flatMap((section) => section.tables)
  const numbers = numbersOf(report).tables
  const holds = new Map([
    ...HOLDS,
    ...tables.flatMap(({ id, title, paper }) =>
      paper === undefined || HOLDS.has(paper.file)
        ? []
        : [[paper.file, `Table ${numbers.get(id) ?? ''}: ${title}`] as const],
    ),
  ])
  const filled = fileTable(
    files.map(({ name, bytes, sha256 }) => [name, holds.get(name) ?? '', bytes, sha256]),
  )
  return {
    ...report,
    sections: report.sections.map((section) => ({
      ...section,
      tables: section.tables.map((one) => (one.id === filled.id ? filled : one)),
    })),
  }
}

function fileTable(rows: readonly (readonly Cell[])[]): Table {
  return table({
    id: 'files',
    title: 'Files beside this report; the MANIFEST lists them all, and a signature covers it',
    columns: [
      column('file', 'File'),
      column('holds', 'Holds'),
      column('bytes', 'Bytes', 'count'),
      column('sha256', 'SHA-256', 'hash'),
    ],
    rows,
    total: rows.length,
    strength: 'established',
    evidence: [RULE],
  })
}

/** Each query once, in the order in which findings rest on it. */
function queryTable(sections: readonly Section[]): Table[] {
  const parts = sections.flatMap(({ statements, figures, tables }) => [
    ...statements,
    ...figures,
    ...tables,
  ])
  const asked = parts
    .flatMap(({ evidence }) => evidence)
    .flatMap((one) => (one.kind === 'query' ? [one.sql] : []))
  const rows = [...new Set(asked)].map((sql, at) => [at + 1, sql])
  if (rows.length === 0) return []
  return [
    table({
      id: 'queries',
      title: 'Queries; mintmark sql QUERY --case CASE asks them again',
      columns: [column('number', 'No.', 'count'), column('sql', 'Query')],
      rows,
      total: rows.length,
      strength: 'established',
      evidence: [byRule('docs/report.md', 'Strengths')],
    }),
  ]
}
