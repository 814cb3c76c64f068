/**
 * Reads what the logs know of networks, principals and applications.
 *
 * @module
 */
import { asNumber, numbersBy, rowReader } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'
import { SPILLS } from '../../engine/settings.ts'
import { NAMES, PREFIX, signedIn } from '../match/context.ts'
import { type Networks, pairKey, type Seen } from './population.ts'
import type { Tables } from './read_sql.ts'

export const NO_NETWORKS: Networks = {
  own: new Set(),
  known: new Set(),
  seen: new Map(),
  seenApps: new Map(),
  joinedFrom: new Map(),
  renamed: new Set(),
  signIns: new Map(),
}

/** What the logs know of the networks and principals of contexts. */
export async function readNetworks(
  session: Session,
  tables: Tables,
  sole: string,
): Promise<Networks> {
  const { about, joined } = tables
  const own = await session.rows(
    `SELECT DISTINCT who, prefix FROM (
       SELECT who, prefix FROM (${signedIn(tables.signedIn)}) UNION ALL SELECT who, prefix FROM ${joined}
     ) WHERE prefix != '' AND (who, prefix) GLOBAL IN (SELECT who, prefix FROM ${about}) ORDER BY who, prefix`,
  )
  const known = await session.rows(
    `SELECT if(owner = '', {sole:String}, owner) AS home, ${PREFIX} AS prefix FROM ${tables.signedIn}
     WHERE outcome = 'issued' AND category != 'owa-auth' AND ip != ''
       AND prefix GLOBAL IN (SELECT prefix FROM ${about})
     GROUP BY home, prefix
     HAVING uniqExact(if(principal_id != '', principal_id, principal)) > 1
       OR max(category IN ('service-principal', 'managed-identity', 'ms-service-principal'))
     ORDER BY home, prefix`,
    { sole },
  )
  const seen = await seenBy(session, tables, 'home, who, prefix')
  const seenApps = new Map([
    ...(await seenBy(session, tables, 'home, app, prefix')),
    ...(await seenBy(session, tables, 'home, app')),
  ])
  const from = await session.rows(
    `SELECT prefix, sum(tokens) AS tokens FROM ${joined} WHERE prefix GLOBAL IN (SELECT prefix FROM ${about})
     GROUP BY prefix ORDER BY prefix`,
  )
  const signIns = await session.rows(
    `SELECT who, sum(records) AS n FROM (SELECT arrayJoin(${NAMES}) AS who, records FROM ${tables.signedIn} WHERE outcome = 'issued' AND category != 'owa-auth')
     WHERE who GLOBAL IN (SELECT who FROM ${about}) GROUP BY who ORDER BY who`,
  )
  const renamed = await session.rows(
    `SELECT DISTINCT arrayJoin(names) AS who FROM (
       SELECT principal_id, groupUniqArray(lower(principal)) AS names FROM ${tables.signedIn}
       WHERE principal_id != '' AND position(principal, '@') > 0 GROUP BY principal_id HAVING length(names) > 1
     ) WHERE who GLOBAL IN (SELECT who FROM ${about}) ORDER BY who SETTINGS ${SPILLS}`,
  )
  return {
    own: new Set(own.map((row) => pairKey(String(row['who']), String(row['prefix'])))),
    known: new Set(known.map((row) => pairKey(String(row['home']), String(row['prefix'])))),
    seen,
    seenApps,
    joinedFrom: numbersBy(from, 'prefix', 'tokens'),
    renamed: new Set(renamed.map((row) => String(row['who']))),
    signIns: numbersBy(signIns, 'who', 'n'),
  }
}

/** Accesses by some columns of a context: those that any context has. */
async function seenBy(
  session: Session,
  { about, used }: Tables,
  columns: 'home, who, prefix' | 'home, app, prefix' | 'home, app',
): Promise<Map<string, Seen>> {
  const rows = await session.rows(
    `SELECT ${columns}, intDiv(min(first), 3600) AS first_hour, intDiv(max(last), 3600) AS last_hour,
       uniqExact(day) AS days
     FROM ${used} WHERE (${columns}) GLOBAL IN (SELECT ${columns} FROM ${about})
     GROUP BY ${columns} ORDER BY ${columns} SETTINGS ${SPILLS}`,
  )
  const names = columns.split(', ')
  return new Map(
    rows.map((row) => [pairKey(...names.map((name) => String(row[name]))), readSeen(row)]),
  )
}

const readSeen = rowReader(asNumber('firstHour lastHour days'))
