/**
 * Finds the accesses whose token no issuance explains. Nearly all accesses agree with the first issuance of their token
 * id, so one join removes them. The rest is compared with every issuance of its ids.
 */
import { countOf } from '../../engine/rows.ts'
import { type Session, SPILLS } from '../../engine/session.ts'
import { columnsSql, HAS_TOKEN, NO_ID } from '../../store/sql.ts'
import { type Clocks, correctedMs } from './clocks.ts'
import { agreementMask, DISAGREES, FACT, PREFIX, REASON_OF_MASK, WHOSE } from './context.ts'

const BUCKETS = 256
/** Accesses of one range: more take more memory, fewer make more statements. */
const RANGE_ROWS = 1_600_000

export interface Range {
  readonly first: number
  readonly last: number
}

export function rangesFor(rows: number): Range[] {
  const wanted = Math.ceil(rows / RANGE_ROWS)
  const count = Math.min(BUCKETS, 2 ** Math.ceil(Math.log2(Math.max(1, wanted))))
  const width = BUCKETS / count
  return Array.from({ length: count }, (_, at) => ({
    first: at * width,
    last: (at + 1) * width - 1,
  }))
}

export const bucketsOf = (range: Range): string =>
  isWhole(range) ? '1' : `bucket BETWEEN ${range.first} AND ${range.last}`

const isWhole = ({ first, last }: Range): boolean => last - first + 1 === BUCKETS

/** An id that more issuances with differing facts share than this is no token id. */
const SHARED_LIMIT = 64

/** Without the engine's search for chains of comparisons: in a long statement it is a third of the planning. */
export const PLAIN_PLAN = 'optimize_and_compare_chain = 0'
const LOCAL = "distributed_product_mode = 'local'"
export const BUCKET_ORDER = '(bucket, token_id, record_id, content)'

const carried = (clocks: Clocks) => `bucket, token_id, record_id, content, evidence_id,
  ${correctedMs('at', clocks.access)} AS at_ms,
  if(toUnixTimestamp64Milli(issued_at) > 0, ${correctedMs('issued_at', clocks.access)}, 0) AS issued_ms,
  source, service, operation, token_state, session_id, other_session_id, principal, principal_id, actor_kind,
  mailbox, tenant, token_tenant, external_tenant, app_id, client_app_id, issuer, client, ip`

const CANDIDATE = `bucket UInt8; token_id UUID; record_id UUID; content UInt64; evidence_id UInt32; at_ms Int64;
  issued_ms Int64; source Low; service Low; operation Low; token_state Low; session_id String;
  other_session_id String; principal String; principal_id String; actor_kind Low; mailbox String; tenant Low;
  token_tenant Low; external_tenant Low; app_id Low; client_app_id Low; issuer Low; client Low; ip String`
export const CANDIDATE_COLUMNS: string = columnsSql(CANDIDATE)

export const OPEN_COLUMNS: string = columnsSql(`${CANDIDATE}; finding Low; root String;
  shown UUID; root_ms Int64; has_expiry UInt8; is_acting UInt8`)

interface JoinTables {
  readonly candidate: string
  readonly open: string
}

/** Puts every access that no issuance explains into `open`. Memory: the issuances of one range. */
export async function joinAll(
  session: Session,
  ranges: readonly Range[],
  tables: JoinTables,
  clocks: Clocks,
  onRange: (done: number, total: number) => void,
): Promise<void> {
  for (const [at, range] of ranges.entries()) {
    await firstIssuances(session, tables.candidate, clocks, range)
    if ((await countOf(session, tables.candidate)) > 0)
      await allIssuances(session, tables, clocks, range)
    onRange(at + 1, ranges.length)
  }
}

