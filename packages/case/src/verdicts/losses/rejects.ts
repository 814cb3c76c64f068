/**
 * When rows were that could not be read: between the earliest and the latest of the {@link BESIDE} records on each
 * side, widened by a margin of their file that is right for 999 of its 1,000 readable records.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import { Scratch } from '../../engine/scratch.ts'
import { BOUNDED, type Session } from '../../engine/session.ts'
import { ALL_TIME, HAS_TIME, type Loss, type Period } from './loss.ts'
import { IS_LOSS, type LossyFile, OF_LOGS } from './lossy_files.ts'

/** Records looked at on each side of a reject. */
const BESIDE = 5
/** With fewer records near its rejects a file's order is unknown: a reject is as wide as the file. */
const SHOWS_ITS_ORDER = 4 * BESIDE
/** Records within as many lines of a reject, and at most twice that, are read. */
const NEAR_LINES = 256
/** With more records on one line their order is not known. */
const MOST_ON_A_LINE = 4
/** A reject before all records of its file, or behind them, is up to a day before or after. */
const BEYOND_MS = 24 * 3_600_000

const BLOCK = `toInt64(intDiv(line, ${NEAR_LINES}))`
const REJECTS = `SELECT evidence_id, line, reason FROM reject WHERE ${IS_LOSS} AND evidence_id IN (${OF_LOGS})`
const near = (table: string) => `
  SELECT evidence_id, line, toUnixTimestamp64Milli(at) AS ms FROM ${table}
  WHERE ${HAS_TIME} AND (evidence_id, ${BLOCK}) GLOBAL IN (
    SELECT evidence_id, arrayJoin([block - 1, block, block + 1])
    FROM (SELECT DISTINCT evidence_id, ${BLOCK} AS block FROM (${REJECTS})))`

/** Each record with the times before it (itself included; without it in `others`) and after it, and one before all. */
const windows = (records: string) => `
  SELECT evidence_id, line, ms, count() OVER (PARTITION BY evidence_id, line) AS on_line,
    min(ms) OVER before AS lo_before, max(ms) OVER before AS hi_before,
    min(ms) OVER others AS lo_others, max(ms) OVER others AS hi_others,
    min(ms) OVER after AS lo_after, max(ms) OVER after AS hi_after
  FROM (
    SELECT evidence_id, line, ms FROM ${records}
    UNION ALL SELECT DISTINCT evidence_id, 0, NULL FROM ${records}
  )
  WINDOW
    before AS (PARTITION BY evidence_id ORDER BY line, ms ROWS BETWEEN ${BESIDE - 1} PRECEDING AND CURRENT ROW),
    others AS (PARTITION BY evidence_id ORDER BY line, ms ROWS BETWEEN ${BESIDE} PRECEDING AND 1 PRECEDING),
    after AS (PARTITION BY evidence_id ORDER BY line, ms ROWS BETWEEN 1 FOLLOWING AND ${BESIDE} FOLLOWING)`

/** Losses by rejects; those whose times overlap are one. */
export async function lostByRejects(
  session: Session,
  files: ReadonlyMap<number, LossyFile>,
): Promise<Loss[]> {
  if (files.size === 0) return []
  return await Scratch.lend(session, async (scratch) => {
    const columns = 'evidence_id UInt32, line UInt64, ms Nullable(Int64)'
    const records = await scratch.table('beside', columns, '(evidence_id, line)')
    await session.command(
      `INSERT INTO ${records} SELECT * FROM (${near('access')} UNION ALL ${near('issuance')}) ${BOUNDED}`,
    )
    const margins = await marginsOf(session, records)
    const periods = new Map<LossyFile, LostPeriod[]>()
    for await (const rows of besideRejects(session, records)) {
      for (const row of rows) {
        const file = files.get(Number(row['evidence_id']))
        if (file === undefined) continue
        const period = periodOf(row, file, margins.get(file.evidenceId))
        const own = periods.get(file) ?? []
        periods.set(file, own)
        own.push({ ...period, records: Number(row['rejects']) })
      }
    }
    return [...periods].flatMap(([{ evidenceId, logs }, own]) =>
      merged(own).flatMap(({ records: lost, ...period }) =>
        logs.map((log): Loss => {
          return { ...log, evidenceId, code: 'rejected-rows', ...period, records: lost }
        }),
      ),
    )
  })
}

/** Milliseconds by file; none for a file that does not show its order. */
async function marginsOf(session: Session, records: string): Promise<Map<number, number>> {
  const rows = await session.rows(
    `SELECT evidence_id, quantileExactHigh(0.999)(assumeNotNull(
         greatest(0, least(lo_others, lo_after) - ms, ms - greatest(hi_others, hi_after)))) AS margin
     FROM (${windows(records)})
     WHERE ms IS NOT NULL AND lo_others IS NOT NULL AND lo_after IS NOT NULL
     GROUP BY evidence_id HAVING count() >= ${SHOWS_ITS_ORDER} ORDER BY evidence_id ${BOUNDED}`,
  )
  return new Map(rows.map((row) => [Number(row['evidence_id']), Number(row['margin'])]))
}

/** Rejects by the record that they follow. */
function besideRejects(session: Session, records: string): AsyncIterable<readonly Json[]> {
  return session.stream(
    `SELECT evidence_id, count() AS rejects, countIf(reason = 'column-count') AS misfits, any(on_line) AS crowd, any(lo_before) AS lo_before,
       any(hi_before) AS hi_before, any(lo_after) AS lo_after, any(hi_after) AS hi_after
     FROM (
       SELECT r.evidence_id AS evidence_id, r.reason AS reason, w.line AS behind, w.on_line AS on_line, w.lo_before AS lo_before,
         w.hi_before AS hi_before, w.lo_after AS lo_after, w.hi_after AS hi_after
       FROM (${REJECTS}) AS r
       ASOF LEFT JOIN (${windows(records)}) AS w ON r.evidence_id = w.evidence_id AND r.line >= w.line
     )
     GROUP BY evidence_id, behind ORDER BY evidence_id, behind ${BOUNDED}`,
  )
}

interface LostPeriod extends Period {
  readonly records: number
}

function periodOf(row: Json, file: LossyFile, margin: number | undefined): Period {
  const whole = { fromMs: file.fromMs - BEYOND_MS, toMs: file.toMs + BEYOND_MS }
  if (file.toMs === ALL_TIME.toMs) return ALL_TIME
  if (margin === undefined || Number(row['crowd']) > MOST_ON_A_LINE) return whole
  const times = ['lo_before', 'hi_before', 'lo_after', 'hi_after'].flatMap((name) =>
    row[name] === null || row[name] === undefined ? [] : [Number(row[name])],
  )
  if (times.length === 0) return whole
  const isAtEdge = times.length < 4
  // Rows at a file's end that do not fit its header are of another table, which was joined to it.
  if (isAtEdge && Number(row['misfits']) > 1) return ALL_TIME
  const wide = margin + (isAtEdge ? BEYOND_MS : 0)
  return { fromMs: Math.min(...times) - wide, toMs: Math.max(...times) + wide + 1 }
}

/** Those whose times overlap are one. */
function merged(periods: readonly LostPeriod[]): LostPeriod[] {
  const found: LostPeriod[] = []
  for (const period of periods.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = found.at(-1)
    if (last === undefined || last.toMs < period.fromMs) found.push(period)
    else {
      found[found.length - 1] = {
        fromMs: last.fromMs,
        toMs: Math.max(last.toMs, period.toMs),
        records: last.records + period.records,
      }
    }
  }
  return found
}
