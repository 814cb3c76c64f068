import { VERSION } from '@mintmark/core'
import { onPaper } from '../exports/csv.ts'
import { type Cover, REPORT_SCHEMA, type Report, type Section, type Table } from '../model/model.ts'
import { numbersOf } from '../model/numbering.ts'
import { mapTexts } from '../model/report_texts.ts'
import type { Written } from '../sealed/folder.ts'
import { listed, section } from './wording.ts'

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

export function withFiles(report: Report, files: readonly Written[]): Report {
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

const fileTable = (files: readonly (Written & { readonly holds: string })[]): Table =>
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

const WORDS = `
access: One record of a log that says that something was opened: a message, a folder, a file.
attacker's access: An access with a token that nobody issued to its user, or that an established hunt hits, or that the options selected.
bounds: Two numbers; the count is between them. The lower counts what records name; the upper adds what they cannot exclude.
copy: A message in one mailbox. One message in two mailboxes is two copies.
coverage: The times for which a log has records. Outside of them, silence says nothing.
established: Records of the evidence name it, or coverage proves that there is none.
finding: A numbered sentence of this report, with its strength, its evidence and its limits.
forged token: A token that somebody else than the identity provider signed. Its issuance is missing.
hunt: A question to the records, in SQL, that points at a known way of misuse.
issuance: The record of an identity provider that it made a token, and for whom.
lead: Something that is missing or odd while ordinary causes remain. It accuses nobody.
mismatched: A token that was issued to another user, application or tenant than the one it was used for.
SHA-256: A number computed from a file. Two files with the same one have the same content.
signing key: The private half of a key pair. Whoever has it can make tokens that verifiers accept.
tenant: An organisation's own part of a cloud service.
token: What a program shows to a service in place of a password. It names its user and is valid for a short time.
undetermined: No verdict: the log that would decide it is missing or incomplete at that time.
unissued: No issuance of the token is recorded, although the log that would have it was complete.
verdict: What a comparison of an access with the issuances says: issued, unissued, mismatched, session-only or undetermined.
`

export function glossarySection(): Section {
  const words = [...WORDS.matchAll(/^(.*?): (.*)$/gm)].map(([, word = '', meaning = '']) => ({
    word,
    meaning,
  }))
  return section('glossary', 'Glossary', [], {
    tables: [
      listed(words, {
        id: 'glossary',
        title: 'Words of this report',
        columns: [
          ['word', 'Word'],
          ['meaning', 'Meaning'],
        ],
        strength: 'established',
        evidence: ['docs/verdicts.md#How a verdict is found', 'docs/report.md#Strengths'],
      }),
    ],
  })
}
