/**
 * Clocks that are off, found and corrected where the same tokens have two times with one constant difference in a whole
 * log or a whole file. The sign-in log is moved to the clock of the accesses, unless only some of the access logs
 * disagree with it. The records keep the time that they were read with.
 */
import {
  cell,
  countOf,
  insertRows,
  type Numbers,
  rowReader,
  type Texts,
} from '../../engine/rows.ts'
import { type Session, SPILLS } from '../../engine/session.ts'
import { HAS_TOKEN } from '../../store/sql.ts'

/** What has to be added to the times of a file's records, milliseconds, by evidence. */
export type Offsets = ReadonlyMap<number, number>

export interface Clocks {
  readonly issuance: Offsets
  readonly access: Offsets
}

interface ClockOffset {
  readonly side: 'issuance' | 'access'
  readonly tenant: string
  readonly log: string
  readonly evidence: readonly number[]
  /** How far the clock is ahead of that of the other side, milliseconds. */
  readonly aheadMs: number
  /** Of so many tokens that have both times, how many show this difference. */
  readonly tokens: number
  readonly of: number
}

/** SQL for a column's time in milliseconds by a true clock. */
export function correctedMs(column: string, offsets: Offsets): string {
  const read = `toUnixTimestamp64Milli(${column})`
  if (offsets.size === 0) return read
  const ids = [...offsets.keys()].map((id) => `toUInt32(${id})`).join(', ')
  const values = [...offsets.values()].map((ms) => `toInt64(${ms})`).join(', ')
  return `(${read} + transform(evidence_id, [${ids}], [${values}], toInt64(0)))`
}

const STEP_MS = 900_000
/** Below half an hour an offset disturbs no comparison. */
const LEAST_STEPS = 2
const MOST_STEPS = 26 * 4
/** So many tokens have to show one difference, and so large a share of all that have both times. */
const LEAST_TOKENS = 8
const LEAST_SHARE = 0.6
const SAMPLED_ROWS = 1_000_000
type Pair = Texts<'tenant madeLog usedLog'> & Numbers<'madeIn usedIn steps tokens'>

/** Differences between the two times of tokens, by log and file, in steps of {@link STEP_MS}. */
async function pairsOf(session: Session): Promise<Pair[]> {
  const rows = Math.max(await countOf(session, 'access'), await countOf(session, 'issuance'))
  const buckets = Math.min(
    255,
    Math.max(7, Math.floor((256 * SAMPLED_ROWS) / Math.max(1, rows)) - 1),
  )
  const found = await session.rows(
    `SELECT toString(owner) AS tenant, concat(source, ' ', category) AS made_log, used_log, made_in, used_in, steps,
       uniqExact(token_id) AS tokens
     FROM (
       SELECT i.owner AS owner, i.source AS source, i.category AS category, concat(a.source, ' ', a.tenant) AS used_log,
         i.evidence_id AS made_in, a.evidence_id AS used_in, a.token_id AS token_id,
         toInt32(round((toUnixTimestamp64Milli(a.issued_at) - toUnixTimestamp64Milli(i.at)) / ${STEP_MS})) AS steps
       FROM (
         SELECT bucket, token_id, evidence_id, source, tenant, issued_at FROM access
         WHERE bucket <= {buckets:UInt8} AND token_state = 'present' AND ${HAS_TOKEN}
           AND toUnixTimestamp64Milli(issued_at) > 0
       ) AS a
       INNER JOIN (
         SELECT bucket, token_id, evidence_id, source, category, owner, at FROM issuance
         WHERE bucket <= {buckets:UInt8} AND outcome = 'issued' AND ${HAS_TOKEN}
       ) AS i ON i.bucket = a.bucket AND i.token_id = a.token_id
     )
     WHERE abs(steps) <= ${MOST_STEPS}
     GROUP BY owner, source, category, used_log, made_in, used_in, steps
     ORDER BY tenant, made_log, used_log, made_in, used_in, steps
     SETTINGS distributed_product_mode = 'local', ${SPILLS}`,
    { buckets },
  )
  return found.map(
    rowReader(cell.text('tenant madeLog usedLog'), cell.number('madeIn usedIn steps tokens')),
  )
}

