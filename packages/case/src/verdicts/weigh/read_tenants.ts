/**
 * Reads what the logs show of networks, principals, applications and tenants: how many tokens they explained, by what,
 * when, and where.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import { cell, numbersBy, rowReader, type Session, SPILLS, textsOf } from '../../engine/session.ts'
import { lossesOf } from '../losses/losses.ts'
import { NAMES, PREFIX, signedIn } from '../match/context.ts'
import {
  DIMENSIONS,
  type Dimension,
  type Networks,
  pairKey,
  type Seen,
  type Tenant,
} from './population.ts'

/** SQL and tables that the readers of a population share. */

/** The day of an hour since 1970. */
export const DAY = 'toInt32(intDiv(hour, 24))'

/** Tables that the readers of a population share. */
export interface Tables {
  /** Contexts in which something is wrong: `home, who, prefix, app, client_kind`. */
  readonly about: string
  /** Explained tokens of the tenants in question, of `JOINED_COLUMNS`. */
  readonly joined: string
  /** Accesses of these tenants, of `USED_COLUMNS`. */
  readonly used: string
  /** Issuances, counted, of `SIGNED_IN_COLUMNS`. */
  readonly signedIn: string
}

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

const readSeen = rowReader(cell.number('firstHour lastHour days'))

/** SQL column of each dimension. */
const COLUMN: Readonly<Record<Dimension, string>> = {
  app: 'app',
  family: 'client_family',
  client: 'client_kind',
  service: 'service',
  source: 'source',
  who: 'who',
}

/** What the logs show of the tenants in question. */
export async function readTenants(
  session: Session,
  tables: Tables,
  sole: string,
): Promise<Map<string, Tenant>> {
  const { about, joined } = tables
  const spans = await session.rows(`${spansOf(tables)} ORDER BY home`)
  const facts = await rowsByHome(session, tenantFacts(tables))
  const hours = await rowsByHome(
    session,
    `SELECT home, hour, sum(tokens) AS tokens FROM ${joined} GROUP BY home, hour ORDER BY home, hour`,
  )
  const rows = await rowsByHome(
    session,
    `SELECT if(tenant = '', {sole:String}, tenant) AS home, sum(records) AS n FROM coverage WHERE side = 'issuance'
     GROUP BY home ORDER BY home`,
    { sole },
  )
  const losses = Map.groupBy(await lossesOf(session, 'issuance'), ({ tenant }) =>
    tenant === '' ? sole : tenant,
  )
  const shown = await rowsByHome(
    session,
    `SELECT home, who, arraySort(groupUniqArray(hour)) AS hours FROM ${joined}
     WHERE (home, who) GLOBAL IN (SELECT home, who FROM ${about}) GROUP BY home, who ORDER BY home, who SETTINGS ${SPILLS}`,
  )
  const values = await valuesOf(session, tables)
  const pairs = await pairsOf(session, about, joined)
  return new Map(
    spans.map((row): [string, Tenant] => {
      const span = readSpan(row)
      const { home } = span
      return [
        home,
        {
          ...span,
          joined: values.get(home)?.tokens ?? new Map(),
          joinedRecords: values.get(home)?.records ?? new Map(),
          joinedHours: new Map(
            (hours.get(home) ?? []).map((one) => [Number(one['hour']), Number(one['tokens'])]),
          ),
          joinedPairs: pairs.get(home) ?? new Map(),
          shownHours: new Map((shown.get(home) ?? []).map(hoursOf)),
          ...factsOf(facts.get(home)?.[0] ?? {}),
          lostRows: (losses.get(home) ?? []).reduce((sum, { records }) => sum + records, 0),
          rows: Number(rows.get(home)?.[0]?.['n'] ?? 0),
        },
      ]
    }),
  )
}

const readSpan = rowReader(cell.text('home'), cell.number('firstHour lastHour'))

function hoursOf(row: Json): readonly [string, readonly number[]] {
  return [String(row['who']), textsOf(row['hours']).map(Number)]
}

function factsOf(row: Json) {
  const { tokens, fitting, withNetwork, wellMade, ...facts } = readFacts(row)
  return {
    addressFit: fitting / Math.max(1, withNetwork),
    wellMade: wellMade / Math.max(1, tokens),
    ...facts,
  }
}

const readFacts = rowReader(
  cell.number(
    'tokens fitting withNetwork wellMade newNetworks networkCount:networks people joinedOverIpv6:over_ipv6',
  ),
)

