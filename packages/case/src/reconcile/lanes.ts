/**
 * Finds the accesses whose token no issuance explains.
 *
 * Nearly all accesses of a sound log are explained, so the work is split. The **fast lane** goes over id-range
 * buckets: of each it drops every access whose number (`key` of `schema.ts`) an issuance has, too: token id, tenant,
 * principal, application and hour of issue are the same then. It reads nothing but these numbers. What is left,
 * usually little, is read whole and takes the **exact lane**: every issuance of its token ids is compared field by
 * field.
 *
 * Cost: one pass over the key columns of both tables, memory for the keys of a bucket range; the exact lane holds
 * {@link EXACT_TOKENS} token ids and their issuances.
 *
 * @module
 */
import { NO_ID } from '../no_id.ts'
import type { EitherTable } from '../scope/scratch.ts'
import type { Session } from '../session.ts'
import { agreementMask, FACT, REASON_OF_MASK } from './agreement.ts'
import {
  CANDIDATE_COLUMNS,
  type CandidateFinder,
  type CandidateTables,
  commonKinds,
} from './candidates.ts'
import { KernelCandidates } from './candidates_by_kernel.ts'
import { EngineCandidates, INDEXED_TOKENS } from './candidates_in_engine.ts'
import { bucketsOf, isWhole, type Range } from './ranges.ts'

/** Token ids that the exact lane takes at once, if a range does not have more. */
const EXACT_TOKENS = 100_000
/** An id that more issuances with differing facts share than this is no token id. */
const SHARED_LIMIT = 64

/** Columns of the table of accesses that the exact lane has not explained. */
export const OPEN_COLUMNS: string = `${CANDIDATE_COLUMNS},
  finding LowCardinality(String), root String`

/** Each bucket joins within its shard. */
const LOCAL = "distributed_product_mode = 'local'"
/**
 * The engine's search for chains of comparisons, from which more comparisons follow: in a long statement without
 * any it is a third of the planning.
 */
export const PLAIN_PLAN = 'optimize_and_compare_chain = 0'
const SPILLS =
  'max_bytes_before_external_group_by = 200000000, max_bytes_ratio_before_external_group_by = 0'

/** Tables that the lanes write: those of candidates and `missing` are emptied between ranges. */
export interface LaneTables extends CandidateTables {
  readonly open: EitherTable
}

/**
 * Puts every access that no issuance explains into one of the tables `open`.
 *
 * @param onRange after each bucket range, for progress
 * @returns the name of that table; `undefined` where there is no such access
 */
export async function runLanes(
  session: Session,
  ranges: readonly Range[],
  tables: LaneTables,
  onRange: (done: number, total: number) => void,
): Promise<string | undefined> {
  const finder = await finderFor(session, ranges, tables)
  try {
    return await takeLanes(session, ranges, tables, finder, onRange)
  } finally {
    await finder.close()
  }
}

async function takeLanes(
  session: Session,
  ranges: readonly Range[],
  tables: LaneTables,
  finder: CandidateFinder,
  onRange: (done: number, total: number) => void,
): Promise<string | undefined> {
  let open: string | undefined
  let from = 0
  let done = 0
  while (done < ranges.length) {
    // oxlint-disable-next-line no-await-in-loop -- some ranges at a time bound the memory
    const step = await finder.next()
    done = step.done
    const last = ranges[done - 1]?.last ?? from
    if (done === ranges.length || step.waiting >= EXACT_TOKENS) {
      const range = { first: from, last }
      // oxlint-disable-next-line no-await-in-loop -- as above
      const isFew = await finder.settle(range)
      if (isFew !== undefined) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        const candidate = await tables.candidate(isFew)
        // oxlint-disable-next-line no-await-in-loop -- as above
        open ??= await tables.open(isFew && isWhole(range))
        // oxlint-disable-next-line no-await-in-loop -- as above
        await exactLane(session, candidate, open, range)
      }
      from = last + 1
    }
    onRange(done, ranges.length)
  }
  return open
}

async function finderFor(
  session: Session,
  ranges: readonly Range[],
  tables: LaneTables,
): Promise<CandidateFinder> {
  const kinds = commonKinds(session, ranges)
  const numbers = session.numbers?.bind(session)
  // Its thread starts meanwhile.
  if (numbers !== undefined) return new KernelCandidates(session, numbers, tables, kinds, ranges)
  return new EngineCandidates(session, tables, await kinds, ranges, EXACT_TOKENS)
}

/**
 * Compares the accesses of the candidates with every issuance of their ids. `finding` of what stays open: `''` the
 * id was never seen, a reason why every issuance of it disagrees, `owa` only the mail service issued it (`root` is
 * the session that it was asked with), `shared` too many issuances have it.
 */
async function exactLane(
  session: Session,
  candidate: string,
  open: string,
  range: Range,
): Promise<void> {
  const facts = `
    SELECT token_id AS made_id, arraySort(groupArray(${SHARED_LIMIT + 1})(fact)) AS facts
    FROM (
      SELECT token_id, ${FACT} AS fact
      FROM issuance
      PREWHERE ${bucketsOf(range)} AND (bucket, token_id) GLOBAL IN (
        SELECT bucket, token_id FROM ${candidate} WHERE token_id != toUUID('${NO_ID}'))
      WHERE outcome = 'issued'
      GROUP BY token_id, category = 'owa-auth', source, lower(principal), principal_id, app_id, resource_id, tenant,
        home_tenant
    )
    GROUP BY made_id`
  await session.command(
    `INSERT INTO ${open}
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
       FROM ${candidate} AS a
       LEFT ANY JOIN (${facts}) AS f ON made_id = a.token_id AND a.token_state = 'present'
     )
     WHERE made != 0
     SETTINGS ${LOCAL}, ${SPILLS}, ${PLAIN_PLAN}, max_block_size = 8192,
       use_index_for_in_with_subqueries_max_values = ${INDEXED_TOKENS}`,
  )
  await session.command(`TRUNCATE TABLE ${candidate}`)
}
