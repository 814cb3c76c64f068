/** Fills the table of what each log lost. */

import { countOf, insertRows, timeCell } from '../../engine/rows.ts'
import { Scratch } from '../../engine/scratch.ts'
import { BOUNDED, type Session } from '../../engine/session.ts'
import { lostInHoles } from './holes.ts'
import { EVER, type Loss } from './loss.ts'
import { CUT_RECORDS, cappedFiles, EXTRACTOR_GAPS, lossyLogs, UNREAD_FILES } from './lossy_files.ts'
import { rejectedRows } from './rejects.ts'

const LOSS_COLUMNS = 'side source category tenant evidence_id code from_at to_at records'.split(' ')

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
  await insertRows(session, 'loss', LOSS_COLUMNS, holes.map(cellsOf))
}

const time = (ms: string) =>
  `fromUnixTimestamp64Milli(greatest(${EVER.from}, least(${ms}, ${EVER.to})), 'UTC')`

/** Adds the losses that a query gives, in the order of the table's columns, if there are `causes`. */
async function addLosses(session: Session, causes: string, lost: () => string | Promise<string>) {
  if ((await countOf(session, causes)) === 0) return
  await session.command(
    `INSERT INTO loss (${LOSS_COLUMNS.join(', ')})
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