async function firstIssuances(session: Session, candidate: string, clocks: Clocks, range: Range) {
  const made = `
    SELECT bucket AS made_bucket, token_id AS made_id, ${FACT('one')(correctedMs('at', clocks.issuance))} AS fact
    FROM issuance
    WHERE ${bucketsOf(range)} AND outcome = 'issued' AND category != 'owa-auth' AND ${HAS_TOKEN}`
  await session.command(
    `INSERT INTO ${candidate}
     SELECT * EXCEPT (made_id, fact)
     FROM (
       SELECT ${carried(clocks)}, made_id, fact
       FROM (SELECT * FROM access WHERE ${bucketsOf(range)}) AS a
       LEFT ANY JOIN (${made}) AS m ON made_bucket = a.bucket AND made_id = a.token_id
     )
     WHERE token_state != 'present' OR NOT ${HAS_TOKEN} OR made_id != token_id
       OR ${agreementMask('fact')} != 0
     SETTINGS ${LOCAL}, ${PLAIN_PLAN}`,
  )
}

/**
 * Whether an id may be of a service that acts for others, such as a migration or a search: it has one principal, and its
 * application uses it in the network in which it was issued. The mail service then names the owner.
 */
const IS_ACTING = `length(arrayDistinct(arrayMap(fact -> fact.2, facts))) = 1
  AND arrayExists((fact, mask) -> mask = 16 AND fact.4 != '' AND fact.4 IN (app_id, client_app_id)
    AND fact.15 != '' AND fact.15 = ${PREFIX}, facts, masks)`

/**
 * Compares candidates with every issuance of their ids. `finding`: `''` the id was never seen, a reason why every
 * issuance disagrees, `owa` only the mail service issued it at `root_ms` (`root` is the session, `shown` the token that it
 * was shown), `shared` too many issuances have it.
 */
async function allIssuances(
  session: Session,
  { candidate, open }: JoinTables,
  clocks: Clocks,
  range: Range,
): Promise<void> {
  const facts = `
    SELECT token_id AS made_id, arraySort(groupArray(${SHARED_LIMIT + 1})(fact)) AS facts
    FROM (
      SELECT token_id, ${FACT('group')(correctedMs('at', clocks.issuance))} AS fact
      FROM issuance
      PREWHERE ${bucketsOf(range)} AND (bucket, token_id) GLOBAL IN (
        SELECT bucket, token_id FROM ${candidate} WHERE ${HAS_TOKEN})
      WHERE outcome = 'issued'
      GROUP BY token_id, category = 'owa-auth', source, lower(principal), principal_id, app_id, resource_id, tenant,
        home_tenant, ${WHOSE}
    )
    GROUP BY made_id`
  await session.command(
    `INSERT INTO ${open}
     SELECT * EXCEPT (facts, masks, made, by_owa, owa_at),
       multiIf(length(facts) = 0, '', length(facts) > ${SHARED_LIMIT}, 'shared', by_owa = 0, 'owa',
         ${REASON_OF_MASK(`if(made < ${DISAGREES}, made, by_owa)`)}) AS finding,
       if(finding = 'owa', facts[owa_at].11, '') AS root,
       if(finding = 'owa', toUUIDOrZero(facts[owa_at].13), toUUID('${NO_ID}')) AS shown,
       if(finding = 'owa', facts[owa_at].8, 0) AS root_ms,
       arrayExists(fact -> fact.14 > 0, facts) AS has_expiry,
       finding = 'principal-differs' AND ${IS_ACTING} AS is_acting
     FROM (
       SELECT a.*, facts,
         arrayMap(fact -> ${agreementMask('fact')}, facts) AS masks,
         arrayMin(arrayPushBack(arrayMap((fact, mask) -> if(fact.1 = 0, mask, ${DISAGREES}), facts, masks), ${DISAGREES})) AS made,
         arrayMin(arrayPushBack(arrayMap((fact, mask) -> if(fact.1 = 1, mask, ${DISAGREES}), facts, masks), ${DISAGREES})) AS by_owa,
         arrayFirstIndex((fact, mask) -> fact.1 = 1 AND mask = 0, facts, masks) AS owa_at
       FROM ${candidate} AS a
       LEFT ANY JOIN (${facts}) AS f ON made_id = a.token_id AND a.token_state = 'present'
     )
     WHERE made != 0
     SETTINGS ${LOCAL}, ${SPILLS}, ${PLAIN_PLAN}, max_block_size = 8192`,
  )
  await session.command(`TRUNCATE TABLE ${candidate}`)
}
