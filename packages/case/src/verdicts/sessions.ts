/** What the issuance log knows of the sessions that open accesses name. */

import { type Params, type Session, SPILLS } from '../engine/session.ts'
import { APP, columnsSql } from '../store/sql.ts'
import { gapOf, type OpenTables, prepared } from './match/assign_verdicts.ts'
import { INTERRUPTED } from './match/context.ts'
import { PLAIN_PLAN } from './match/join.ts'

/** Sessions are looked up a part at a time, so that memory does not grow with their number. */
const PART_ROWS = 2_000_000

const LOCAL = `distributed_product_mode = 'local', ${SPILLS}`

export const KNOWN_COLUMNS = 'session String, names Array(String), ids Array(String)'

export const SESSION_COLUMNS: string = columnsSql(
  'home Low; sid String; field Low; first_ms Int64; is_known UInt8; gap Low',
)

export const APP_COLUMNS: string = columnsSql('home Low; app Low; sp UInt8; mi UInt8')

export async function findApps(session: Session, tables: OpenTables, sole: string): Promise<void> {
  await session.command(
    `INSERT INTO ${tables.apps}
     SELECT if(owner = '', {sole:String}, owner) AS home, lower(app_id) AS app,
       max(category = 'service-principal'), max(category = 'managed-identity')
     FROM issuance
     WHERE category IN ('service-principal', 'managed-identity') AND app_id != ''
       AND lower(app_id) GLOBAL IN (
         SELECT DISTINCT lower(${APP}) FROM ${tables.open}
         WHERE actor_kind = 'app')
     GROUP BY home, app`,
    { sole },
  )
}

/**
 * Fills `known`, then `sessions`; `linkable` gets the tenants and fields with at least as many known sessions as
 * unknown: else the field holds something else.
 * @param params of {@link prepared}
 */
export async function findSessions(
  session: Session,
  tables: OpenTables,
  linkable: string,
  openRows: number,
  params: Params,
): Promise<void> {
  const parts = Math.max(1, Math.ceil(openRows / PART_ROWS))
  for (let part = 0; part < parts; part++) {
    const slice = { parts, part }
    await session.command(knownSql(tables), slice)
    await session.command(sessionsSql(tables), { ...slice, ...params })
    await session.command(usedSql(tables), slice)
  }
  await session.command(
    `INSERT INTO ${linkable}
     SELECT home, field FROM ${tables.sessions} WHERE is_known OR gap = ''
     GROUP BY home, field HAVING countIf(is_known) >= countIf(NOT is_known) AND countIf(is_known) > 0`,
  )
}

const inPart = (column: string) => `cityHash64(${column}) % {parts:UInt32} = {part:UInt32}`

/** Accesses whose verdict may depend on their session: the others are mismatched already. */
const UNSETTLED = "finding IN ('', 'owa')"

/** Sessions by a hash of four bytes, so that less is read. Sessions with the same hash are distinguished later. */
const hashOf = (column: string) => `toUInt32(cityHash64(${column}))`

/** Issuances of the sessions that open accesses name, without the mail service's own token calls. */
function knownSql(tables: OpenTables): string {
  const named = ['session_id', 'other_session_id', 'root'].map(
    (name) =>
      `SELECT ${hashOf(name)} FROM ${tables.open} WHERE ${name} != '' AND ${UNSETTLED} AND ${inPart(name)}`,
  )
  return `
    INSERT INTO ${tables.known}
    SELECT session_id, groupUniqArray(16)(lower(principal)), groupUniqArray(16)(principal_id)
    FROM issuance PREWHERE session_id_key GLOBAL IN (${named.join(' UNION ALL ')})
    WHERE category != 'owa-auth' AND session_id != '' AND (outcome = 'issued' OR ${INTERRUPTED})
    GROUP BY session_id
    SETTINGS ${LOCAL}, use_index_for_in_with_subqueries = 0`
}

/** A session's verdict rests on its first use: a token was made for that, and its record had to name the session. */
function sessionsSql(tables: OpenTables): string {
  return `
    INSERT INTO ${tables.sessions}
    SELECT g.home, g.sid, g.field, g.first_ms, k.session != '' AS is_known,
      ${gapOf('d.until_ms', 'g.from_ms')} AS gap
    FROM (
      SELECT home, sid, field, min(at_ms) AS first_ms, min(at_ms - life_ms) AS from_ms,
        min(concat('session/', family, '/', kind)) AS session_kind
      FROM (${prepared(tables, UNSETTLED)})
      WHERE sid != '' AND ${inPart('sid')}
      GROUP BY home, sid, field
    ) AS g
    ASOF LEFT JOIN ${tables.gaps} AS d ON d.tenant = g.home AND d.kind = g.session_kind AND g.first_ms >= d.from_ms
    LEFT ANY JOIN ${tables.known} AS k ON k.session = g.sid
    SETTINGS ${LOCAL}, ${PLAIN_PLAN}, use_index_for_in_with_subqueries = 0`
}

/** A session in which an issued token is used is known, too: its issuance did not carry the session. */
function usedSql(tables: OpenTables): string {
  const absent = `SELECT ${hashOf('sid')} FROM ${tables.sessions}
    WHERE NOT is_known AND gap = '' AND ${inPart('sid')}`
  return `
    INSERT INTO ${tables.known}
    SELECT u.session_id, [], [] FROM (
      SELECT session_id, count() AS uses FROM access PREWHERE session_id_key GLOBAL IN (${absent})
      WHERE session_id != ''
      GROUP BY session_id
    ) AS u
    INNER JOIN (
      SELECT session_id, count() AS opens FROM ${tables.open}
      WHERE session_id != '' AND ${inPart('session_id')} GROUP BY session_id
    ) AS o ON o.session_id = u.session_id
    WHERE u.uses > o.opens
    SETTINGS ${LOCAL}, use_index_for_in_with_subqueries = 0`
}
