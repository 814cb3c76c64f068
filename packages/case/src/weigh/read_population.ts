/**
 * Reads what is weighed out of a judged case.
 *
 * Cost: a pass over the accesses of the tenants in which something is wrong, and one over the principals, networks and
 * times of the issuances.
 *
 * @module
 */
import { type Json, text } from '@mintmark/core'
import { countOf } from '../count_of.ts'
import { grouped } from '../grouped.ts'
import { lossesOf } from '../losses.ts'
import { NO_ID } from '../no_id.ts'
import { correctedMs, readClocks } from '../reconcile/clocks.ts'
import {
  CLIENT,
  FAMILY,
  IS_WELL_MADE,
  NAMES,
  PREFIX,
  SIGNED_IN,
  WHO,
} from '../reconcile/context.ts'
import { MATTERS } from '../reconcile/judge.ts'
import { bucketsOf, rangesFor } from '../reconcile/ranges.ts'
import type { Scratch } from '../scope/scratch.ts'
import type { Session } from '../session.ts'
import {
  type Context,
  DIMENSIONS,
  type Dimension,
  type Places,
  type Population,
  pairKey,
  type Seen,
  type Tenant,
} from './population.ts'

const SPILLS = `max_bytes_before_external_group_by = 200000000, max_bytes_ratio_before_external_group_by = 0`

/** Columns by which contexts are told apart, and joined to what is ruled of them. */
export const CONTEXT_KEY =
  'home, who, prefix, app, client_family, client_kind, service, source, matter, reason, day'

const DAY = 'toInt32(intDiv(hour, 24))'
const JOINED_COLUMNS = `home LowCardinality(String), who String, prefix String, app LowCardinality(String),
  client_family LowCardinality(String), client_kind LowCardinality(String), service LowCardinality(String),
  source LowCardinality(String), hour Int32, tokens UInt32, well_made UInt32`

/** SQL column of each dimension. */
const COLUMN: Readonly<Record<Dimension, string>> = {
  app: 'app',
  family: 'client_family',
  client: 'client_kind',
  service: 'service',
  source: 'source',
  who: 'who',
}

/** @param judged table of `JUDGED_COLUMNS`. Throws as `Session.command`. */
export async function readPopulation(
  session: Session,
  scratch: Scratch,
  judged: string,
  sole: string,
): Promise<Population> {
  const contexts = await readContexts(session, judged)
  if (contexts.length === 0) return { contexts, tenants: new Map(), places: NO_PLACES }
  const about = await scratch.table(
    'about',
    'home String, who String, prefix String, app String, client_kind String',
  )
  await session.command(
    `INSERT INTO ${about} SELECT DISTINCT home, who, prefix, app, client_kind FROM ${judged} WHERE matter != ''`,
  )
  const joined = await scratch.table('joined', JOINED_COLUMNS, '(home, who)')
  await fillJoined(session, { judged, about, joined }, sole)
  return {
    contexts,
    tenants: await readTenants(session, about, joined, sole),
    places: await readPlaces(session, about, joined, sole),
  }
}

async function readContexts(session: Session, judged: string): Promise<Context[]> {
  const contexts: Context[] = []
  const rows = session.stream(
    `SELECT ${CONTEXT_KEY}, groupArray(hour) AS hours, sum(is_well_made) AS well_made
     FROM (
       SELECT home, who, prefix, app, client_family, client_kind, service, source, matter, reason, unit,
         min(hour) AS hour, max(is_well_made) AS is_well_made, ${DAY} AS day
       FROM ${judged} WHERE matter != ''
       GROUP BY home, who, prefix, app, client_family, client_kind, service, source, matter, reason, unit
     )
     GROUP BY ${CONTEXT_KEY} ORDER BY ${CONTEXT_KEY} SETTINGS ${SPILLS}`,
  )
  for await (const some of rows) for (const row of some) contexts.push(contextOf(row))
  return contexts
}

function contextOf(row: Json): Context {
  const of = (name: string) => text(row, name) ?? ''
  const hours: unknown = row['hours']
  return {
    home: of('home'),
    prefix: of('prefix'),
    matter: MATTERS.find((one) => one === row['matter']) ?? 'chosen',
    reason: of('reason'),
    day: Number(row['day']),
    hours: Array.isArray(hours) ? hours.map(Number) : [],
    wellMade: Number(row['well_made']),
    app: of('app'),
    family: of('client_family'),
    client: of('client_kind'),
    service: of('service'),
    source: of('source'),
    who: of('who'),
  }
}

