/**
 * What each log lost, as data: the log, its tenant, the time, and how many records.
 *
 * A loss belongs to the log that it is of. It weakens what that log could have shown in that time, and nothing else.
 * Times and tenants are written down, so that a question needs no file: how records are spread over files does not
 * change an answer.
 *
 * @module
 */
import { text } from '@mintmark/core'
import type { Session } from '../../engine/session.ts'
import { escapedCell } from '../../engine/tab_separated.ts'
import { lostByCaps } from './caps.ts'
import { lostByCuts } from './cuts.ts'
import { lostByExtractors } from './extractors.ts'
import { lostInHoles } from './holes.ts'
import { ALL_TIME, type Loss, type LossCode, type Side } from './loss.ts'
import { lossyFiles } from './lossy_files.ts'
import { lostByRejects } from './rejects.ts'

export type { Loss, LossCode, Side } from './loss.ts'
export { ALL_TIME } from './loss.ts'

/**
 * Losses of one side that are of one of these tenants, or may be: in the order of time.
 *
 * @param tenants as the records name them; without, those of all tenants. Throws as `Session.rows`
 */
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
  return rows.map((row) => ({
    side,
    source: text(row, 'source') ?? '',
    category: text(row, 'category') ?? '',
    tenant: text(row, 'tenant') ?? '',
    evidenceId: Number(row['evidence_id']),
    code: codeOf(row['code']),
    fromMs: Number(row['from_ms']),
    toMs: Number(row['to_ms']),
    records: Number(row['records']),
  }))
}

const CODES: ReadonlyMap<unknown, LossCode> = new Map(
  (
    [
      'rejected-rows',
      'cut-records',
      'row-cap',
      'next-link',
      'result-count-short',
      'ends-early',
      'extractor-gap',
      'hole',
    ] as const
  ).map((code) => [code, code]),
)

/** A case of this version holds codes of this version; a code from elsewhere is the one that says least. */
const codeOf = (stored: unknown): LossCode => CODES.get(stored) ?? 'rejected-rows'

/**
 * Fills `loss` anew from what the case holds.
 *
 * Cost: a pass over `issuance` and `access` by minute, and another over those files that say, or show, that they lack
 * something. Throws as `Session.command`.
 */
export async function buildLosses(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE loss')
  const files = await lossyFiles(session)
  await write(session, [
    ...(await lostByRejects(session, files)),
    ...(await lostByCuts(session)),
    ...(await lostByCaps(session, files)),
    ...(await lostByExtractors(session)),
    ...(await lostInHoles(session)),
  ])
}

const AT_ONCE = 50_000

async function write(session: Session, losses: readonly Loss[]): Promise<void> {
  const columns = ['side', 'source', 'category', 'tenant', 'evidence_id', 'code']
  for (let at = 0; at < losses.length; at += AT_ONCE) {
    const lines = losses
      .slice(at, at + AT_ONCE)
      .map(lineOf)
      .join('')
    // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
    await session.insert(
      'loss',
      [...columns, 'from_at', 'to_at', 'records'],
      'TabSeparated',
      Buffer.from(lines),
    )
  }
}

function lineOf(loss: Loss): string {
  const { side, evidenceId, code, records } = loss
  const names = [loss.source, loss.category, loss.tenant].map(escapedCell)
  const times = [timeCell(loss.fromMs), timeCell(loss.toMs)]
  return `${[side, ...names, evidenceId, code, ...times, records].join('\t')}\n`
}

/** As the engine reads a time: `2023-06-01 00:00:00.000`. */
function timeCell(ms: number): string {
  const within = Math.round(Math.min(Math.max(ms, ALL_TIME.fromMs), ALL_TIME.toMs))
  return new Date(within).toISOString().slice(0, 23).replace('T', ' ')
}
