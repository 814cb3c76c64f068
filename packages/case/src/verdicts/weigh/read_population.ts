import type { Json } from '@mintmark/core'
import { cell, countOf, numbersBy, rowReader, textsOf } from '../../engine/rows.ts'
import type { Scratch } from '../../engine/scratch.ts'
import { type Params, type Session, SPILLS } from '../../engine/session.ts'
import { serviceNetworks } from '../../store/known_lists.ts'
import { APP, columnsSql, HAS_TOKEN } from '../../store/sql.ts'
import { lossesOf } from '../losses/loss.ts'
import { MATTERS } from '../match/assign_verdicts.ts'
import { correctedMs, readClocks } from '../match/clocks.ts'
import { CLIENT, FAMILY, IS_WELL_MADE, NAMES, PREFIX, signedIn, WHO } from '../match/context.ts'
import { clientsOfMailService } from '../match/first_party.ts'
import { bucketsOf, rangesFor } from '../match/join.ts'
import {
  COUNTED,
  type Context,
  type Networks,
  type Population,
  type Seen,
  type Tenant,
} from './population.ts'

export const CONTEXT_KEY =
  'home, who, prefix, app, client_family, client_kind, service, source, matter, reason, day'
const DAY = 'toInt32(intDiv(hour, 24))'

const TABLES = {
  about: ['home String; who String; prefix String; app String; client_kind String'],
  /** The explained tokens of the tenants in question, by context: of each its first access. */
  joined: [
    `home Low; who String; prefix String; app Low; client_family Low; client_kind Low;
     service Low; source Low; hour Int32; tokens UInt32; records UInt32; well_made UInt32`,
    '(home, who)',
  ],
  /** All accesses of these tenants, by context and day: first and last, seconds. */
  used: [
    'home Low; who String; prefix String; app Low; day UInt32; first UInt32; last UInt32',
    '(home, who)',
  ],
  /** Who signed in from where: one pass over the issuances for all that is asked of them. */
  signed_in: [
    'owner Low; principal String; principal_id String; ip String; category Low; outcome Low; records UInt64',
    '(owner, principal)',
  ],
} as const
type Tables = Readonly<Record<keyof typeof TABLES, string>>

/** Undefined where nothing is wrong in any context. */
export async function readPopulation(
  session: Session,
  scratch: Scratch,
  outcomes: string,
  sole: string,
): Promise<Population | undefined> {
  const contexts = await readContexts(session, outcomes)
  if (contexts.length === 0) return undefined
  const made = (name: keyof Tables) => {
    const [columns, order] = TABLES[name]
    return scratch.table(name, columnsSql(columns), order)
  }
  const tables = {
    about: await made('about'),
    joined: await made('joined'),
    used: await made('used'),
    signed_in: await made('signed_in'),
  }
  await fillTables(session, tables, outcomes, sole)
  const tenants = await readTenants(session, tables, sole)
  const isAsked = [...tenants.values()].some(({ lost }) =>
    lost.some(({ category }) => category === 'owa-auth'),
  )
  return {
    contexts,
    tenants,
    networks: await readNetworks(session, tables, sole),
    byMailService: new Set(isAsked ? await clientsOfMailService(session, sole) : []),
  }
}

async function readContexts(session: Session, outcomes: string): Promise<Context[]> {
  const contexts: Context[] = []
  const rows = session.stream(
    `SELECT ${CONTEXT_KEY}, groupArray(hour) AS hours, sum(is_well_made) AS well_made
     FROM (
       SELECT home, who, prefix, app, client_family, client_kind, service, source, matter, reason, unit,
         min(hour) AS hour, max(is_well_made) AS is_well_made, ${DAY} AS day
       FROM ${outcomes} WHERE matter != ''
       GROUP BY home, who, prefix, app, client_family, client_kind, service, source, matter, reason, unit
     )
     GROUP BY ${CONTEXT_KEY} ORDER BY ${CONTEXT_KEY} SETTINGS ${SPILLS}`,
  )
  for await (const some of rows) contexts.push(...some.map(readContext))
  return contexts
}

const hoursIn = ({ hours }: Json): readonly number[] => textsOf(hours).map(Number)
const readContext = rowReader(
  cell.text('home prefix reason app family:client_family client:client_kind service source who'),
  cell.number('day wellMade'),
  cell.made('matter', ({ matter }) => MATTERS.find((one) => one === matter) ?? 'chosen'),
  cell.made('hours', hoursIn),
)

