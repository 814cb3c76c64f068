/**
 * Custody of artefacts, and the private keys that are in memory dumps among the evidence.
 *
 * @module
 */
import { type Answer, type Custody, isLeak, type KeyFound } from '@mintmark/case'
import { plural } from '@mintmark/core'
import {
  type Evidence,
  type NonEmpty,
  type Section,
  type Statement,
  type Strength,
  statement,
  type Table,
  table,
} from '../model/model.ts'
import { chainStatements, chainTables } from './chains.ts'
import { byQuery, byRule, column, inTable, listStrength } from './wording.ts'

const TOUCHES_SQL =
  "SELECT at, principal, operation, object_path, ip, verdict FROM judged WHERE object_path != '' ORDER BY at"
const RULE = byRule('docs/scope.md', 'Custody')

export function custodySection({ custody }: Answer): Section {
  const suspect = custody.filter((one) => one.suspect > 0)
  return {
    id: 'custody',
    title: 'Custody of artefacts',
    statements: suspect.length === 0 ? [] : [suspected(suspect)],
    figures: [],
    tables: [artefactTable(custody), touchTable(custody)],
  }
}

function suspected(suspect: readonly Custody[]): Statement {
  const touches = suspect.reduce((sum, one) => sum + one.suspect, 0)
  const established = suspect.reduce((sum, one) => sum + one.established, 0)
  return statement({
    id: 'suspect-touches',
    text: `Suspicious accesses to ${plural(suspect.length, 'artefact')}: ${plural(touches, 'access', 'accesses')}, of which ${established} are established and ${touches - established} are leads.`,
    strength: established > 0 ? 'established' : 'not-excluded',
    evidence: [inTable('artefacts'), inTable('touches'), byQuery(TOUCHES_SQL)],
    cannotMean:
      'That a file was opened does not say that it was copied, nor what was done with it.',
  })
}

function artefactTable(custody: readonly Custody[]): Table {
  return table({
    id: 'artefacts',
    title: 'Dumps, key stores, and files that the attacker accessed',
    columns: [
      column('artefact', 'Artefact'),
      column('path', 'Path'),
      column('hash', 'Hash in the log', 'hash'),
      column('accesses', 'Accesses', 'count'),
      column('suspect', 'Suspicious', 'count'),
      column('principals', 'Principals', 'count'),
      column('first', 'First', 'time'),
      column('last', 'Last', 'time'),
      column('keys', 'Keys in it', 'count'),
    ],
    rows: custody.map((one) => [
      one.artefact,
      one.path,
      one.hash || null,
      one.accesses,
      one.suspect,
      one.principals,
      one.first,
      one.last,
      one.keys.length,
    ]),
    total: custody.length,
    strength: listStrength(custody.length, 'unknown'),
    evidence: [byQuery(TOUCHES_SQL), RULE],
  })
}

function touchTable(custody: readonly Custody[]): Table {
  const rows = custody.flatMap((one) =>
    one.rows.map((row) => [
      row.artefact,
      row.at,
      row.principal,
      row.operation,
      row.ip,
      row.client,
      row.verdict,
      row.reason,
      row.hunts.join(', '),
      row.tokenId || null,
    ]),
  )
  return table({
    id: 'touches',
    title: 'Who accessed them',
    columns: [
      column('artefact', 'Artefact'),
      column('at', 'At', 'time'),
      column('principal', 'Principal'),
      column('operation', 'Operation'),
      column('ip', 'Address'),
      column('client', 'Client'),
      column('verdict', 'Verdict'),
      column('reason', 'Reason'),
      column('hunts', 'Hunts'),
      column('token', 'Token', 'id'),
    ],
    rows,
    total: custody.reduce((sum, one) => sum + one.accesses, 0),
    strength: listStrength(rows.length, 'unknown'),
    evidence: [byQuery(TOUCHES_SQL), RULE],
  })
}

export function keySection({ keys, chains, conclusion }: Answer): Section {
  const absence = keyAbsence(conclusion)
  return {
    id: 'keys',
    title: 'Keys found, and who trusts them',
    statements: [...keys.filter(isLeak).map(keyStatement), ...chains.flatMap(chainStatements)],
    figures: [],
    tables: [
      dumpTable(conclusion),
      keyTable(keys, absence),
      toucherTable(keys),
      ...chainTables(chains),
    ],
  }
}

