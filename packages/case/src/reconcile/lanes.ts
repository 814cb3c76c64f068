/**
 * Finds the accesses whose token no issuance explains.
 *
 * Nearly all accesses of a sound log are explained, so the work is split. The **fast lane** goes over id-range
 * buckets: of each it puts one number an issuance (`key_name` or `key_id` of `schema.ts`) into a set and drops every
 * access whose number is in it: token id, tenant, principal, application and hour of issue are the same then. It
 * reads nothing but ids and numbers. What is left, usually little, takes the **exact lane**: its accesses are read
 * whole, and every issuance of their token ids is compared field by field.
 *
 * Cost: one pass over the key columns of both tables, memory for the keys of {@link SIDE_BY_SIDE} bucket ranges;
 * the exact lane holds {@link EXACT_TOKENS} token ids and their issuances.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import { hoursOf, KEY_KINDS } from '../match_key.ts'
import { NO_ID } from '../no_id.ts'
import type { Session } from '../session.ts'
import { agreementMask, FACT, REASON_OF_MASK } from './agreement.ts'

const BUCKETS = 256
/** Accesses of one range: more would not fit a processor's cache, fewer make more statements. */
const RANGE_ROWS = 800_000
/** Ranges that one statement takes: their sets are built side by side, one a core. */
const SIDE_BY_SIDE = 2
/** Token ids that the exact lane takes at once, if a statement does not find more. */
const EXACT_TOKENS = 100_000
/** So many token ids are looked up by the index of their table; more are found quicker in one pass. */
const INDEXED_TOKENS = 50_000
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

/** Columns of a table of candidates: accesses of one token id and one key are explained, or not, together. */
export const CANDIDATE_COLUMNS = 'bucket UInt8, token_id UUID, key UInt64'
export const CANDIDATE_ORDER = '(bucket, token_id, key)'

/** Columns of an access that later steps need, as they are selected. */
const CARRIED = `bucket, token_id, record_id, content, toUnixTimestamp64Milli(at) AS at_ms,
  greatest(0, toUnixTimestamp64Milli(issued_at)) AS issued_ms, source, service, token_state, session_id,
  other_session_id, principal, principal_id, actor_kind, tenant, token_tenant, external_tenant, app_id,
  client_app_id, issuer, client`

/** Columns of a table of accesses that the exact lane has not explained. */
export const OPEN_COLUMNS = `bucket UInt8, token_id UUID, record_id UUID, content UInt64, at_ms Int64, issued_ms Int64,
  source LowCardinality(String), service LowCardinality(String), token_state LowCardinality(String),
  session_id String, other_session_id String, principal String, principal_id String,
  actor_kind LowCardinality(String), tenant LowCardinality(String), token_tenant LowCardinality(String),
  external_tenant LowCardinality(String), app_id LowCardinality(String),
  client_app_id LowCardinality(String), issuer LowCardinality(String), client LowCardinality(String),
  finding LowCardinality(String), root String`

export const BUCKET_ORDER = '(bucket, token_id, record_id, content)'

/** Each bucket joins within its shard. */
const LOCAL = "distributed_product_mode = 'local'"
/**
 * The engine's search for chains of comparisons, from which more comparisons follow: in a long statement without
 * any it is a third of the planning.
 */
export const PLAIN_PLAN = 'optimize_and_compare_chain = 0'
const SPILLS =
  'max_bytes_before_external_group_by = 200000000, max_bytes_ratio_before_external_group_by = 0'

/** Kinds of key that a fair share of the accesses have; those of other kinds take the exact lane. */
async function commonKinds(session: Session, sample: Range): Promise<number[]> {
  const rows = await session.rows(
    `SELECT key % 4 AS kind, count() AS n FROM access
     WHERE bucket BETWEEN {first:UInt8} AND {last:UInt8} AND key != 0 GROUP BY kind ORDER BY kind`,
    { ...sample },
  )
  const total = rows.reduce((sum, row) => sum + Number(row['n']), 0)
  return rows.filter((row) => Number(row['n']) > total / 50).map((row) => Number(row['kind']))
}

/** The key of an issuance, of each kind. */
const MADE_KEY: Readonly<Record<number, string>> = {
  [KEY_KINDS.nameHour]: 'key_name',
  [KEY_KINDS.idHour]: 'key_id',
  [KEY_KINDS.name]: `if(key_name = 0, 0, key_name - ${KEY_KINDS.nameHour - KEY_KINDS.name} - ${hoursOf('at')})`,
  [KEY_KINDS.id]: `if(key_id = 0, 0, key_id - ${KEY_KINDS.idHour - KEY_KINDS.id} - ${hoursOf('at')})`,
}

