/**
 * From key to verifier: for each key the links from where it was found to who still accepts it.
 *
 * A link that the evidence cannot connect is a row that says so. Nothing here accuses anybody.
 *
 * @module
 */
import type { Answer, ChainLink, KeyChain, LinkEvidence } from '@mintmark/case'
import type { Evidence, NonEmpty, Source, Statement, Strength, Table } from '../model/model.ts'
import { statement } from '../model/model.ts'
import { listed } from './wording.ts'

const RULE = 'docs/trust-story.md#From key to verifier'
const TABLE = 'key-to-verifier'
const TITLES: Readonly<Record<ChainLink['link'], string>> = {
  key: 'Key in a dump',
  trust: 'Until when it was to be trusted',
  tokens: 'Tokens that it signed',
  accesses: 'Accesses with them',
  verifiers: 'Verifiers that accept it',
}
const STRENGTHS: Readonly<Record<ChainLink['state'], Strength>> = {
  established: 'established',
  lead: 'lead',
  missing: 'unknown',
}

/** One statement a link but the first, which the section has. */
export const chainStatements = ({ spkiSha256, links }: KeyChain): Statement[] =>
  links
    .filter(({ link, state }) => link !== 'key' || state === 'missing')
    .map(({ link, state, text, evidence, settledBy }) =>
      statement({
        id: `chain-${link}-${spkiSha256}`,
        text: state === 'missing' ? `Missing link. ${text}` : text,
        strength: STRENGTHS[state],
        evidence: restsOn(evidence),
        ...(settledBy !== null && { settledBy }),
      }),
    )

function restsOn(sources: readonly LinkEvidence[]): NonEmpty<Source> {
  const inputs = sources.map(
    ({ path, sha256, line }): Evidence => ({
      kind: 'input',
      path,
      sha256,
      ...(line !== null && { line }),
    }),
  )
  return [TABLE, RULE, ...inputs]
}

export function chainTable(chains: Answer['chains']): Table | undefined {
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
      ['place', 'Line or offset', 'text', ({ source }) => (source ? locationOf(source) : null)],
      ['file_sha256', 'SHA-256 of the file', 'hash', ({ source }) => source?.sha256 ?? null],
    ],
    // Each row has its own strength.
    strength: 'established',
    evidence: ['inputs', 'keys', RULE],
  })
}

function locationOf({ line, offset }: LinkEvidence): string | null {
  if (line !== null) return `line ${line}`
  return offset === null ? null : `byte ${offset}`
}