async function fillTables(
  session: Session,
  { about, joined, used, signed_in: signIns }: Tables,
  outcomes: string,
  sole: string,
): Promise<void> {
  await session.command(
    `INSERT INTO ${about} SELECT DISTINCT home, who, prefix, app, client_kind FROM ${outcomes} WHERE matter != ''`,
  )
  const at = correctedMs('at', (await readClocks(session)).access)
  const home = "if(tenant = '', {sole:String}, tenant) AS home"
  for (const range of rangesFor(await countOf(session, 'access'))) {
    await session.command(
      `INSERT INTO ${joined}
       SELECT home, who, first.1 AS prefix, first.2 AS app, first.3 AS client_family, first.4 AS client_kind,
         first.5 AS service, first.6 AS source, first.7 AS hour, count() AS tokens, sum(uses) AS records, sum(is_well_made) AS well_made
       FROM (
         SELECT home, who, token_id, count() AS uses, max(well) AS is_well_made,
           argMin((prefix, app, client_family, client_kind, service, source, hour), at_ms) AS first
         FROM (
           SELECT ${home}, ${WHO} AS who, token_id, ${PREFIX} AS prefix, ${APP} AS app, ${FAMILY} AS client_family,
             ${CLIENT} AS client_kind, service, source, ${at} AS at_ms, toInt32(intDiv(at_ms, 3600000)) AS hour,
             ${IS_WELL_MADE} AS well
           FROM access
           WHERE ${bucketsOf(range)} AND token_state = 'present' AND ${HAS_TOKEN}
             AND home GLOBAL IN (SELECT home FROM ${about})
             AND (record_id, content) GLOBAL NOT IN (SELECT record_id, content FROM ${outcomes} WHERE ${bucketsOf(range)})
         )
         GROUP BY home, who, token_id
       )
       GROUP BY home, who, prefix, app, client_family, client_kind, service, source, hour
       SETTINGS ${SPILLS}`,
      { sole },
    )
  }
  await session.command(
    `INSERT INTO ${used}
     SELECT ${home}, ${WHO} AS who, ${PREFIX} AS prefix, ${APP} AS app, intDiv(toUnixTimestamp(at), 86400) AS day,
       min(toUnixTimestamp(at)) AS first, max(toUnixTimestamp(at)) AS last
     FROM access WHERE home GLOBAL IN (SELECT home FROM ${about})
     GROUP BY home, who, prefix, app, day SETTINGS ${SPILLS}`,
    { sole },
  )
  await session.command(
    `INSERT INTO ${signIns}
     SELECT owner, principal, principal_id, ip, category, outcome, count() AS records FROM issuance
     GROUP BY owner, principal, principal_id, ip, category, outcome SETTINGS ${SPILLS}`,
  )
}

const keySql = (columns: string) =>
  `arrayStringConcat([${columns
    .split(', ')
    .map((column) => `toString(${column})`)
    .join(', ')}], '\\0')`

async function numbersOf(
  session: Session,
  columns: string,
  number: string,
  from: string,
  params: Params = {},
): Promise<Map<string, number>> {
  const rows = await session.rows(
    `SELECT ${keySql(columns)} AS key, ${number} AS number FROM ${from} GROUP BY ${columns} SETTINGS ${SPILLS}`,
    params,
  )
  return numbersBy(rows, 'key', 'number')
}

async function readNetworks(session: Session, tables: Tables, sole: string): Promise<Networks> {
  const { about, joined, signed_in: signIns } = tables
  const among = (columns: string) => `(${columns}) GLOBAL IN (SELECT ${columns} FROM ${about})`
  const networks = serviceNetworks()
  const isSignIn = "outcome = 'issued' AND category != 'owa-auth'"
  const setOf = async (...asked: [columns: string, from: string, params?: Params]) =>
    new Set((await numbersOf(session, asked[0], '1', asked[1], asked[2])).keys())
  return {
    own: await setOf(
      'who, prefix',
      `(SELECT who, prefix FROM (${signedIn(signIns)}) UNION ALL SELECT who, prefix FROM ${joined})
       WHERE prefix != '' AND ${among('who, prefix')}`,
    ),
    known: await setOf(
      'home, prefix',
      `(SELECT if(owner = '', {sole:String}, owner) AS home, ${PREFIX} AS prefix FROM ${signIns}
        WHERE ${isSignIn} AND ip != '' AND ${among('prefix')}
        GROUP BY home, prefix
        HAVING uniqExact(if(principal_id != '', principal_id, principal)) > 1
          OR max(category IN ('service-principal', 'managed-identity', 'ms-service-principal')))`,
      { sole },
    ),
    seen: await seenBy(session, tables, 'home, who, prefix'),
    seenApps: new Map([
      ...(await seenBy(session, tables, 'home, app, prefix')),
      ...(await seenBy(session, tables, 'home, app')),
    ]),
    joinedFrom: await numbersOf(
      session,
      'prefix',
      'sum(tokens)',
      `${joined} WHERE ${among('prefix')}`,
    ),
    served: await setOf(
      'prefix',
      `(SELECT DISTINCT prefix FROM ${about} WHERE prefix != '' AND arrayExists(
         (least, most) -> toIPv6(prefix) BETWEEN toIPv6(cutIPv6(toIPv6(least), 10, 1)) AND toIPv6(most),
         {least:Array(String)}, {most:Array(String)}))`,
      { least: networks.map(({ first }) => first), most: networks.map(({ last }) => last) },
    ),
    renamed: await setOf(
      'who',
      `(SELECT arrayJoin(names) AS who FROM (
         SELECT principal_id, groupUniqArray(lower(principal)) AS names FROM ${signIns}
         WHERE principal_id != '' AND position(principal, '@') > 0 GROUP BY principal_id HAVING length(names) > 1))
       WHERE ${among('who')}`,
    ),
    signIns: await numbersOf(
      session,
      'who',
      'sum(records)',
      `(SELECT arrayJoin(${NAMES}) AS who, records FROM ${signIns} WHERE ${isSignIn}) WHERE ${among('who')}`,
    ),
  }
}

