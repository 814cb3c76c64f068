/**
 * From key to verifier. A link that the evidence cannot connect is a row; nothing accuses anybody.
 */
import * as cases from '@mintmark/case'
import { plural } from '@mintmark/core'
import * as model from '../model/model.ts'
import { listed, section } from './wording.ts'

const ACCESSES_SQL =
  "SELECT at, principal, operation, object_path, ip, verdict FROM judged WHERE object_path != '' ORDER BY at"
/** No log of it proves nothing. */
const IN_LOGS = { present: 'established', absence: 'unknown' } as const
const RULE = 'docs/scope.md#Custody'

export function custodySection({ custody }: cases.Answer): model.Section {
  const suspect = custody.filter((one) => one.suspect > 0)
  const statements = suspect.length === 0 ? [] : [suspected(suspect)]
  const tables = [artefactTable(custody), accessTable(custody)]
  return section('custody', 'Custody of artefacts', statements, { tables })
}

function suspected(suspect: readonly cases.Custody[]): model.Statement {
  const accesses = suspect.reduce((sum, one) => sum + one.suspect, 0)
  const established = suspect.reduce((sum, one) => sum + one.established, 0)
  return model.statement({
    id: 'suspicious-artefact-accesses',
    text: `Suspicious accesses to ${plural(suspect.length, 'artefact')}: ${plural(accesses, 'access', 'accesses')}, of which ${established} are established and ${accesses - established} are leads.`,
    strength: established > 0 ? 'established' : 'not-excluded',
    evidence: ['artefacts', 'artefact-accesses', ACCESSES_SQL],
    cannotMean:
      'That a file was opened does not say that it was copied, nor what was done with it.',
  })
}

const artefactTable = (custody: readonly cases.Custody[]): model.Table =>
  listed(custody, {
    id: 'artefacts',
    title: 'Dumps, key stores, and files that the attacker accessed',
    columns: [
      ['artefact', 'Artefact'],
      ['path', 'Path'],
      ['hash', 'Hash in the log', 'hash', (one) => one.hash || null],
      ['accesses', 'Accesses', 'count'],
      ['suspect', 'Suspicious', 'count'],
      ['principals', 'Principals', 'count'],
      ['first', 'First', 'time'],
      ['last', 'Last', 'time'],
      ['keys', 'Keys in it', 'count', (one) => one.keys.length],
    ],
    strength: IN_LOGS,
    evidence: [ACCESSES_SQL, RULE],
  })

function accessTable(custody: readonly cases.Custody[]): model.Table {
  const rows = custody.flatMap((artefact) => artefact.rows)
  return listed(rows, {
    id: 'artefact-accesses',
    title: 'Who accessed them',
    columns: [
      ['artefact', 'Artefact'],
      ['at', 'At', 'time'],
      ['principal', 'Principal'],
      ['operation', 'Operation'],
      ['ip', 'Address'],
      ['client', 'Client'],
      ['verdict', 'Verdict'],
      ['reason', 'Reason'],
      ['hunts', 'Hunts', 'text', ({ hunts }) => hunts.join(', ')],
      ['token', 'Token', 'id', ({ tokenId }) => tokenId || null],
    ],
    total: custody.reduce((sum, one) => sum + one.accesses, 0),
    strength: IN_LOGS,
    evidence: [ACCESSES_SQL, RULE],
  })
}

export function keySection({ keys, chains, conclusion }: cases.Answer): model.Section {
  const absence = keyAbsence(conclusion)
  const statements = [
    ...keys.filter(cases.isLeak).map(keyStatement),
    ...chains.flatMap(chainStatements),
  ]
  const tables = [
    dumpTable(conclusion),
    keyTable(keys, absence),
    peopleTable(keys),
    chainTable(chains),
  ]
  return section('keys', 'Keys found, and who trusts them', statements, { tables })
}

