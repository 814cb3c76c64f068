/**
 * Candidates: accesses whose key no issuance has.
 *
 * @module
 */
import { hoursOf, KEY_KINDS } from '../match_key.ts'
import type { Session } from '../session.ts'
import type { Range } from './ranges.ts'

/** Columns of a table of candidates: accesses of one token id and one key are explained, or not, together. */
export const CANDIDATE_COLUMNS = 'bucket UInt8, token_id UUID, key UInt64'
export const CANDIDATE_ORDER = '(bucket, token_id, key)'

/** Goes over the ranges, in order, and gathers their candidates. */
export interface CandidateFinder {
  /** Looks at the next ranges. */
  next(): Promise<CandidateStep>
  /** Sees to it that the table holds every candidate of these ranges, which were the last ones looked at. */
  settle(range: Range): Promise<void>
  close(): Promise<void>
}

export interface CandidateStep {
  /** Ranges looked at so far. */
  readonly done: number
  /** How many candidates wait, about; exact once all ranges are done. */
  readonly waiting: number
}

/** Kinds of key that a fair share of the accesses have; those of other kinds take the exact lane. */
export async function commonKinds(session: Session, ranges: readonly Range[]): Promise<number[]> {
  const all = { first: 0, last: 255 }
  const sample = ranges.length >= 16 ? (ranges[0] ?? all) : all
  const rows = await session.rows(
    `SELECT key % 4 AS kind, count() AS n FROM access
     WHERE bucket BETWEEN {first:UInt8} AND {last:UInt8} AND key != 0 GROUP BY kind ORDER BY kind`,
    { ...sample },
  )
  const total = rows.reduce((sum, row) => sum + Number(row['n']), 0)
  return rows.filter((row) => Number(row['n']) > total / 50).map((row) => Number(row['kind']))
}

/** The key of an issuance, of each kind: UInt64, to which the differences wrap. */
const MADE_KEY: Readonly<Record<number, string>> = {
  [KEY_KINDS.nameHour]: 'key_name',
  [KEY_KINDS.idHour]: 'key_id',
  [KEY_KINDS.name]: `toUInt64(if(key_name = 0, 0, key_name - ${KEY_KINDS.nameHour - KEY_KINDS.name} - ${hoursOf('at')}))`,
  [KEY_KINDS.id]: `toUInt64(if(key_id = 0, 0, key_id - ${KEY_KINDS.idHour - KEY_KINDS.id} - ${hoursOf('at')}))`,
}

/** The keys of an issuance, of these kinds, as SQL; `''` for none. */
export function madeKeys(kinds: readonly number[]): string {
  const keys = kinds.flatMap((kind) => MADE_KEY[kind] ?? [])
  return keys.length < 2 ? keys.join('') : `arrayJoin([${keys.join(', ')}])`
}