interface Tables {
  readonly judged: string
  readonly about: string
  readonly joined: string
}

/** The explained tokens of the tenants in question, by context: of each its first access. */
async function fillJoined(
  session: Session,
  { judged, about, joined }: Tables,
  sole: string,
): Promise<void> {
  const clocks = await readClocks(session)
  const at = correctedMs('at', clocks.access)
  // oxlint-disable-next-line no-await-in-loop -- one range at a time bounds the memory
  for (const range of rangesFor(await countOf(session, 'access')))
    await session.command(
      `INSERT INTO ${joined}
       SELECT home, who, first.1 AS prefix, first.2 AS app, first.3 AS client_family, first.4 AS client_kind,
         first.5 AS service, first.6 AS source, first.7 AS hour, count() AS tokens, sum(is_well_made) AS well_made
       FROM (
         SELECT home, who, token_id, max(well) AS is_well_made,
           argMin((prefix, app, client_family, client_kind, service, source, hour), at_ms) AS first
         FROM (
           SELECT if(tenant = '', {sole:String}, tenant) AS home, ${WHO} AS who, token_id, ${PREFIX} AS prefix,
             if(client_app_id != '', client_app_id, app_id) AS app, ${FAMILY} AS client_family,
             ${CLIENT} AS client_kind, service, source, ${at} AS at_ms, toInt32(intDiv(at_ms, 3600000)) AS hour,
             ${IS_WELL_MADE} AS well
           FROM access
           WHERE ${bucketsOf(range)} AND token_state = 'present' AND token_id != toUUID('${NO_ID}')
             AND home GLOBAL IN (SELECT home FROM ${about})
             AND (record_id, content) GLOBAL NOT IN (SELECT record_id, content FROM ${judged} WHERE ${bucketsOf(range)})
         )
         GROUP BY home, who, token_id
       )
       GROUP BY home, who, prefix, app, client_family, client_kind, service, source, hour
       SETTINGS ${SPILLS}`,
      { sole },
    )
}

async function readTenants(
  session: Session,
  about: string,
  joined: string,
  sole: string,
): Promise<Map<string, Tenant>> {
  const spans = await session.rows(
    `SELECT if(tenant = '', {sole:String}, tenant) AS home, toInt64(intDiv(toUnixTimestamp(min(at)), 3600)) AS first_hour,
       toInt64(intDiv(toUnixTimestamp(max(at)), 3600)) AS last_hour
     FROM access WHERE home GLOBAL IN (SELECT home FROM ${about}) GROUP BY home ORDER BY home`,
    { sole },
  )
  const facts = await rowsByHome(session, tenantFacts(about, joined), { sole })
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
  const losses = grouped(await lossesOf(session, 'issuance'), ({ tenant }) =>
    tenant === '' ? sole : tenant,
  )
  const values = await valuesOf(session, about, joined)
  const pairs = await pairsOf(session, about, joined)
  return new Map(
    spans.map((row): [string, Tenant] => {
      const home = text(row, 'home') ?? ''
      const [fact = {}] = facts.get(home) ?? []
      const joinedTokens = Number(fact['tokens'] ?? 0)
      return [
        home,
        {
          home,
          firstHour: Number(row['first_hour']),
          lastHour: Number(row['last_hour']),
          joined: values.get(home) ?? new Map(),
          joinedHours: new Map(
            (hours.get(home) ?? []).map((one) => [Number(one['hour']), Number(one['tokens'])]),
          ),
          joinedPairs: pairs.get(home) ?? new Map(),
          addressFit: Number(fact['fitting'] ?? 0) / Math.max(1, Number(fact['with_network'] ?? 0)),
          wellMade: Number(fact['well_made'] ?? 0) / Math.max(1, joinedTokens),
          newPlaces: Number(fact['new_places'] ?? 0),
          placeCount: Number(fact['places'] ?? 0),
          people: Number(fact['people'] ?? 0),
          lostRows: (losses.get(home) ?? []).reduce((sum, { records }) => sum + records, 0),
          rows: Number(rows.get(home)?.[0]?.['n'] ?? 0),
        },
      ]
    }),
  )
}