function keyAbsence({ dumps, unanswered }: cases.Answer['conclusion']): model.Strength {
  if (dumps.keys === null) return 'not-searched'
  const isCut = unanswered.includes('dump-search-cut') || dumps.state === 'partly-searched'
  return isCut ? 'unknown' : 'established'
}

const dumpTable = ({ dumps }: cases.Answer['conclusion']): model.Table =>
  listed([dumps], {
    id: 'dumps',
    title: 'Memory dumps of the evidence, and how many were searched for keys',
    columns: [
      ['dumps', 'Dumps', 'count', ({ files }) => files],
      ['searched', 'Searched', 'count'],
      ['keys', 'Private keys in them', 'count'],
    ],
    strength: dumps.keys === null ? 'not-searched' : 'established',
    evidence: ['inputs', 'docs/unknowns.md#dump-not-scanned'],
  })

function keyStatement(key: cases.KeyFound): model.Statement {
  const files = key.dumps.map(
    ({ files: names, copies }) => `${names[0] ?? ''} (${plural(copies, 'copy', 'copies')})`,
  )
  const logged = key.dumps.flatMap(({ accessed }) => accessed ?? [])
  const suspect = logged.reduce((sum, { suspect: some }) => sum + some, 0)
  const byName = logged.some(({ by }) => by === 'name') ? ' a file of this name' : ' the file'
  const seen =
    logged.length === 0
      ? 'No log records access to this file.'
      : `Records show${byName} accessed ${plural(
          logged.reduce((sum, { accesses }) => sum + accesses, 0),
          'time',
        )}; suspicious: ${suspect}.`
  return model.statement({
    id: `found-key-${key.spkiSha256}`,
    text: `The private key of ${key.subject ?? key.kid ?? key.spkiSha256} is in ${files.join(', ')}. ${seen}`,
    strength: 'established',
    evidence: dumpsOf(key),
  })
}

function dumpsOf({ dumps }: cases.KeyFound): model.NonEmpty<model.Source> {
  const inputs = dumps.map(
    ({ files, sha256 }): model.Evidence => ({ kind: 'input', path: files[0] ?? '', sha256 }),
  )
  return ['keys', 'docs/what-is-found.md#How sure a finding is', ...inputs]
}

function keyTable(keys: readonly cases.KeyFound[], absence: model.Strength): model.Table {
  const found = keys.flatMap((key) => key.dumps.map((dump) => ({ key, dump })))
  return listed(found, {
    id: 'keys',
    title: 'Private keys in memory dumps',
    columns: [
      ['public_key_sha256', 'SHA-256 of the public half', 'hash', ({ key }) => key.spkiSha256],
      ['kind', 'Kind', 'text', ({ key }) => key.kind],
      ['bits', 'Bits', 'count', ({ key }) => key.bits],
      ['kid', 'Key id', 'id', ({ key }) => key.kid],
      ['subject', 'Subject', 'text', ({ key }) => key.subject],
      ['not_after', 'Certificate expired', 'time', ({ key }) => key.notAfter],
      ['note', 'Note', 'text', ({ key }) => key.note],
      ['file', 'File', 'text', ({ dump }) => dump.files.join('; ')],
      ['file_sha256', 'SHA-256 of the file', 'hash', ({ dump }) => dump.sha256],
      ['copies', 'Copies', 'count', ({ dump }) => dump.copies],
      [
        'encodings',
        'Encodings',
        'text',
        ({ dump }) => dump.encodings.map(({ encoding }) => encoding).join(', '),
      ],
    ],
    strength: { present: 'established', absence },
    evidence: ['inputs', 'dumps', 'docs/key-encodings.md#Files and DER'],
  })
}