/** What it says that no key is listed: nobody looked, not everywhere, or there is none. */
function keyAbsence({ dumps, unanswered }: Answer['conclusion']): Strength {
  if (dumps.keys === null) return 'not-searched'
  const isCut = unanswered.includes('dump-search-cut') || dumps.state === 'partly-searched'
  return isCut ? 'unknown' : 'established'
}

function dumpTable({ dumps }: Answer['conclusion']): Table {
  return table({
    id: 'dumps',
    title: 'Memory dumps of the evidence, and how many were searched for keys',
    columns: [
      column('dumps', 'Dumps', 'count'),
      column('searched', 'Searched', 'count'),
      column('keys', 'Private keys in them', 'count'),
    ],
    rows: [[dumps.files, dumps.searched, dumps.keys]],
    total: 1,
    strength: dumps.keys === null ? 'not-searched' : 'established',
    evidence: [inTable('inputs'), byRule('docs/unknowns.md', 'dump-not-scanned')],
  })
}

function keyStatement(key: KeyFound): Statement {
  const places = key.places.map(
    ({ files, copies }) => `${files[0] ?? ''} (${plural(copies, 'copy', 'copies')})`,
  )
  const touched = key.places.flatMap((place) => (place.touched === null ? [] : [place.touched]))
  const suspect = touched.reduce((sum, { suspect: some }) => sum + some, 0)
  const byName = touched.some(({ by }) => by === 'name') ? ' a file of this name' : ' the file'
  const seen =
    touched.length === 0
      ? 'No log records access to this file.'
      : `Records show${byName} accessed ${plural(
          touched.reduce((sum, { accesses }) => sum + accesses, 0),
          'time',
        )}; suspicious: ${suspect}.`
  return statement({
    id: `found-key-${key.spkiSha256}`,
    text: `The private key of ${key.subject ?? key.kid ?? key.spkiSha256} is in ${places.join(', ')}. ${seen}`,
    strength: 'established',
    evidence: placesOf(key),
  })
}

/** A key has at least one place: without one it would not have been found. */
function placesOf({ places }: KeyFound): NonEmpty<Evidence> {
  const inputs = places.map(
    ({ files, sha256 }): Evidence => ({ kind: 'input', path: files[0] ?? '', sha256 }),
  )
  return [inTable('keys'), byRule('docs/what-is-found.md', 'How sure a finding is'), ...inputs]
}

function keyTable(keys: readonly KeyFound[], absence: Strength): Table {
  const rows = keys.flatMap((key) =>
    key.places.map((place) => [
      key.spkiSha256,
      key.kind,
      key.bits,
      key.kid,
      key.subject,
      key.notAfter,
      key.note,
      place.files.join('; '),
      place.sha256,
      place.copies,
      place.forms.map(({ form }) => form).join(', '),
    ]),
  )
  return table({
    id: 'keys',
    title: 'Private keys in memory dumps',
    columns: [
      column('public_key_sha256', 'SHA-256 of the public half', 'hash'),
      column('kind', 'Kind'),
      column('bits', 'Bits', 'count'),
      column('kid', 'Key id', 'id'),
      column('subject', 'Subject'),
      column('not_after', 'Certificate expired', 'time'),
      column('note', 'Note'),
      column('file', 'File'),
      column('file_sha256', 'SHA-256 of the file', 'hash'),
      column('copies', 'Copies', 'count'),
      column('forms', 'Encodings'),
    ],
    rows,
    total: rows.length,
    strength: listStrength(rows.length, absence),
    evidence: [
      inTable('inputs'),
      inTable('dumps'),
      byRule('docs/key-encodings.md', 'Files and DER'),
    ],
  })
}

function toucherTable(keys: readonly KeyFound[]): Table {
  const rows = keys
    .filter(isLeak)
    .flatMap((key) =>
      key.places.flatMap(({ files, touched }) =>
        (touched?.people ?? []).map((one) => [
          files[0] ?? '',
          touched?.by ?? '',
          one.principal,
          one.verdict,
          one.hunts.join(', '),
          one.accesses,
          one.first,
          one.last,
        ]),
      ),
    )
  return table({
    id: 'key-touchers',
    title: 'Who accessed files that contain keys',
    columns: [
      column('file', 'File'),
      column('by', 'Matched by'),
      column('principal', 'Principal'),
      column('verdict', 'Verdict'),
      column('hunts', 'Hunts'),
      column('accesses', 'Accesses', 'count'),
      column('first', 'First', 'time'),
      column('last', 'Last', 'time'),
    ],
    rows,
    total: rows.length,
    strength: listStrength(rows.length, 'unknown'),
    evidence: [byQuery(TOUCHES_SQL), RULE],
  })
}
