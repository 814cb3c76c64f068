/**
 * Finds the accesses whose token no issuance explains.
 *
 * Nearly all accesses of a sound log are explained, so the work is split. The **fast lane** goes over id-range
 * buckets: of each it puts one 64-bit key an issuance into a set and drops every access whose key is in it.
 * A key mixes all 16 bytes of the token id with what the token was made for (tenant, principal,
 * application) and the hour of its issuance; the mixing depends on numbers drawn from the hashes of the
 * evidence, so nobody who writes a token id can aim at another's key. What is left, usually little, takes the
 * **exact lane**: every issuance of its token id is compared field by field.
 *
 * Cost: one pass over the key columns of both tables, memory for the keys of one bucket range; the exact lane
 * holds {@link EXACT_ROWS} accesses and the issuances of their ids.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { type Json, text } from '@mintmark/core'
import { NO_ID } from '../schema.ts'
import type { Session } from '../session.ts'
import { agreementMask, FACT, REASON_OF_MASK } from './agreement.ts'

const BUCKETS = 256
/** Keys of one range stay in the processor's cache, near enough. */
const RANGE_ROWS = 400_000
/** Accesses that the exact lane takes at once, if a single range does not give more. */
const EXACT_ROWS = 250_000
/** An id that more issuances with differing facts share than this is no token id. */
const SHARED_LIMIT = 64

export interface Range {
  readonly first: number
  readonly last: number
}

/** Bucket ranges of even size: as few as keep one range's keys small. */
export function rangesFor(rows: number): Range[] {
  const wanted = Math.ceil(rows / RANGE_ROWS)
  const count = Math.min(BUCKETS, 2 ** Math.ceil(Math.log2(Math.max(1, wanted))))
  const width = BUCKETS / count
  return Array.from({ length: count }, (_, at) => ({
    first: at * width,
    last: (at + 1) * width - 1,
  }))
}

/** Columns of an access that later steps need, as they are selected. */
const CARRIED = `bucket, token_id, record_id, content, toUnixTimestamp64Milli(at) AS at_ms,
  greatest(0, toUnixTimestamp64Milli(issued_at)) AS issued_ms, source, service, token_state, session_id,
  other_session_id, principal, principal_id, actor_kind, tenant, token_tenant, external_tenant, app_id,
  client_app_id, issuer, client`

const CANDIDATE = `bucket UInt8, token_id UUID, record_id UUID, content UInt64, at_ms Int64, issued_ms Int64,
  source LowCardinality(String), service LowCardinality(String), token_state LowCardinality(String),
  session_id String, other_session_id String, principal String, principal_id String,
  actor_kind LowCardinality(String), tenant LowCardinality(String), token_tenant LowCardinality(String),
  external_tenant LowCardinality(String), app_id LowCardinality(String),
  client_app_id LowCardinality(String), issuer LowCardinality(String), client LowCardinality(String)`

/** Columns of a table of accesses that the exact lane has not explained. */
export const OPEN_COLUMNS: string = `${CANDIDATE}, finding LowCardinality(String), root String`

export const CANDIDATE_COLUMNS: string = CANDIDATE
export const BUCKET_ORDER = '(bucket, token_id, record_id, content)'

/** Settings of every statement here: each bucket joins within its shard, and sets are not index keys. */
const LOCAL = "distributed_product_mode = 'local', use_index_for_in_with_subqueries = 0"
const SPILLS =
  'max_bytes_before_external_group_by = 200000000, max_bytes_ratio_before_external_group_by = 0'

/** Numbers that the keys are mixed with: the same for the same evidence, and known to nobody beforehand. */
export async function mixersOf(session: Session): Promise<readonly [bigint, bigint]> {
  const rows = await session.rows(
    'SELECT sha256, content_sha256 FROM evidence ORDER BY evidence_id',
  )
  const hash = createHash('sha256')
  for (const row of rows) hash.update(`${text(row, 'sha256')}\0${text(row, 'content_sha256')}\n`)
  const digest = hash.digest()
  return [digest.readBigUInt64LE(0), digest.readBigUInt64LE(8)]
}

/** What an access can be compared by: how its token's holder is known, and whether its hour is. */
interface KeyKind {
  readonly claim: 'claim_name' | 'claim_id'
  readonly hasHour: boolean
}

/** Kinds of key that a fair share of the accesses have; those of other kinds take the exact lane. */
async function keyKinds(session: Session, sample: Range): Promise<KeyKind[]> {
  const [row] = await session.rows(
    `SELECT countIf(claim != 0 AND claim % 2 = 0 AND t != 0) AS name_hour,
       countIf(claim != 0 AND claim % 2 = 0 AND t = 0) AS name_bare,
       countIf(claim % 2 = 1 AND t != 0) AS id_hour, countIf(claim % 2 = 1 AND t = 0) AS id_bare
     FROM (SELECT claim, toUnixTimestamp64Milli(issued_at) AS t FROM access
       WHERE bucket BETWEEN {first:UInt8} AND {last:UInt8})`,
    { ...sample },
  )
  const counted: readonly (readonly [string, KeyKind])[] = [
    ['name_hour', { claim: 'claim_name', hasHour: true }],
    ['name_bare', { claim: 'claim_name', hasHour: false }],
    ['id_hour', { claim: 'claim_id', hasHour: true }],
    ['id_bare', { claim: 'claim_id', hasHour: false }],
  ]
  const total = counted.reduce((sum, [name]) => sum + Number(row?.[name] ?? 0), 0)
  return counted.flatMap(([name, kind]) => (Number(row?.[name] ?? 0) > total / 50 ? [kind] : []))
}

