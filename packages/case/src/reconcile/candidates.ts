/**
 * Candidates: accesses whose key no issuance has. They are read whole once, and wait in a table of their own.
 *
 * @module
 */
import { MADE_KEY } from '../match_key.ts'
import type { EitherTable } from '../scope/scratch.ts'
import type { Session } from '../session.ts'
import type { Range } from './ranges.ts'

/** So many rows that are left lie in memory; more of them on disk. */
export const FEW_ROWS = 100_000

/** Columns of an access that later steps need, as they are selected from `access`. */
export const CARRIED = `bucket, token_id, record_id, content, toUnixTimestamp64Milli(at) AS at_ms,
  greatest(0, toUnixTimestamp64Milli(issued_at)) AS issued_ms, source, service, token_state, session_id,
  other_session_id, principal, principal_id, actor_kind, tenant, token_tenant, external_tenant, app_id,
  client_app_id, issuer, client`

/** Columns of the table of candidates: {@link CARRIED}. */
export const CANDIDATE_COLUMNS = `bucket UInt8, token_id UUID, record_id UUID, content UInt64, at_ms Int64, issued_ms Int64,
  source LowCardinality(String), service LowCardinality(String), token_state LowCardinality(String),
  session_id String, other_session_id String, principal String, principal_id String,
  actor_kind LowCardinality(String), tenant LowCardinality(String), token_tenant LowCardinality(String),
  external_tenant LowCardinality(String), app_id LowCardinality(String),
  client_app_id LowCardinality(String), issuer LowCardinality(String), client LowCardinality(String)`

/**
 * Columns of the table of keys that no issuance has. The kernel knows nothing of them but the key; the engine's own
 * rows have their place, too.
 */
export const MISSING_COLUMNS = 'bucket UInt8, token_id UUID, key UInt64'
export const MISSING_ORDER = '(bucket, token_id, key)'

/** The tables that finders write: `missing` is emptied by {@link CandidateFinder.settle}. */
export interface CandidateTables {
  readonly candidate: EitherTable
  readonly missing: string
  /** Of `PLACE_COLUMNS`. */
  readonly places: string
}

export const BUCKET_ORDER = '(bucket, token_id, record_id, content)'

/** Goes over the ranges, in order, and gathers their candidates. */
export interface CandidateFinder {
  /** Looks at the next ranges. */
  next(): Promise<CandidateStep>
  /**
   * Puts every candidate of these ranges, which were the last ones looked at, into one of the two tables.
   *
   * @returns whether they are few; `undefined` where there are none
   */
  settle(range: Range): Promise<boolean | undefined>
  close(): Promise<void>
}

export interface CandidateStep {
  /** Ranges looked at so far. */
  readonly done: number
  /** How many keys of candidates wait, about; 0 only where there is none once all ranges are done. */
  readonly waiting: number
}

/** Kinds of key that a fair share of the accesses have; those of other kinds take the exact lane. */
export async function commonKinds(session: Session, ranges: readonly Range[]): Promise<number[]> {
  const sample = ranges.length >= 16 ? { first: 0, last: 0 } : { first: 0, last: 255 }
  const rows = await session.rows(
    `SELECT key % 4 AS kind, count() AS n FROM access
     WHERE bucket BETWEEN {first:UInt8} AND {last:UInt8} AND key != 0 GROUP BY kind ORDER BY kind`,
    { ...sample },
  )
  const total = rows.reduce((sum, row) => sum + Number(row['n']), 0)
  return rows.filter((row) => Number(row['n']) > total / 50).map((row) => Number(row['kind']))
}

/** The keys of an issuance, of these kinds, as SQL; `''` for none. */
export function madeKeys(kinds: readonly number[]): string {
  const keys = kinds.flatMap((kind) => MADE_KEY[kind] ?? [])
  return keys.length < 2 ? keys.join('') : `arrayJoin([${keys.join(', ')}])`
}