function tenantFacts(about: string, joined: string): string {
  return `
    SELECT p.home AS home, sum(p.tokens) AS tokens, sum(p.well) AS well_made, uniqExact(p.who) AS people,
      countIf(p.prefix != '') AS places, sumIf(p.tokens, p.prefix != '') AS with_network,
      sumIf(p.tokens, p.prefix != '' AND (p.who, p.prefix) GLOBAL IN (${SIGNED_IN})) AS fitting,
      countIf(p.prefix != '' AND p.first_hour > s.first_hour
        + least(168, greatest(24, 0.15 * (s.last_hour - s.first_hour)))) AS new_places
    FROM (
      SELECT home, who, prefix, sum(tokens) AS tokens, sum(well_made) AS well, min(hour) AS first_hour
      FROM ${joined} GROUP BY home, who, prefix
    ) AS p
    INNER JOIN (
      SELECT if(tenant = '', {sole:String}, tenant) AS home, intDiv(toUnixTimestamp(min(at)), 3600) AS first_hour,
        intDiv(toUnixTimestamp(max(at)), 3600) AS last_hour
      FROM access WHERE home GLOBAL IN (SELECT home FROM ${about}) GROUP BY home
    ) AS s ON s.home = p.home
    GROUP BY home ORDER BY home SETTINGS ${SPILLS}`
}

