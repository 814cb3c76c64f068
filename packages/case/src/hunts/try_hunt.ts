/**
 * Tries a hunt that somebody is still writing; nothing that it finds is stored.
 *
 * @module
 */
import { firstRow } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { ACCOUNT } from '../store/access_sql.ts'
import { checkHunt } from './check_hunt.ts'
import { HUNT_COLUMNS, type Hunt, parseHunt } from './hunt_file.ts'
import { type HuntRow, readHuntRow } from './run_hunts.ts'

interface HuntTrial {
  readonly hunt: Hunt
  readonly hits: number
  readonly accounts: number
  /** The first ones, in the order of time. */
  readonly rows: readonly HuntRow[]
}

const VALUES = HUNT_COLUMNS.map(({ name, type }) => `CAST(h.${name} AS ${type}) AS ${name}`)
const cut = (column: string, most = 300) => `substringUTF8(h.${column}, 1, ${most}) AS ${column}`
const MOST_SECONDS = 120
const LIMITS = `SETTINGS max_execution_time = ${MOST_SECONDS}, max_bytes_before_external_group_by = 400000000,
  max_bytes_before_external_sort = 400000000`

/**
 * @param source the text of a hunt's file
 * @throws {MintmarkError} `HUNT_INVALID` with the line; `ENGINE_QUERY`, also where it takes more than two minutes
 */
export async function tryHunt(session: Session, source: string, limit = 100): Promise<HuntTrial> {
  const hunt = parseHunt(source, 'hunt')
  const whole = { slice: 0, slices: 1, first_bucket: 0, last_bucket: 255 }
  const own = Object.fromEntries(hunt.params.map(({ name, value }) => [name, value]))
  const params = { ...own, ...whole }
  const sql = await checkHunt(session, hunt, params)
  const found = `SELECT ${VALUES.join(', ')} FROM (\n${sql}\n) AS h`
  const counted = await firstRow(
    session,
    `SELECT uniqExact(record_id, content) AS n, uniqExact(${ACCOUNT}) AS who
     FROM (${found}) ${LIMITS}`,
    params,
  )
  const rows = await session.rows(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms, ${cut('tenant')}, ${cut('principal')}, ${cut('mailbox')},
       toString(h.record_id) AS record_id, toString(h.content) AS content, toString(h.token_id) AS token_id,
       ${cut('session_id')}, ip, app, ${cut('why', 500)}
     FROM (SELECT * FROM (${found}) ORDER BY at, record_id, content LIMIT 1 BY record_id, content
       LIMIT {most_rows:UInt32}) AS h ORDER BY h.at, h.record_id, h.content ${LIMITS}`,
    { ...params, most_rows: Math.min(Math.max(1, limit), 1000) },
  )
  return {
    hunt,
    hits: Number(counted['n'] ?? 0),
    accounts: Number(counted['who'] ?? 0),
    rows: rows.map(readHuntRow),
  }
}
