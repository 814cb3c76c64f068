/**
 * What each log lost, as data: the log, its tenant, the time, and how many records. A loss weakens what its log could
 * have shown in that time, and nothing else. How records are spread over files changes no answer.
 *
 * @module
 */
import { cell, insertRows, rowReader, type Session } from '../../engine/session.ts'
import { lostInHoles } from './holes.ts'
import { ALL_TIME, LOSS_CODES, type Loss, type Side } from './loss.ts'
import { lossyFiles, lostByCaps, lostByCuts, lostByExtractors, lostUnread } from './lossy_files.ts'
import { lostByRejects } from './rejects.ts'

export type { Loss, LossCode, Period, Side } from './loss.ts'
export { ALL_TIME } from './loss.ts'

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

/** Fills `loss` anew. Cost: a pass over `issuance` and `access` by minute, and one over files that lack something. */
export async function buildLosses(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE loss')
  const files = await lossyFiles(session)
  const losses = [
    ...(await lostByRejects(session, files)),
    ...(await lostByCuts(session)),
    ...(await lostByCaps(session, files)),
    ...(await lostByExtractors(session)),
    ...(await lostUnread(session)),
    ...(await lostInHoles(session)),
  ]
  await insertRows(session, 'loss', COLUMNS, losses.map(cellsOf))
}

const COLUMNS = 'side source category tenant evidence_id code from_at to_at records'.split(' ')

function cellsOf(loss: Loss): (string | number)[] {
  const { side, source, category, tenant, evidenceId, code, fromMs, toMs, records } = loss
  const times = [fromMs, toMs].map(timeCell)
  return [side, source, category, tenant, evidenceId, code, ...times, records]
}

/** As the engine reads a time: `2023-06-01 00:00:00.000`. */
function timeCell(ms: number): string {
  const within = Math.round(Math.min(Math.max(ms, ALL_TIME.fromMs), ALL_TIME.toMs))
  return new Date(within).toISOString().slice(0, 23).replace('T', ' ')
}