function peopleTable(keys: readonly cases.KeyFound[]): model.Table {
  const found = keys
    .filter(cases.isLeak)
    .flatMap(({ dumps }) => dumps)
    .flatMap(({ files, accessed }) =>
      (accessed?.people ?? []).map((person) => ({
        file: files[0] ?? '',
        by: accessed?.by,
        person,
      })),
    )
  return listed(found, {
    id: 'key-dump-accesses',
    title: 'Who accessed files that contain keys',
    columns: [
      ['file', 'File'],
      ['by', 'Matched by', 'text', ({ by }) => by ?? ''],
      ['principal', 'Principal', 'text', ({ person }) => person.principal],
      ['verdict', 'Verdict', 'text', ({ person }) => person.verdict],
      ['hunts', 'Hunts', 'text', ({ person }) => person.hunts.join(', ')],
      ['accesses', 'Accesses', 'count', ({ person }) => person.accesses],
      ['first', 'First', 'time', ({ person }) => person.first],
      ['last', 'Last', 'time', ({ person }) => person.last],
    ],
    strength: IN_LOGS,
    evidence: [ACCESSES_SQL, RULE],
  })
}

const CHAIN_RULE = 'docs/trust-story.md#From key to verifier'
const TABLE = 'key-to-verifier'
const TITLES: Readonly<Record<cases.ChainLink['link'], string>> = {
  key: 'Key in a dump',
  trust: 'Until when it was to be trusted',
  tokens: 'Tokens that it signed',
  accesses: 'Accesses with them',
  verifiers: 'Verifiers that accept it',
}
const STRENGTHS: Readonly<Record<cases.ChainLink['state'], model.Strength>> = {
  established: 'established',
  lead: 'lead',
  missing: 'unknown',
}

export const chainStatements = ({ spkiSha256, links }: cases.KeyChain): model.Statement[] =>
  links
    .filter(({ link, state }) => link !== 'key' || state === 'missing')
    .map(({ link, state, text, evidence, settledBy }) =>
      model.statement({
        id: `chain-${link}-${spkiSha256}`,
        text: state === 'missing' ? `Missing link. ${text}` : text,
        strength: STRENGTHS[state],
        evidence: restsOn(evidence),
        ...(settledBy !== null && { settledBy }),
      }),
    )

function restsOn(sources: readonly cases.LinkEvidence[]): model.NonEmpty<model.Source> {
  const inputs = sources.map(
    ({ path, sha256, line }): model.Evidence => ({
      kind: 'input',
      path,
      sha256,
      ...(line !== null && { line }),
    }),
  )
  return [TABLE, CHAIN_RULE, ...inputs]
}

export function chainTable(chains: cases.Answer['chains']): model.Table | undefined {
  if (chains.length === 0) return undefined
  const rows = chains.flatMap(({ spkiSha256, kid, links }) =>
    links.flatMap((link) =>
      (link.evidence.length === 0 ? [undefined] : link.evidence).map((source) => ({
        spkiSha256,
        kid,
        link,
        source,
      })),
    ),
  )
  return listed(rows, {
    id: TABLE,
    title: 'From key to verifier: what connects a key with an access, and what is missing',
    columns: [
      ['public_key_sha256', 'SHA-256 of the public half', 'hash', (row) => row.spkiSha256],
      ['kid', 'Key id', 'id'],
      ['link', 'Link', 'text', ({ link }) => TITLES[link.link]],
      ['strength', 'Strength', 'strength', ({ link }) => STRENGTHS[link.state]],
      ['text', 'What the evidence shows', 'text', ({ link }) => link.text],
      ['file', 'File', 'text', ({ source }) => source?.path ?? null],
      ['location', 'Line or offset', 'text', ({ source }) => (source ? locationOf(source) : null)],
      ['file_sha256', 'SHA-256 of the file', 'hash', ({ source }) => source?.sha256 ?? null],
    ],
    strength: 'established',
    evidence: ['inputs', 'keys', CHAIN_RULE],
  })
}

function locationOf({ line, offset }: cases.LinkEvidence): string | null {
  if (line !== null) return `line ${line}`
  return offset === null ? null : `byte ${offset}`
}