async function seenBy(
  session: Session,
  { about, used }: Tables,
  columns: 'home, who, prefix' | 'home, app, prefix' | 'home, app',
): Promise<Map<string, Seen>> {
  const rows = await session.rows(
    `SELECT ${keySql(columns)} AS key, intDiv(min(first), 3600) AS first_hour, uniqExact(day) AS days
     FROM ${used} WHERE (${columns}) GLOBAL IN (SELECT ${columns} FROM ${about})
     GROUP BY ${columns} SETTINGS ${SPILLS}`,
  )
  return new Map(rows.map((row) => [String(row['key']), readSeen(row)]))
}

const readSeen = rowReader(cell.number('firstHour days'))

async function readTenants(session: Session, tables: Tables, sole: string) {
  const counts = await countsOf(session, tables)
  const coverage = (number: string) => numbersOf(session, 'home', number, COVERAGE, { sole })
  const rows = await coverage('sum(records)')
  const interactive = await coverage("max(category IN ('interactive', 'interactive-or-not'))")
  const losses = await lossesOf(session, 'issuance')
  const known = losses.filter(({ code }) => code !== 'hole' && code !== 'extractor-gap')
  const shown = await session.rows(
    `SELECT home, who, arraySort(groupUniqArray(hour)) AS hours FROM ${tables.joined}
     WHERE (home, who) GLOBAL IN (SELECT home, who FROM ${tables.about})
     GROUP BY home, who SETTINGS ${SPILLS}`,
  )
  const shownOf = Map.groupBy(shown, (row) => String(row['home']))
  const facts = await session.rows(tenantFacts(tables))
  return new Map(
    facts.map((row): [string, Tenant] => {
      const { home, explained, fitting, withNetwork, wellMade, ...counted } = readFacts(row)
      const hours = (shownOf.get(home) ?? []).map(
        (one) => [String(one['who']), hoursIn(one)] as const,
      )
      const tenant = {
        home,
        ...counted,
        ...(counts.get(home) ?? { tokens: new Map(), records: new Map() }),
        shownHours: new Map(hours),
        addressFit: fitting / Math.max(1, withNetwork),
        wellMade: wellMade / Math.max(1, explained),
        lostRows: losses.reduce(
          (sum, loss) => sum + ((loss.tenant || sole) === home ? loss.records : 0),
          0,
        ),
        rows: rows.get(home) ?? 0,
        lost: known.filter((loss) => loss.tenant === '' || loss.tenant === home),
        hasInteractive: (interactive.get(home) ?? 0) > 0,
      }
      return [home, tenant]
    }),
  )
}

const COVERAGE = `(SELECT if(tenant = '', {sole:String}, tenant) AS home, records, category FROM coverage WHERE side = 'issuance')`

const readFacts = rowReader(
  cell.text('home'),
  cell.number('firstHour lastHour explained fitting withNetwork wellMade newNetworks'),
  cell.number('networkCount:networks people joinedOverIpv6:over_ipv6'),
)

const tenantFacts = ({ used, joined, signed_in: signIns }: Tables) => `
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

const OF_CONTEXTS: Readonly<Partial<Record<string, string>>> = {
  who: 'home, who',
  'who-client-app': 'home, who, client_kind, app',
  'who-client-app-day': 'home, who, client_kind, app',
  'who-day': 'home, who',
}

type Counts = Record<'tokens' | 'records', Map<string, number>>

async function countsOf(session: Session, { about, joined }: Tables) {
  const found = new Map<string, Counts>()
  for (const [by, columns] of Object.entries(COUNTED)) {
    const keys = ['home', ...columns].join(', ')
    const among = OF_CONTEXTS[by] ?? 'home'
    const rows = await session.rows(
      `SELECT home, ${keySql([`'${by}'`, ...columns].join(', '))} AS key, sum(tokens) AS token_count, sum(records) AS record_count
       FROM (SELECT *, ${DAY} AS day FROM ${joined}) WHERE (${among}) GLOBAL IN (SELECT ${among} FROM ${about})
       GROUP BY ${keys}`,
    )
    for (const [home, own] of Map.groupBy(rows, (row) => String(row['home']))) {
      const counts = found.get(home) ?? { tokens: new Map(), records: new Map() }
      found.set(home, counts)
      for (const row of own) {
        counts.tokens.set(String(row['key']), Number(row['token_count']))
        counts.records.set(String(row['key']), Number(row['record_count']))
      }
    }
  }
  return found
}
