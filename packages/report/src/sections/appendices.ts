/** The files beside the report with their hashes, and the queries that it rests on. @module */
import { VERSION } from '@mintmark/core'
import { onPaper } from '../exports/csv.ts'
import type { Cover, Report, Section, Table } from '../model/model.ts'
import { REPORT_SCHEMA } from '../model/model.ts'
import { numbersOf } from '../model/numbering.ts'
import { mapTexts } from '../model/report_texts.ts'
import { listed, section } from './wording.ts'

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

const RULE = 'docs/report.md#Files'

function appendixSection(sections: readonly Section[]): Section {
  const tables = [fileTable([]), queryTable(sections)]
  return section('appendices', 'Files and queries', [], { tables })
}

/** The sections with their appendices and cover, as a report. */
export function covered(
  {
    title,
    sections,
    ...own
  }: Pick<Report, 'title' | 'case' | 'recipient' | 'sections' | 'course' | 'lineage'>,
  cover: Cover,
): Report {
  const report: Report = {
    schema: REPORT_SCHEMA,
    title: cover.title ?? title,
    case: own.case,
    version: VERSION,
    redacted: cover.redacted ?? [],
    prepared: cover.prepared ?? { by: null, on: null },
    classification: cover.classification ?? null,
    recipient: own.recipient,
    sections: [...sections, appendixSection(sections)].map(onPaper),
    course: own.course,
    lineage: own.lineage,
  }
  return mapTexts(report, cover.replace)
}

/** The report with the files that were written beside it. */
export function withFiles(report: Report, files: readonly Appendix[]): Report {
  const tables = report.sections.flatMap((one) => one.tables)
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
    files.map((file) => Object.assign({ holds: holds.get(file.name) ?? '' }, file)),
  )
  return {
    ...report,
    sections: report.sections.map((part) => ({
      ...part,
      tables: part.tables.map((one) => (one.id === filled.id ? filled : one)),
    })),
  }
}

const fileTable = (files: readonly (Appendix & { readonly holds: string })[]): Table =>
  listed(files, {
    id: 'files',
    title: 'Files beside this report; the MANIFEST lists them all, and a signature covers it',
    columns: [
      ['file', 'File', 'text', ({ name }) => name],
      ['holds', 'Holds'],
      ['bytes', 'Bytes', 'count'],
      ['sha256', 'SHA-256', 'hash'],
    ],
    strength: 'established',
    evidence: [RULE],
  })

/** Each query once, in the order in which findings rest on it. */
function queryTable(sections: readonly Section[]): Table | undefined {
  const parts = sections.flatMap(({ statements, figures, tables }) => [
    ...statements,
    ...figures,
    ...tables,
  ])
  const asked = parts
    .flatMap(({ evidence }) => evidence)
    .flatMap((one) => (one.kind === 'query' ? [one.sql] : []))
  const queries = [...new Set(asked)].map((sql, at) => ({ number: at + 1, sql }))
  if (queries.length === 0) return undefined
  return listed(queries, {
    id: 'queries',
    title: 'Queries; mintmark sql QUERY --case CASE asks them again',
    columns: [
      ['number', 'No.', 'count'],
      ['sql', 'Query'],
    ],
    strength: 'established',
    evidence: ['docs/report.md#Strengths'],
  })
}