async function valuesOf(
  session: Session,
  about: string,
  joined: string,
): Promise<Map<string, Map<Dimension | 'all', Map<string, number>>>> {
  const found = new Map<string, Map<Dimension | 'all', Map<string, number>>>()
  const take = (dimension: Dimension | 'all', rows: readonly Json[]) => {
    for (const row of rows) {
      const home = text(row, 'home') ?? ''
      const dimensions = found.get(home) ?? new Map<Dimension | 'all', Map<string, number>>()
      found.set(home, dimensions)
      const values = dimensions.get(dimension) ?? new Map<string, number>()
      dimensions.set(dimension, values)
      values.set(text(row, 'value') ?? '', Number(row['tokens']))
    }
  }
  take(
    'all',
    await session.rows(
      `SELECT home, '' AS value, sum(tokens) AS tokens FROM ${joined} GROUP BY home ORDER BY home`,
    ),
  )
  for (const dimension of DIMENSIONS) {
    const column = COLUMN[dimension]
    const isAsked =
      dimension === 'who' ? `WHERE (home, who) GLOBAL IN (SELECT home, who FROM ${about})` : ''
    // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
    const rows = await session.rows(
      `SELECT home, toString(${column}) AS value, sum(tokens) AS tokens FROM ${joined} ${isAsked}
       GROUP BY home, value ORDER BY home, value`,
    )
    take(dimension, rows)
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
  const take = (rows: readonly Json[], names: readonly string[]) => {
    for (const row of rows) {
      const home = text(row, 'home') ?? ''
      const pairs = found.get(home) ?? new Map<string, number>()
      found.set(home, pairs)
      pairs.set(pairKey(...names.map((name) => String(row[name]))), Number(row['tokens']))
    }
  }
  const asked = `(home, who, client_kind, app) GLOBAL IN (SELECT home, who, client_kind, app FROM ${about})`
  const days = await session.rows(
    `SELECT home, app, ${DAY} AS day, sum(tokens) AS tokens FROM ${joined} GROUP BY home, app, day ORDER BY home, app, day`,
  )
  take(days, ['app', 'day'])
  const clients = await session.rows(
    `SELECT home, who, client_kind, app, sum(tokens) AS tokens FROM ${joined} WHERE ${asked}
     GROUP BY home, who, client_kind, app ORDER BY home, who, client_kind, app`,
  )
  take(clients, ['who', 'client_kind', 'app'])
  const daily = await session.rows(
    `SELECT home, who, client_kind, app, ${DAY} AS day, sum(tokens) AS tokens FROM ${joined} WHERE ${asked}
     GROUP BY home, who, client_kind, app, day ORDER BY home, who, client_kind, app, day`,
  )
  take(daily, ['who', 'client_kind', 'app', 'day'])
  return found
}

const NO_PLACES: Places = {
  own: new Set(),
  known: new Set(),
  seen: new Map(),
  seenApps: new Map(),
  joinedFrom: new Map(),
  signIns: new Map(),
}

async function readPlaces(
  session: Session,
  about: string,
  joined: string,
  sole: string,
): Promise<Places> {
  const own = await session.rows(
    `SELECT DISTINCT who, prefix FROM (
       SELECT who, prefix FROM (${SIGNED_IN}) UNION ALL SELECT who, prefix FROM ${joined}
     ) WHERE prefix != '' AND (who, prefix) GLOBAL IN (SELECT who, prefix FROM ${about}) ORDER BY who, prefix`,
  )
  const known = await session.rows(
    `SELECT if(owner = '', {sole:String}, owner) AS home, ${PREFIX} AS prefix FROM issuance
     WHERE outcome = 'issued' AND category != 'owa-auth' AND ip != ''
       AND prefix GLOBAL IN (SELECT prefix FROM ${about})
     GROUP BY home, prefix
     HAVING uniqExact(if(principal_id != '', principal_id, principal)) > 1
       OR max(category IN ('service-principal', 'managed-identity', 'ms-service-principal'))
     ORDER BY home, prefix`,
    { sole },
  )
  const seen = await seenBy(session, about, sole, 'home, who, prefix')
  const seenApps = new Map([
    ...(await seenBy(session, about, sole, 'home, app, prefix')),
    ...(await seenBy(session, about, sole, 'home, app')),
  ])
  const from = await session.rows(
    `SELECT prefix, sum(tokens) AS tokens FROM ${joined} WHERE prefix GLOBAL IN (SELECT prefix FROM ${about})
     GROUP BY prefix ORDER BY prefix`,
  )
  const signIns = await session.rows(
    `SELECT who, count() AS n FROM (SELECT arrayJoin(${NAMES}) AS who FROM issuance WHERE outcome = 'issued' AND category != 'owa-auth')
     WHERE who GLOBAL IN (SELECT who FROM ${about}) GROUP BY who ORDER BY who`,
  )
  const numbers = (rows: readonly Json[], name: string, value: string) =>
    new Map(rows.map((row) => [text(row, name) ?? '', Number(row[value])]))
  return {
    own: new Set(own.map((row) => pairKey(text(row, 'who') ?? '', text(row, 'prefix') ?? ''))),
    known: new Set(known.map((row) => pairKey(text(row, 'home') ?? '', text(row, 'prefix') ?? ''))),
    seen,
    seenApps,
    joinedFrom: numbers(from, 'prefix', 'tokens'),
    signIns: numbers(signIns, 'who', 'n'),
  }
}

/** Accesses by some columns of a context: those that any context has. */
async function seenBy(
  session: Session,
  about: string,
  sole: string,
  columns: 'home, who, prefix' | 'home, app, prefix' | 'home, app',
): Promise<Map<string, Seen>> {
  const rows = await session.rows(
    `SELECT ${columns}, toInt64(intDiv(min(time), 3600)) AS first_hour, toInt64(intDiv(max(time), 3600)) AS last_hour,
       uniqExact(intDiv(time, 86400)) AS days
     FROM (
       SELECT if(tenant = '', {sole:String}, tenant) AS home, ${WHO} AS who, ${PREFIX} AS prefix,
         if(client_app_id != '', client_app_id, app_id) AS app, toUnixTimestamp(at) AS time
       FROM access WHERE home GLOBAL IN (SELECT home FROM ${about})
     )
     WHERE (${columns}) GLOBAL IN (SELECT ${columns} FROM ${about})
     GROUP BY ${columns} ORDER BY ${columns} SETTINGS ${SPILLS}`,
    { sole },
  )
  const names = columns.split(', ')
  return new Map(
    rows.map((row) => [
      pairKey(...names.map((name) => text(row, name) ?? '')),
      {
        firstHour: Number(row['first_hour']),
        lastHour: Number(row['last_hour']),
        days: Number(row['days']),
      },
    ]),
  )
}

async function rowsByHome(
  session: Session,
  sql: string,
  params: Readonly<Record<string, string>> = {},
): Promise<Map<string, Json[]>> {
  return grouped(await session.rows(sql, params), (row) => text(row, 'home') ?? '')
}
