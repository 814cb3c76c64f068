/**
 * From key to verifier: for each key the links from where it was found to who still accepts it.
 *
 * A link that the evidence cannot connect is a row that says so. Nothing here accuses anybody.
 *
 * @module
 */
import type { Answer, ChainLink, KeyChain, LinkEvidence } from '@mintmark/case'
import {
  type Evidence,
  type NonEmpty,
  type Statement,
  type Strength,
  statement,
  type Table,
  table,
} from '../model/model.ts'
import { byRule, column, inTable } from './wording.ts'

const RULE = byRule('docs/trust-story.md', 'From key to verifier')
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
export function chainStatements({ spkiSha256, links }: KeyChain): Statement[] {
  return links
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
}

function restsOn(places: readonly LinkEvidence[]): NonEmpty<Evidence> {
  const inputs = places.map(
    ({ path, sha256, line }): Evidence => ({
      kind: 'input',
      path,
      sha256,
      ...(line !== null && { line }),
    }),
  )
  return [inTable(TABLE), RULE, ...inputs]
}

export function chainTables(chains: Answer['chains']): Table[] {
  if (chains.length === 0) return []
  const rows = chains.flatMap(({ spkiSha256, kid, links }) =>
    links.flatMap(({ link, state, text, evidence }) => {
      const places = evidence.length === 0 ? [undefined] : evidence
      return places.map((place) => [
        spkiSha256,
        kid,
        TITLES[link],
        STRENGTHS[state],
        text,
        place?.path ?? null,
        place === undefined ? null : placeOf(place),
        place?.sha256 ?? null,
      ])
    }),
  )
  return [
    table({
      id: TABLE,
      title: 'From key to verifier: what connects a key with an access, and what is missing',
      columns: [
        column('public_key_sha256', 'SHA-256 of the public half', 'hash'),
        column('kid', 'Key id', 'id'),
        column('link', 'Link'),
        column('strength', 'Strength', 'strength'),
        column('text', 'What the evidence shows'),
        column('file', 'File'),
        column('place', 'Line or offset'),
        column('file_sha256', 'SHA-256 of the file', 'hash'),
      ],
      rows,
      total: rows.length,
      // Of the rows as they are: each names its own.
      strength: 'established',
      evidence: [inTable('inputs'), inTable('keys'), RULE],
    }),
  ]
}

function placeOf({ line, offset }: LinkEvidence): string | null {
  if (line !== null) return `line ${line}`
  return offset === null ? null : `byte ${offset}`
}