export function clocksBy(pairs: readonly Pair[]): ClockOffset[] {
  const found: ClockOffset[] = []
  let left = pairs
  for (const side of ['issuance', 'access'] as const)
    for (const by of ['log', 'file'] as const)
      for (const [, own] of Map.groupBy(left, (pair) => keyOf(pair, side, by))) {
        const offset = offsetOf(own, side)
        if (offset === undefined) continue
        found.push(offset)
        const inIt = new Set(own)
        const steps = Math.round((side === 'issuance' ? 1 : -1) * (offset.aheadMs / STEP_MS))
        left = left.map((pair) => (inIt.has(pair) ? shifted(pair, steps) : pair))
      }
  return found
}

const shifted = (pair: Pair, steps: number): Pair => ({ ...pair, steps: pair.steps + steps })

function keyOf(pair: Pair, side: 'issuance' | 'access', by: 'log' | 'file'): string {
  if (side === 'issuance')
    return by === 'log' ? `${pair.tenant}\0${pair.madeLog}` : `${pair.madeIn}`
  return by === 'log' ? pair.usedLog : `${pair.usedIn}`
}

function offsetOf(pairs: readonly Pair[], side: 'issuance' | 'access'): ClockOffset | undefined {
  const bySteps = new Map<number, number>()
  for (const { steps, tokens } of pairs) bySteps.set(steps, (bySteps.get(steps) ?? 0) + tokens)
  const of = [...bySteps.values()].reduce((sum, tokens) => sum + tokens, 0)
  const [steps, tokens] = [...bySteps].reduce(
    (one, other) => (other[1] > one[1] ? other : one),
    [0, 0],
  )
  const [first] = pairs
  const isOff =
    Math.abs(steps) >= LEAST_STEPS && tokens >= LEAST_TOKENS && tokens >= LEAST_SHARE * of
  if (first === undefined || !isOff) return undefined
  // A renewed token names the time of its authentication, which is earlier: that alone is no clock.
  if (steps < 0 && of - tokens > (1 - LEAST_SHARE) * tokens) return undefined
  const evidence = new Set(pairs.map((pair) => (side === 'issuance' ? pair.madeIn : pair.usedIn)))
  return {
    side,
    tenant: first.tenant,
    log: side === 'issuance' ? first.madeLog : first.usedLog,
    evidence: [...evidence].toSorted((a, b) => a - b),
    aheadMs: (side === 'issuance' ? -1 : 1) * steps * STEP_MS,
    tokens,
    of,
  }
}

export async function writeClocks(session: Session): Promise<Clocks> {
  await session.command('TRUNCATE TABLE clock_offset')
  const found = clocksBy(await pairsOf(session))
  const rows = found.flatMap(({ side, tenant, log, evidence, aheadMs, tokens, of }) =>
    evidence.map((id) => [side, tenant, log, id, aheadMs, tokens, of]),
  )
  const columns = ['side', 'tenant', 'log', 'evidence_id', 'ahead_ms', 'tokens', 'of']
  await insertRows(session, 'clock_offset', columns, rows)
  return await readClocks(session)
}

export async function readClocks(session: Session): Promise<Clocks> {
  const rows = await session.rows(
    'SELECT toString(side) AS side, evidence_id, sum(ahead_ms) AS ahead FROM clock_offset GROUP BY side, evidence_id ORDER BY side, evidence_id',
  )
  const of = (side: string): Offsets =>
    new Map(
      rows
        .filter((row) => row['side'] === side)
        .map((row) => [Number(row['evidence_id']), -Number(row['ahead'])]),
    )
  return { issuance: of('issuance'), access: of('access') }
}
