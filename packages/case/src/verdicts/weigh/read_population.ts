/**
 * Reads what is weighed. Cost: a pass over the accesses of the tenants in which something is wrong, and one over the
 * principals, networks and times of the issuances.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import type { Scratch } from '../../engine/scratch.ts'
import { cell, countOf, rowReader, type Session, SPILLS, textsOf } from '../../engine/session.ts'
import { APP, columnsSql, HAS_TOKEN } from '../../store/sql.ts'
import { MATTERS } from '../match/assign_verdicts.ts'
import { correctedMs, readClocks } from '../match/clocks.ts'
import { CLIENT, FAMILY, IS_WELL_MADE, PREFIX, WHO } from '../match/context.ts'
import { clientsOfMailService } from '../match/first_party.ts'
import { bucketsOf, rangesFor } from '../match/join.ts'
import type { Context, Population } from './population.ts'
import { DAY, NO_NETWORKS, readNetworks, readTenants, type Tables } from './read_tenants.ts'

/** Columns by which contexts are distinguished, and joined to the assigned on them. */
export const CONTEXT_KEY =
  'home, who, prefix, app, client_family, client_kind, service, source, matter, reason, day'

const JOINED_COLUMNS =
  columnsSql(`home Low; who String; prefix String; app Low; client_family Low; client_kind Low;
  service Low; source Low; hour Int32; tokens UInt32; records UInt32; well_made UInt32`)

const USED_COLUMNS = columnsSql(
  'home Low; who String; prefix String; app Low; day UInt32; first UInt32; last UInt32',
)

const SIGNED_IN_COLUMNS = columnsSql(
  'owner Low; principal String; principal_id String; ip String; category Low; outcome Low; records UInt64',
)

/** @param outcomes table of `OUTCOME` */
export async function readPopulation(
  session: Session,
  scratch: Scratch,
  outcomes: string,
  sole: string,
): Promise<Population> {
  const contexts = await readContexts(session, outcomes)
  const byMailService = new Set<string>()
  if (contexts.length === 0)
    return { contexts, tenants: new Map(), networks: NO_NETWORKS, byMailService }
  const about = await scratch.table(
    'about',
    'home String, who String, prefix String, app String, client_kind String',
  )
  await session.command(
    `INSERT INTO ${about} SELECT DISTINCT home, who, prefix, app, client_kind FROM ${outcomes} WHERE matter != ''`,
  )
  const tables = {
    about,
    joined: await scratch.table('joined', JOINED_COLUMNS, '(home, who)'),
    used: await scratch.table('used', USED_COLUMNS, '(home, who)'),
    signedIn: await scratch.table('signed_in', SIGNED_IN_COLUMNS, '(owner, principal)'),
  }
  await fillJoined(session, tables, outcomes, sole)
  await fillUsed(session, tables, sole)
  await fillSignedIn(session, tables)
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
  for await (const some of rows) for (const row of some) contexts.push(contextOf(row))
  return contexts
}

function contextOf(row: Json): Context {
  return {
    ...readContext(row),
    matter: MATTERS.find((one) => one === row['matter']) ?? 'chosen',
    hours: textsOf(row['hours']).map(Number),
  }
}

const readContext = rowReader(
  cell.text('home prefix reason app family:client_family client:client_kind service source who'),
  cell.number('day wellMade'),
)

/** The explained tokens of the tenants in question, by context: of each its first access. */
async function fillJoined(
  session: Session,
  { about, joined }: Tables,
  outcomes: string,
  sole: string,
): Promise<void> {
  const clocks = await readClocks(session)
  const at = correctedMs('at', clocks.access)
  for (const range of rangesFor(await countOf(session, 'access'))) {
    await session.command(
      `INSERT INTO ${joined}
       SELECT home, who, first.1 AS prefix, first.2 AS app, first.3 AS client_family, first.4 AS client_kind,
         first.5 AS service, first.6 AS source, first.7 AS hour, count() AS tokens, sum(uses) AS records, sum(is_well_made) AS well_made
       FROM (
         SELECT home, who, token_id, count() AS uses, max(well) AS is_well_made,
           argMin((prefix, app, client_family, client_kind, service, source, hour), at_ms) AS first
         FROM (
           SELECT if(tenant = '', {sole:String}, tenant) AS home, ${WHO} AS who, token_id, ${PREFIX} AS prefix,
             ${APP} AS app, ${FAMILY} AS client_family,
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
}

/** All accesses of the tenants in question, by context and day: first and last, seconds. */
async function fillUsed(session: Session, { about, used }: Tables, sole: string): Promise<void> {
  await session.command(
    `INSERT INTO ${used}
     SELECT if(tenant = '', {sole:String}, tenant) AS home, ${WHO} AS who, ${PREFIX} AS prefix,
       ${APP} AS app, intDiv(toUnixTimestamp(at), 86400) AS day,
       min(toUnixTimestamp(at)) AS first, max(toUnixTimestamp(at)) AS last
     FROM access WHERE home GLOBAL IN (SELECT home FROM ${about})
     GROUP BY home, who, prefix, app, day SETTINGS ${SPILLS}`,
    { sole },
  )
}

/** Who signed in from where: one pass over the issuances for all that is asked of them. */
async function fillSignedIn(session: Session, { signedIn }: Tables): Promise<void> {
  await session.command(
    `INSERT INTO ${signedIn}
     SELECT owner, principal, principal_id, ip, category, outcome, count() AS records FROM issuance
     GROUP BY owner, principal, principal_id, ip, category, outcome SETTINGS ${SPILLS}`,
  )
}
