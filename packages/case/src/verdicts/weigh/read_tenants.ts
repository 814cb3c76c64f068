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
import { COUNTED, type Networks, pairKey, type Seen, type Tenant } from './population.ts'

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

/** Counts that are read of the principals of contexts alone, with the columns that say which. */
const OF_CONTEXTS: Readonly<Partial<Record<string, string>>> = {
  who: 'home, who',
  'who-client-app': 'home, who, client_kind, app',
  'who-client-app-day': 'home, who, client_kind, app',
  'who-day': 'home, who',
}

/** What the logs show of the tenants in question. */
export async function readTenants(
  session: Session,
  tables: Tables,
  sole: string,
): Promise<Map<string, Tenant>> {
  const counts = await countsOf(session, tables)
  const facts = await session.rows(tenantFacts(tables))
  const rows = await session.rows(
    `SELECT if(tenant = '', {sole:String}, tenant) AS home, sum(records) AS n,
       max(category IN ('interactive', 'interactive-or-not')) AS has_interactive FROM coverage WHERE side = 'issuance'
     GROUP BY home ORDER BY home`,
    { sole },
  )
  const rowsOf = numbersBy(rows, 'home', 'n')
  const interactive = numbersBy(rows, 'home', 'has_interactive')
  const all = await lossesOf(session, 'issuance')
  const losses = Map.groupBy(all, ({ tenant }) => (tenant === '' ? sole : tenant))
  const known = all.filter(({ code }) => code !== 'hole' && code !== 'extractor-gap')
  const shown = await session.rows(
    `SELECT home, who, arraySort(groupUniqArray(hour)) AS hours FROM ${tables.joined}
     WHERE (home, who) GLOBAL IN (SELECT home, who FROM ${tables.about})
     GROUP BY home, who ORDER BY home, who SETTINGS ${SPILLS}`,
  )
  const shownOf = Map.groupBy(shown, (row) => String(row['home']))
  return new Map(
    facts.map((row): [string, Tenant] => {
      const { home, explained, fitting, withNetwork, wellMade, ...counted } = readFacts(row)
      const tenant = {
        home,
        ...counted,
        ...(counts.get(home) ?? NO_COUNTS),
        shownHours: new Map((shownOf.get(home) ?? []).map(hoursOf)),
        addressFit: fitting / Math.max(1, withNetwork),
        wellMade: wellMade / Math.max(1, explained),
        lostRows: (losses.get(home) ?? []).reduce((sum, { records }) => sum + records, 0),
        rows: rowsOf.get(home) ?? 0,
        lost: known.filter((loss) => loss.tenant === '' || loss.tenant === home),
        hasInteractive: (interactive.get(home) ?? 0) > 0,
      }
      return [home, tenant]
    }),
  )
}

function hoursOf(row: Json): readonly [string, readonly number[]] {
  return [String(row['who']), textsOf(row['hours']).map(Number)]
}

const readFacts = rowReader(
  cell.text('home'),
  cell.number('firstHour lastHour explained fitting withNetwork wellMade newNetworks'),
  cell.number('networkCount:networks people joinedOverIpv6:over_ipv6'),
)

function tenantFacts({ used, joined, signedIn: signIns }: Tables): string {
  return `
    SELECT s.home AS home, any(s.from_hour) AS first_hour, any(s.to_hour) AS last_hour, sum(p.tokens) AS explained,
      sum(p.well) AS well_made, uniqExactIf(p.who, p.tokens > 0) AS people,
      sumIf(p.tokens, position(p.prefix, ':') > 0 AND NOT startsWith(p.prefix, '::ffff:')) AS over_ipv6,
      countIf(p.prefix != '') AS networks, sumIf(p.tokens, p.prefix != '') AS with_network,
      sumIf(p.tokens, p.prefix != '' AND (p.who, p.prefix) GLOBAL IN (${signedIn(signIns)})) AS fitting,
      countIf(p.prefix != '' AND p.begin > s.from_hour
        + least(168, greatest(24, 0.15 * (s.to_hour - s.from_hour)))) AS new_networks
    FROM (
      SELECT home, intDiv(min(first), 3600) AS from_hour, intDiv(max(last), 3600) AS to_hour FROM ${used} GROUP BY home
    ) AS s
    LEFT JOIN (
      SELECT home, who, prefix, sum(tokens) AS tokens, sum(well_made) AS well, min(hour) AS begin
      FROM ${joined} GROUP BY home, who, prefix
    ) AS p ON p.home = s.home
    GROUP BY home ORDER BY home SETTINGS ${SPILLS}`
}

type Counts = Pick<Tenant, 'tokens' | 'records'>
const NO_COUNTS: Counts = { tokens: new Map(), records: new Map() }

/** Explained tokens of each tenant, by all that they are counted by. */
async function countsOf(
  session: Session,
  { about, joined }: Tables,
): Promise<ReadonlyMap<string, Counts>> {
  const found = new Map<string, Record<keyof Counts, Map<string, number>>>()
  for (const [by, columns] of Object.entries(COUNTED)) {
    const keys = ['home', ...columns].join(', ')
    const among = OF_CONTEXTS[by]
    const where =
      among === undefined ? '' : `WHERE (${among}) GLOBAL IN (SELECT ${among} FROM ${about})`
    const rows = await session.rows(
      `SELECT ${keys}, sum(tokens) AS token_count, sum(records) AS record_count
       FROM (SELECT *, ${DAY} AS day FROM ${joined}) ${where} GROUP BY ${keys} ORDER BY ${keys}`,
    )
    for (const row of rows) {
      const home = String(row['home'])
      const own = found.get(home) ?? { tokens: new Map(), records: new Map() }
      found.set(home, own)
      const key = pairKey(by, ...columns.map((column) => String(row[column])))
      own.tokens.set(key, Number(row['token_count']))
      own.records.set(key, Number(row['record_count']))
    }
  }
  return found
}