/** First and last access of each tenant. */
const spansOf = ({ used }: Tables): string =>
  `SELECT home, intDiv(min(first), 3600) AS first_hour, intDiv(max(last), 3600) AS last_hour FROM ${used} GROUP BY home`

function tenantFacts(tables: Tables): string {
  return `
    SELECT p.home AS home, sum(p.tokens) AS tokens, sum(p.well) AS well_made, uniqExact(p.who) AS people,
      sumIf(p.tokens, position(p.prefix, ':') > 0 AND NOT startsWith(p.prefix, '::ffff:')) AS over_ipv6,
      countIf(p.prefix != '') AS networks, sumIf(p.tokens, p.prefix != '') AS with_network,
      sumIf(p.tokens, p.prefix != '' AND (p.who, p.prefix) GLOBAL IN (${signedIn(tables.signedIn)})) AS fitting,
      countIf(p.prefix != '' AND p.first_hour > s.first_hour
        + least(168, greatest(24, 0.15 * (s.last_hour - s.first_hour)))) AS new_networks
    FROM (
      SELECT home, who, prefix, sum(tokens) AS tokens, sum(well_made) AS well, min(hour) AS first_hour
      FROM ${tables.joined} GROUP BY home, who, prefix
    ) AS p
    INNER JOIN (${spansOf(tables)}) AS s ON s.home = p.home
    GROUP BY home ORDER BY home SETTINGS ${SPILLS}`
}

interface Values {
  readonly tokens: Map<Dimension | 'all', Map<string, number>>
  readonly records: Map<Dimension | 'all', Map<string, number>>
}

async function valuesOf(session: Session, { about, joined }: Tables): Promise<Map<string, Values>> {
  const found = new Map<string, Values>()
  for (const dimension of ['all', ...DIMENSIONS] as const) {
    const column = dimension === 'all' ? "''" : `toString(${COLUMN[dimension]})`
    const isAsked =
      dimension === 'who' ? `WHERE (home, who) GLOBAL IN (SELECT home, who FROM ${about})` : ''
    const rows = await session.rows(
      `SELECT home, ${column} AS value, sum(tokens) AS tokens, sum(records) AS records FROM ${joined} ${isAsked}
       GROUP BY home, value ORDER BY home, value`,
    )
    for (const [home, ofHome] of Map.groupBy(rows, (row) => String(row['home']))) {
      const values = found.get(home) ?? { tokens: new Map(), records: new Map() }
      found.set(home, values)
      values.tokens.set(dimension, numbersBy(ofHome, 'value', 'tokens'))
      values.records.set(dimension, numbersBy(ofHome, 'value', 'records'))
    }
  }
  return found
}

/** Explained tokens by application and day; by principal, client and application; and the same by day. */
async function pairsOf(
  session: Session,
  about: string,
  joined: string,
): Promise<Map<string, Map<string, number>>> {
  const found = new Map<string, Map<string, number>>()
  const computed = new Map([
    ['day', `${DAY} AS day`],
    ['anything', "'' AS anything"],
  ])
  const sum = async (names: readonly string[], where = '') => {
    const keys = ['home', ...names].join(', ')
    const columns = names.map((name) => computed.get(name) ?? name).join(', ')
    const rows = await session.rows(
      `SELECT home, ${columns}, sum(tokens) AS tokens FROM ${joined} ${where} GROUP BY ${keys} ORDER BY ${keys}`,
    )
    for (const row of rows) {
      const pairs = found.get(String(row['home'])) ?? new Map<string, number>()
      found.set(String(row['home']), pairs)
      pairs.set(pairKey(...names.map((name) => String(row[name]))), Number(row['tokens']))
    }
  }
  const asked = (keys: string) => `WHERE (${keys}) GLOBAL IN (SELECT ${keys} FROM ${about})`
  await sum(['app', 'day'])
  await sum(['who', 'client_kind', 'app'], asked('home, who, client_kind, app'))
  await sum(['who', 'client_kind', 'app', 'day'], asked('home, who, client_kind, app'))
  await sum(['who', 'anything', 'day'], asked('home, who'))
  return found
}

async function rowsByHome(
  session: Session,
  sql: string,
  params: Readonly<Record<string, string>> = {},
): Promise<Map<string, Json[]>> {
  return Map.groupBy(await session.rows(sql, params), (row) => String(row['home']))
}
