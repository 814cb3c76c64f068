/**
 * What each log lost, as data: the log, its tenant, the time, and how many records. A loss weakens what its log could
 * have shown in that time, and nothing else. How records are spread over files changes no answer.
 *
 * @module
 */

import { cell, countOf, insertRows, rowReader, timeCell } from '../../engine/rows.ts'
import { Scratch } from '../../engine/scratch.ts'
import { BOUNDED, type Session } from '../../engine/session.ts'
import { lostInHoles } from './holes.ts'
import { EVER, LOSS_CODES, type Loss, type Side } from './loss.ts'
import { CUT_RECORDS, cappedFiles, EXTRACTOR_GAPS, lossyLogs, UNREAD_FILES } from './lossy_files.ts'
import { rejectedRows } from './rejects.ts'

export type { Loss, LossCode, Period, Side } from './loss.ts'
export { ALL_TIME, lengthOf } from './loss.ts'

/** Losses of one side that may be of one of these tenants, or of all without `tenants`, in the order of time. */
export async function lossesOf(
  session: Session,
  side: Side,
  tenants?: readonly string[],
): Promise<Loss[]> {
  const rows = await session.rows(
    `SELECT source, category, tenant, evidence_id, code, toUnixTimestamp64Milli(from_at) AS from_ms,
       toUnixTimestamp64Milli(to_at) AS to_ms, records
     FROM loss WHERE side = {side:String}
       ${tenants === undefined ? '' : "AND (tenant = '' OR tenant IN {tenants:Array(String)})"}
     ORDER BY from_at, to_at, tenant, source, category, code, evidence_id`,
    { side, ...(tenants === undefined ? {} : { tenants }) },
  )
  return rows.map(
    rowReader(
      cell.made('side', () => side),
      cell.text('source category tenant'),
      cell.number('evidenceId'),
      // A code of another version becomes the one that says least.
      cell.made('code', ({ code }) => LOSS_CODES.find((one) => one === code) ?? 'rejected-rows'),
      cell.number('fromMs toMs records'),
    ),
  )
}

const COLUMNS = 'side source category tenant evidence_id code from_at to_at records'.split(' ')

/** Fills `loss` anew. Cost: a pass over `issuance` and `access` by minute, and one over files that lack something. */
export async function buildLosses(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE loss')
  await Scratch.lend(session, async (scratch) => {
    const logs = await lossyLogs(session, scratch)
    await addLosses(session, logs, () => rejectedRows(session, scratch, logs))
    await addLosses(session, logs, () => cappedFiles(session, scratch, logs))
    await addLosses(session, "statement WHERE code = 'audit-data-truncated'", () => CUT_RECORDS)
    await addLosses(session, "statement WHERE code = 'extractor-gap'", () => EXTRACTOR_GAPS)
    await addLosses(session, 'evidence', () => UNREAD_FILES)
  })
  const holes = await lostInHoles(session)
  await insertRows(session, 'loss', COLUMNS, holes.map(cellsOf))
}

const time = (ms: string) =>
  `fromUnixTimestamp64Milli(greatest(${EVER.from}, least(${ms}, ${EVER.to})), 'UTC')`

/** Adds the losses that a query gives, in the order of the table's columns, if there are `causes`. */
async function addLosses(
  session: Session,
  causes: string,
  lost: () => string | Promise<string>,
): Promise<void> {
  if ((await countOf(session, causes)) === 0) return
  await session.command(
    `INSERT INTO loss (${COLUMNS.join(', ')})
     SELECT side, source, category, tenant, evidence_id, code, ${time('from_ms')}, ${time('to_ms')}, records FROM (
       SELECT '' AS side, '' AS source, '' AS category, '' AS tenant, toUInt32(0) AS evidence_id, '' AS code,
         ${EVER.from} AS from_ms, ${EVER.to} AS to_ms, toUInt64(0) AS records WHERE 0
       UNION ALL ${await lost()}
     ) ${BOUNDED}`,
  )
}

function cellsOf({ fromMs, toMs, ...loss }: Loss): (string | number | null)[] {
  const log = [loss.side, loss.source, loss.category, loss.tenant]
  return [...log, loss.evidenceId, loss.code, timeCell(fromMs), timeCell(toMs), loss.records]
}
