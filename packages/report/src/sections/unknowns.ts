import { type Answer, type AnsweredEvidence, FILE_UNKNOWNS } from '@mintmark/case'
import { count, plural } from '@mintmark/core'
import type { Evidence, NonEmpty, Section, Statement, Table } from '../model/model.ts'
import { statement } from '../model/model.ts'
import { listed, section } from './wording.ts'

const EVIDENCE_SQL = 'SELECT path, sha256, shape, size_bytes FROM evidence ORDER BY evidence_id'

export function unknownSection({ unknowns }: Pick<Answer, 'unknowns'>): Section {
  const seen = new Map<string, number>()
  const idOf = (code: string) => {
    const nth = (seen.get(code) ?? 0) + 1
    seen.set(code, nth)
    return nth === 1 ? `unknown-${code}` : `unknown-${code}-${nth}`
  }
  return section(
    'unknowns',
    'What is unknown, and what would settle it',
    unknowns.map(({ code, text, settledBy }) =>
      statement({
        id: idOf(code),
        text,
        strength: code === 'dump-not-scanned' ? 'not-searched' : 'not-excluded',
        evidence: [ruleOf(code), OF_FILES.has(code) ? 'inputs' : 'coverage'],
        settledBy,
      }),
    ),
  )
}

const OF_FILES: ReadonlySet<string> = new Set([
  'dump-not-scanned',
  'dump-scan-cut',
  ...FILE_UNKNOWNS,
])

const UNDETERMINED = 'undetermined-'

const ruleOf = (code: string): string =>
  code.startsWith(UNDETERMINED)
    ? `docs/verdicts.md#${code.slice(UNDETERMINED.length)}`
    : `docs/unknowns.md#${code}`

const METHOD: readonly (readonly [id: string, text: string, rule: string])[] = [
  [
    'verdicts',
    'Each access was looked up among the issuances by the id of its token. It is called unissued only where the log of issued tokens was on in that hour, carries token ids and covers that kind of sign-in; else it is undetermined, with a reason.',
    'docs/verdicts.md#How a verdict is found',
  ],
  [
    'scope',
    'What was exposed is given as two numbers: what records name, and what records cannot exclude. Where nothing bounds the second it is missing, with the reason.',
    'docs/scope.md#What is counted',
  ],
  [
    'selection',
    "Scope, timeline, tokens and custody are about the accesses of the attacker. Accesses that may be the attacker's or the owner's are in no lower bound.",
    'docs/scope.md#What is selected',
  ],
  [
    'hunts',
    'Hunts are questions in SQL. A hit of an established hunt counts as an access of the attacker; a hit of a lead does not.',
    'docs/hunts-built-in.md#Hunts',
  ],
  [
    'strengths',
    'Each statement, figure and table is established (records name it, or coverage proves that there is none), bounded (it is between two numbers), not excluded (no record names it, and none can exclude it), a lead (ordinary causes remain), unknown, or not searched.',
    'docs/report.md#Strengths',
  ],
]

export const methodStatements = (): Statement[] =>
  METHOD.map(([id, text, rule]) =>
    statement({ id: `method-${id}`, text, strength: 'established', evidence: [rule] }),
  )

export function methodSection({ selection, duplicates, evidence }: Answer): Section {
  const all: NonEmpty<Evidence> = [{ kind: 'inputs', files: evidence.length }]
  const chosen = selection.isDefault
    ? 'Accesses of the attacker are those whose tokens nobody issued, or issued to somebody else, and the hits of established hunts.'
    : 'Accesses of the attacker are those that the options of the report selected.'
  return section('method', 'Method', [
    ...methodStatements(),
    statement({
      id: 'method-selected',
      text: `${chosen} They are ${plural(selection.accesses, 'access', 'accesses')}.`,
      strength: 'established',
      evidence: ['docs/scope.md#What is selected', ...all],
    }),
    statement({
      id: 'method-duplicates',
      text: `${plural(duplicates.records, 'record')} are in more than one file and were counted once; ${plural(duplicates.conflicts, 'id')} name records that differ, and all of these were counted.`,
      strength: 'established',
      evidence: ['inputs', ...all],
    }),
  ])
}

export function inputSection({ evidence }: Answer): Section {
  const rejected = evidence.reduce((sum, one) => sum + rejectsOf(one), 0)
  const rows = evidence.reduce((sum, one) => sum + one.rows, 0)
  return section(
    'inputs',
    'Inputs',
    [
      statement({
        id: 'inputs-read',
        text: `${plural(evidence.length, 'file')} gave ${plural(rows, 'record')}; ${count(rejected)} could not be read and were rejected.`,
        strength: 'established',
        evidence: [{ kind: 'inputs', files: evidence.length }, EVIDENCE_SQL],
      }),
    ],
    { tables: [inputTable(evidence), completenessTable(evidence), rejectTable(evidence)] },
  )
}

const rejectsOf = ({ rejected }: AnsweredEvidence) =>
  rejected.file + rejected.row + rejected.payload

const inputTable = (evidence: readonly AnsweredEvidence[]): Table =>
  listed(evidence, {
    id: 'inputs',
    title: 'Files',
    columns: [
      ['path', 'File'],
      ['sha256', 'SHA-256', 'hash'],
      ['shape', 'Shape'],
      ['rows', 'Records', 'count'],
      ['duplicates', 'Of them duplicates', 'count'],
      ['rejected', 'Rejected', 'count', (one) => rejectsOf(one)],
      ['first', 'First', 'time'],
      ['last', 'Last', 'time'],
      ['same_as', 'Same content as', 'text', (one) => one.sameAs],
    ],
    strength: 'established',
    evidence: [EVIDENCE_SQL, 'docs/formats.md#Shapes'],
  })

function completenessTable(evidence: readonly AnsweredEvidence[]): Table {
  const said = evidence.flatMap(({ path, statements }) =>
    statements.map((one) => Object.assign({ path }, one)),
  )
  return listed(said, {
    id: 'completeness',
    title: 'What files say of their own completeness',
    columns: [
      ['path', 'File'],
      ['code', 'Code'],
      ['text', 'What'],
      ['line', 'Line', 'count'],
      ['from', 'From', 'time'],
      ['to', 'To', 'time'],
    ],
    strength: 'established',
    evidence: ['inputs', 'docs/formats-rejects.md#Statements'],
  })
}

function rejectTable(evidence: readonly AnsweredEvidence[]): Table {
  const rejects = evidence.flatMap(({ path, reasons }) =>
    reasons.map((one) => Object.assign({ path }, one)),
  )
  return listed(rejects, {
    id: 'rejects',
    title: 'What was rejected, and why',
    columns: [
      ['path', 'File'],
      ['kind', 'What'],
      ['reason', 'Reason'],
      ['count', 'Times', 'count'],
      ['line', 'First line', 'count'],
    ],
    strength: 'established',
    evidence: [
      'SELECT evidence_id, line, kind, reason FROM reject ORDER BY evidence_id, line',
      'docs/formats-rejects.md#Rejects',
    ],
  })
}