/** The key of a row, as SQL. `hour` is hours since 1970, or 0. */
function keyOf(claim: string, hour: string): string {
  const high = 'toUInt64(bitShiftRight(reinterpretAsUInt128(token_id), 64))'
  const low = 'reinterpretAsUInt64(token_id)'
  const made = `${claim} + toUInt64(${hour}) * 11400714819323198485`
  return `bitXor(bitXor(${low}, intHash64(bitXor(${high}, {mixer_1:UInt64}))),
    intHash64(bitXor(${made}, {mixer_2:UInt64})))`
}

const hourOf = (column: string) => `intDiv(toUnixTimestamp64Milli(${column}), 3600000)`

/** True of accesses that an issuance explains for certain. */
function fastLane(kinds: readonly KeyKind[]): string {
  if (kinds.length === 0) return '0'
  const keys = kinds.map((kind) => keyOf(kind.claim, kind.hasHour ? hourOf('at') : '0'))
  const made = keys.length === 1 ? (keys[0] ?? '') : `arrayJoin([${keys.join(', ')}])`
  return `claim != 0 AND token_state = 'present' AND ${keyOf('claim', hourOf('issued_at'))} IN (
    SELECT ${made} FROM issuance
    WHERE bucket BETWEEN {first:UInt8} AND {last:UInt8} AND (claim_name != 0 OR claim_id != 0))`
}

/** Tables that the lanes write: `candidate` is emptied between ranges, `open` is the outcome. */
export interface LaneTables {
  readonly candidate: string
  readonly open: string
}

/**
 * Puts every access that no issuance explains into `tables.open`.
 *
 * @param onRange after each bucket range, for progress
 */
export async function runLanes(
  session: Session,
  ranges: readonly Range[],
  tables: LaneTables,
  onRange: (done: number, total: number) => void,
): Promise<void> {
  const [mixer1, mixer2] = await mixersOf(session)
  const sample =
    ranges.length >= 16 ? (ranges[0] ?? { first: 0, last: 255 }) : { first: 0, last: 255 }
  const explained = fastLane(await keyKinds(session, sample))
  let from = 0
  for (const [at, range] of ranges.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- one range at a time bounds the memory
    await session.command(
      `INSERT INTO ${tables.candidate} SELECT ${CARRIED} FROM access
       PREWHERE bucket BETWEEN {first:UInt8} AND {last:UInt8} AND NOT (${explained})
       SETTINGS ${LOCAL}`,
      { ...range, mixer_1: mixer1, mixer_2: mixer2 },
    )
    const isLast = at === ranges.length - 1
    // oxlint-disable-next-line no-await-in-loop -- one range at a time bounds the memory
    if (isLast || (await countOf(session, tables.candidate)) >= EXACT_ROWS) {
      // oxlint-disable-next-line no-await-in-loop -- one range at a time bounds the memory
      await exactLane(session, tables, { first: from, last: range.last })
      from = range.last + 1
    }
    onRange(at + 1, ranges.length)
  }
}

export async function countOf(session: Session, table: string): Promise<number> {
  const [row] = await session.rows(`SELECT count() AS n FROM ${table}`)
  return countIn(row, 'n')
}

function countIn(row: Json | undefined, name: string): number {
  return Number(row?.[name] ?? 0)
}

/**
 * Compares the candidates with every issuance of their ids. `finding` of what stays open: `''` the id was never
 * seen, a reason why every issuance of it disagrees, `owa` only the mail service issued it (`root` is the session
 * that it was asked with), `shared` too many issuances have it.
 */
async function exactLane(session: Session, tables: LaneTables, range: Range): Promise<void> {
  const facts = `
    SELECT token_id AS made_id, arraySort(groupArray(${SHARED_LIMIT + 1})(fact)) AS facts
    FROM (
      SELECT token_id, ${FACT} AS fact
      FROM issuance
      PREWHERE bucket BETWEEN {first:UInt8} AND {last:UInt8}
        AND token_id GLOBAL IN (SELECT token_id FROM ${tables.candidate} WHERE token_state = 'present')
      WHERE outcome = 'issued' AND token_id != toUUID('${NO_ID}')
      GROUP BY token_id, category = 'owa-auth', source, lower(principal), principal_id, app_id, resource_id, tenant,
        home_tenant
    )
    GROUP BY made_id`
  await session.command(
    `INSERT INTO ${tables.open}
     SELECT * EXCEPT (facts, masks, made, by_owa, owa_at),
       multiIf(length(facts) = 0, '', length(facts) > ${SHARED_LIMIT}, 'shared', by_owa = 0, 'owa',
         ${REASON_OF_MASK('if(made < 16, made, by_owa)')}) AS finding,
       if(finding = 'owa', facts[owa_at].11, '') AS root
     FROM (
       SELECT c.*, facts,
         arrayMap(fact -> ${agreementMask('fact')}, facts) AS masks,
         arrayMin(arrayPushBack(arrayMap((fact, mask) -> if(fact.1 = 0, mask, 16), facts, masks), 16)) AS made,
         arrayMin(arrayPushBack(arrayMap((fact, mask) -> if(fact.1 = 1, mask, 16), facts, masks), 16)) AS by_owa,
         arrayFirstIndex((fact, mask) -> fact.1 = 1 AND mask = 0, facts, masks) AS owa_at
       FROM ${tables.candidate} AS c
       LEFT ANY JOIN (${facts}) AS f ON made_id = c.token_id AND c.token_state = 'present'
     )
     WHERE made != 0
     SETTINGS ${LOCAL}, ${SPILLS}, max_block_size = 8192`,
    { ...range },
  )
  await session.command(`TRUNCATE TABLE ${tables.candidate}`)
}
