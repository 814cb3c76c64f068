/** When rows were that could not be read, by the records beside them. */

import type { Scratch } from '../../engine/scratch.ts'
import { BOUNDED, type Session } from '../../engine/session.ts'
import { EVER, HAS_TIME } from './loss.ts'
import { LOST_ROWS } from './lossy_files.ts'

/** Records looked at on each side of a reject. */
const BESIDE = 5
/** With fewer records near its rejects a file's order is unknown: a reject is as wide as the file. */
const SHOWS_REJECT_ORDER = 4 * BESIDE
/** Records within as many lines of a reject, and at most twice that, are read. */
const NEAR_LINES = 256
/** With more records on one line their order is not known. */
const MOST_ON_A_LINE = 4
/** A reject before all records of its file, or behind them, is up to a day before or after. */
const BEYOND_MS = 24 * 3_600_000

const BLOCK = `toInt64(intDiv(line, ${NEAR_LINES}))`
const near = (table: string) => `
  SELECT evidence_id, line, toUnixTimestamp64Milli(at) AS ms FROM ${table}
  WHERE ${HAS_TIME} AND (evidence_id, ${BLOCK}) GLOBAL IN (
    SELECT evidence_id, arrayJoin([block - 1, block, block + 1])
    FROM (SELECT DISTINCT evidence_id, ${BLOCK} AS block FROM (${LOST_ROWS})))`

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

/** Milliseconds by file; none of a file that does not show its order. */
const marginsOf = (records: string) => `
  SELECT evidence_id, toNullable(quantileExactHigh(0.999)(assumeNotNull(
    greatest(0, least(lo_others, lo_after) - ms, ms - greatest(hi_others, hi_after))))) AS margin
  FROM (${windows(records)})
  WHERE ms IS NOT NULL AND lo_others IS NOT NULL AND lo_after IS NOT NULL
  GROUP BY evidence_id HAVING count() >= ${SHOWS_REJECT_ORDER}`

const besideRejects = (records: string) => `
  SELECT evidence_id, count() AS rejects, countIf(reason = 'column-count') AS misfits, any(on_line) AS crowd,
    any(lo_before) AS lo_before, any(hi_before) AS hi_before, any(lo_after) AS lo_after, any(hi_after) AS hi_after
  FROM (
    SELECT r.evidence_id AS evidence_id, r.reason AS reason, w.line AS behind, w.on_line AS on_line, w.lo_before AS lo_before,
      w.hi_before AS hi_before, w.lo_after AS lo_after, w.hi_after AS hi_after
    FROM (${LOST_ROWS}) AS r
    ASOF LEFT JOIN (${windows(records)}) AS w ON r.evidence_id = w.evidence_id AND r.line >= w.line
  )
  GROUP BY evidence_id, behind`

/**
 * The time of each group of rejects, `lost.1` to `lost.2`. Rows at a file's end that do not fit its header are of another
 * table, which was joined to it.
 */
const periodsOf = (records: string, logs: string) => `
  SELECT evidence_id, rejects,
    lo_before IS NULL OR lo_after IS NULL AS is_at_edge, assumeNotNull(margin) + is_at_edge * ${BEYOND_MS} AS wide,
    multiIf(
      to_ms = ${EVER.to}, (${EVER.from}, ${EVER.to}),
      margin IS NULL OR crowd > ${MOST_ON_A_LINE} OR lo_before IS NULL AND lo_after IS NULL,
        (from_ms - ${BEYOND_MS}, to_ms + ${BEYOND_MS}),
      is_at_edge AND misfits > 1, (${EVER.from}, ${EVER.to}),
      (assumeNotNull(least(ifNull(lo_before, lo_after), ifNull(lo_after, lo_before))) - wide,
        assumeNotNull(greatest(ifNull(hi_before, hi_after), ifNull(hi_after, hi_before))) + wide + 1)) AS lost
  FROM (${besideRejects(records)}) AS r
  INNER JOIN (SELECT DISTINCT evidence_id, from_ms, to_ms FROM ${logs}) AS f USING (evidence_id)
  LEFT ANY JOIN (${marginsOf(records)}) AS m USING (evidence_id)`

/**
 * Losses by rejects: between the earliest and the latest of the {@link BESIDE} records on each side, widened by a margin of
 * their file that is right for 999 of its 1,000 readable records; those whose times overlap are one.
 * @param logs of `lossyLogs`
 */
export async function rejectedRows(
  session: Session,
  scratch: Scratch,
  logs: string,
): Promise<string> {
  const columns = 'evidence_id UInt32, line UInt64, ms Nullable(Int64)'
  const records = await scratch.table('beside', columns, '(evidence_id, line)')
  await session.command(
    `INSERT INTO ${records} SELECT * FROM (${near('access')} UNION ALL ${near('issuance')}) ${BOUNDED}`,
  )
  const inOrder = 'PARTITION BY evidence_id ORDER BY lost ROWS BETWEEN UNBOUNDED PRECEDING AND'
  return `
    SELECT l.side, l.source, l.category, l.tenant, l.evidence_id, 'rejected-rows', p.from_ms, p.to_ms, p.records
    FROM (
      SELECT evidence_id, min(lost.1) AS from_ms, max(lost.2) AS to_ms, sum(rejects) AS records
      FROM (
        SELECT *, sum(is_apart) OVER (${inOrder} CURRENT ROW) AS together
        FROM (
          SELECT evidence_id, rejects, lost, lost.1 > max(lost.2) OVER (${inOrder} 1 PRECEDING) AS is_apart
          FROM (${periodsOf(records, logs)})
        )
      ) GROUP BY evidence_id, together
    ) AS p INNER JOIN ${logs} AS l ON l.evidence_id = p.evidence_id`
}