/** True of accesses that an issuance explains for certain. */
function fastLane(kinds: readonly number[], range: Range): string {
  const keys = kinds.flatMap((kind) => MADE_KEY[kind] ?? [])
  if (keys.length === 0) return '0'
  const made = keys.length === 1 ? keys.join('') : `arrayJoin([${keys.join(', ')}])`
  return `key != 0 AND key IN (
    SELECT ${made} FROM issuance WHERE ${bucketsOf(range)})`
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
  const sample =
    ranges.length >= 16 ? (ranges[0] ?? { first: 0, last: 255 }) : { first: 0, last: 255 }
  const kinds = await commonKinds(session, sample)
  let from = 0
  let nextCount = 0
  for (let at = 0; at < ranges.length; at += SIDE_BY_SIDE) {
    const taken = ranges.slice(at, at + SIDE_BY_SIDE)
    const done = at + taken.length
    const last = taken.at(-1)?.last ?? from
    // oxlint-disable-next-line no-await-in-loop -- one statement at a time bounds the memory
    await session.command(candidatesSql(tables.candidate, kinds, taken))
    const isLast = done === ranges.length
    // oxlint-disable-next-line no-await-in-loop -- as above
    const waiting = isLast || at >= nextCount ? await countOf(session, tables.candidate) : 0
    if (isLast || waiting >= EXACT_TOKENS) {
      // oxlint-disable-next-line no-await-in-loop -- as above
      await exactLane(session, tables, { first: from, last }, waiting)
      from = last + 1
    }
    if (at >= nextCount) nextCount = at + rangesAhead(waiting, done)
    onRange(done, ranges.length)
  }
}

/**
 * Puts the candidates of the ranges into `table`. Their filter stays out of PREWHERE: the engine builds the sets
 * of a PREWHERE while it plans, one after another.
 */
function candidatesSql(table: string, kinds: readonly number[], ranges: readonly Range[]): string {
  const selects = ranges.map(
    (range) => `SELECT DISTINCT bucket, token_id, key FROM access
      WHERE ${bucketsOf(range)} AND NOT (${fastLane(kinds, range)})`,
  )
  return `INSERT INTO ${table} ${selects.join(' UNION ALL ')}
    SETTINGS ${LOCAL}, use_index_for_in_with_subqueries = 0, optimize_move_to_prewhere = 0`
}

const bucketsOf = ({ first, last }: Range): string => `bucket BETWEEN ${first} AND ${last}`

/** After how many more ranges the candidates may be enough for the exact lane, going by those so far. */
function rangesAhead(waiting: number, done: number): number {
  const perRange = Math.max(1, waiting / done)
  return Math.max(1, Math.min(8, Math.floor((EXACT_TOKENS - waiting) / perRange / 2)))
}

export async function countOf(session: Session, table: string): Promise<number> {
  const [row] = await session.rows(`SELECT count() AS n FROM ${table}`)
  return countIn(row, 'n')
}

function countIn(row: Json | undefined, name: string): number {
  return Number(row?.[name] ?? 0)
}

/**
 * Compares the accesses of the candidates with every issuance of their ids. `finding` of what stays open: `''` the
 * id was never seen, a reason why every issuance of it disagrees, `owa` only the mail service issued it (`root` is
 * the session that it was asked with), `shared` too many issuances have it.
 */
async function exactLane(
  session: Session,
  tables: LaneTables,
  range: Range,
  waiting: number,
): Promise<void> {
  if (waiting === 0) return
  const facts = `
    SELECT token_id AS made_id, arraySort(groupArray(${SHARED_LIMIT + 1})(fact)) AS facts
    FROM (
      SELECT token_id, ${FACT} AS fact
      FROM issuance
      PREWHERE ${bucketsOf(range)} AND (bucket, token_id) GLOBAL IN (
        SELECT bucket, token_id FROM ${tables.candidate} WHERE token_id != toUUID('${NO_ID}'))
      WHERE outcome = 'issued'
      GROUP BY token_id, category = 'owa-auth', source, lower(principal), principal_id, app_id, resource_id, tenant,
        home_tenant
    )
    GROUP BY made_id`
  const accesses = `
    SELECT ${CARRIED} FROM access
    PREWHERE ${bucketsOf(range)}
      AND (bucket, token_id) GLOBAL IN (SELECT bucket, token_id FROM ${tables.candidate})
      AND key GLOBAL IN (SELECT key FROM ${tables.candidate})`
  await session.command(
    `INSERT INTO ${tables.open}
     SELECT * EXCEPT (facts, masks, made, by_owa, owa_at),
       multiIf(length(facts) = 0, '', length(facts) > ${SHARED_LIMIT}, 'shared', by_owa = 0, 'owa',
         ${REASON_OF_MASK('if(made < 16, made, by_owa)')}) AS finding,
       if(finding = 'owa', facts[owa_at].11, '') AS root
     FROM (
       SELECT a.*, facts,
         arrayMap(fact -> ${agreementMask('fact')}, facts) AS masks,
         arrayMin(arrayPushBack(arrayMap((fact, mask) -> if(fact.1 = 0, mask, 16), facts, masks), 16)) AS made,
         arrayMin(arrayPushBack(arrayMap((fact, mask) -> if(fact.1 = 1, mask, 16), facts, masks), 16)) AS by_owa,
         arrayFirstIndex((fact, mask) -> fact.1 = 1 AND mask = 0, facts, masks) AS owa_at
       FROM (${accesses}) AS a
       LEFT ANY JOIN (${facts}) AS f ON made_id = a.token_id AND a.token_state = 'present'
     )
     WHERE made != 0
     SETTINGS ${LOCAL}, ${SPILLS}, ${PLAIN_PLAN}, max_block_size = 8192,
       use_index_for_in_with_subqueries_max_values = ${INDEXED_TOKENS}`,
  )
  await session.command(`TRUNCATE TABLE ${tables.candidate}`)
}
