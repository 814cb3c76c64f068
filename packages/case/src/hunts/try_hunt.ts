/**
 * Puts a hunt that somebody is still writing to a case: nothing of what it finds is kept.
 *
 * @module
 */
import { isoOf } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { checkHunt } from './check_hunt.ts'
import { HUNT_COLUMNS, type Hunt, parseHunt } from './hunt_file.ts'
import type { HuntRow } from './run_hunts.ts'

interface HuntTrial {
  readonly hunt: Hunt
  readonly hits: number
  readonly accounts: number
  /** The first ones, in the order of time. */
  readonly rows: readonly HuntRow[]
}

const VALUES = HUNT_COLUMNS.map(({ name, type }) => `CAST(h.${name} AS ${type}) AS ${name}`)
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
  const [counted] = await session.rows(
    `SELECT uniqExact(record_id, content) AS n, uniqExact(if(mailbox != '', mailbox, principal)) AS who
     FROM (${found}) ${LIMITS}`,
    params,
  )
  const rows = await session.rows(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms, substringUTF8(tenant, 1, 300) AS tenant_cut,
       substringUTF8(principal, 1, 300) AS principal_cut, substringUTF8(mailbox, 1, 300) AS mailbox_cut,
       toString(record_id) AS id, toString(content) AS content_text, toString(token_id) AS token,
       substringUTF8(session_id, 1, 300) AS sid, ip, app, substringUTF8(why, 1, 500) AS because
     FROM (${found}) ORDER BY at, record_id, content LIMIT 1 BY record_id, content
     LIMIT {most_rows:UInt32} ${LIMITS}`,
    { ...params, most_rows: Math.min(Math.max(1, limit), 1000) },
  )
  return {
    hunt,
    hits: Number(counted?.['n'] ?? 0),
    accounts: Number(counted?.['who'] ?? 0),
    rows: rows.map((row) => ({
      at: isoOf(Number(row['at_ms'])),
      tenant: String(row['tenant_cut']),
      principal: String(row['principal_cut']),
      mailbox: String(row['mailbox_cut']),
      recordId: String(row['id']),
      content: String(row['content_text']),
      tokenId: String(row['token']),
      sessionId: String(row['sid']),
      ip: String(row['ip']),
      app: String(row['app']),
      why: String(row['because']),
    })),
  }
}
