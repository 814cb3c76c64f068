/** When: first and last evidence, active hours, phases, coverage, and before when nothing can be excluded. */
import { isoOf } from '@mintmark/core'
import { cell, firstRow, listsOf, rowReader, textsOf } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { SPAN } from '../store/sql.ts'
import { HOUR_MS, LONG_PAUSE_HOURS, type LogName, type Period } from '../verdicts/losses/loss.ts'
import { tenantNames } from './accounts.ts'
import type { Selected } from './selected.ts'
import { isDefault } from './selection.ts'

export interface Timeline {
  readonly first: string | null
  readonly last: string | null
  /** By what points at the accesses, as in the scope: the forged ones have a course of their own. */
  readonly classes: readonly {
    readonly name: string
    readonly first: string
    readonly last: string
    readonly accesses: number
  }[]
  readonly activeDays: readonly { readonly day: string; readonly accesses: number }[]
  readonly hours: readonly number[]
  readonly weekdays: readonly number[]
  readonly phases: readonly Phase[]
  readonly coverage: readonly CoverageBand[]
  readonly cannotExcludeBefore: Horizon | null
  readonly horizons: readonly TenantHorizon[]
}

interface Phase {
  readonly from: string
  readonly to: string
  /** What it is: days, mailboxes, addresses and the commonest client. Holds text of the log. */
  readonly label: string
  readonly accesses: number
  readonly startsWith: 'first' | 'pause' | 'new-context'
}

/** One source of one tenant: when it has records. `to` is the end of its last hour. */
export interface CoverageBand extends LogName {
  readonly from: string
  readonly to: string
  readonly hours: number
  /** Silences of more than `LONG_PAUSE_HOURS`; the longest twenty, in order of time. */
  readonly gaps: readonly { readonly from: string; readonly to: string }[]
}

/** Before `at` the evidence excludes nothing; null: at no time, because there is no such log. */
interface Horizon {
  readonly at: string | null
  readonly because: string
}

interface TenantHorizon extends Horizon {
  readonly tenant: string
  /** By which people know the tenant; its id where there is none. */
  readonly name: string
}

export async function timeline(session: Session, selected: Selected): Promise<Timeline> {
  const days = await activeDays(session, selected)
  const horizons = await horizonsOf(session, selected)
  const [first, last] = [days[0], days.at(-1)]
  return {
    first: first === undefined ? null : isoOf(first.firstMs),
    last: last === undefined ? null : isoOf(last.lastMs),
    classes: await classesOf(session, selected),
    activeDays: days.map(({ day, accesses }) => ({ day, accesses })),
    hours: await histogram(session, selected, 'toHour(at)', 24),
    weekdays: await histogram(session, selected, 'toDayOfWeek(at) - 1', 7),
    phases: await phasesOf(session, selected, days),
    coverage: await coverageBands(session, selected),
    cannotExcludeBefore: latest(horizons),
    horizons,
  }
}

async function classesOf(session: Session, selected: Selected): Promise<Timeline['classes']> {
  const rows = await session.rows(
    `SELECT class, count() AS n, ${SPAN} FROM ${selected.table} WHERE party = 'attacker' GROUP BY class ORDER BY first_ms, class`,
  )
  return rows.map(
    rowReader(cell.text('name:class'), cell.time('first last'), cell.number('accesses:n')),
  )
}

type ActiveDay = ReturnType<typeof readDay>
const MAX_CONTEXTS = 1000

/** `contexts`: hashes of (application, client application, client string). */
const readDay = rowReader(
  cell.text('day'),
  cell.number('accesses firstMs lastMs'),
  cell.texts('contexts'),
)

async function activeDays(session: Session, selected: Selected): Promise<ActiveDay[]> {
  const rows = await session.rows(
    `SELECT toString(toDate32(at)) AS day, count() AS accesses, ${SPAN},
       arraySort(groupUniqArray(${MAX_CONTEXTS})(toString(cityHash64(app_id, client_app_id, client)))) AS contexts
     FROM ${selected.table} WHERE party = 'attacker' GROUP BY day ORDER BY day ${BOUNDED}`,
  )
  return rows.map(readDay)
}

async function histogram(session: Session, { table }: Selected, bin: string, bins: number) {
  const isIn = `arrayMap(n -> toFloat64(n = ${bin}), range(${bins}))`
  const row = await firstRow(
    session,
    `SELECT arrayResize(sumForEach(${isIn}), ${bins}) AS counts FROM ${table} WHERE party = 'attacker'`,
  )
  return textsOf(row['counts']).map(Number)
}

type Course = Omit<Phase, 'from' | 'to' | 'label'> & Period

/**
 * Cuts the active days into phases: after a pause of more than 72 hours, and where a day shares no context
 * (application, client application, client string) with the phase. An address starts none, because proxies change
 * daily.
 */
function coursesOf(days: readonly ActiveDay[]): Course[] {
  const courses: Course[] = []
  let contexts = new Set<string>()
  for (const { firstMs, lastMs: toMs, accesses, contexts: own } of days) {
    const last = courses.at(-1)
    const isPause = last !== undefined && firstMs - last.toMs > LONG_PAUSE_HOURS * HOUR_MS
    if (last !== undefined && !isPause && own.some((context) => contexts.has(context))) {
      courses.splice(-1, 1, { ...last, toMs, accesses: last.accesses + accesses })
      contexts = new Set([...contexts, ...own])
    } else {
      const startsWith = last === undefined ? 'first' : isPause ? 'pause' : 'new-context'
      courses.push({ fromMs: firstMs, toMs, accesses, startsWith })
      contexts = new Set(own)
    }
  }
  return courses
}

const MAX_PHASES = 200

async function phasesOf(session: Session, selected: Selected, days: readonly ActiveDay[]) {
  const found = coursesOf(days).slice(0, MAX_PHASES)
  if (found.length === 0) return []
  const rows = await session.rows(
    `SELECT arrayCount(start -> toInt64(start) <= toUnixTimestamp64Milli(at), {starts:Array(String)}) AS phase,
       uniqExact(toDate32(at)) AS days, uniqExactIf(account, account != '') AS mailboxes,
       uniqExactIf(ip, ip != '') AS addresses, uniqExactIf(client, client != '') AS clients,
       topKIf(1)(toString(client), client != '')[1] AS client_name
     FROM ${selected.table} WHERE party = 'attacker' GROUP BY phase ORDER BY phase ${BOUNDED}`,
    { starts: found.map(({ fromMs }) => String(fromMs)) },
  )
  const labels = new Map(rows.map((row) => [Number(row['phase']), labelOf(row)]))
  return found.map(({ fromMs, toMs, accesses, startsWith }, i) => {
    const label = labels.get(i + 1) ?? ''
    return { from: isoOf(fromMs), to: isoOf(toMs), label, accesses, startsWith }
  })
}

function labelOf(row: Readonly<Record<string, unknown>>): string {
  const some = (key: string, one: string, many = `${one}s`) => {
    const count = Number(row[key])
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
  }
  const client = String(row['client_name'])
  return [
    ...some('days', 'active day'),
    ...some('mailboxes', 'mailbox', 'mailboxes'),
    ...some('addresses', 'address', 'addresses'),
    ...some('clients', 'client'),
    ...(client === '' ? [] : [`mostly ${client.slice(0, 120)}`]),
  ].join(', ')
}

async function coverageBands(session: Session, selected: Selected): Promise<CoverageBand[]> {
  const accessed = await session.rows(
    `SELECT DISTINCT toString(tenant) AS name FROM ${selected.table} WHERE party = 'attacker'`,
  )
  const tenants = new Set(accessed.map((row) => row['name']))
  const rows = await selected.facts.rows(
    session,
    `SELECT side, source, category, tenant, toUnixTimestamp(min(hour)) AS first_s,
       toUnixTimestamp(max(hour)) + 3600 AS last_s, count() AS hours,
       arraySort(arraySlice(arrayReverseSort(gap -> gap[2] - gap[1], groupArrayIf(
         [toUnixTimestamp(before) + 3600, toUnixTimestamp(hour)],
         before > toDateTime(0) AND hour > before + INTERVAL ${LONG_PAUSE_HOURS + 1} HOUR)), 1, 20)) AS gaps
     FROM (
       SELECT side, source, category, tenant, hour,
         lagInFrame(hour) OVER (PARTITION BY side, source, category, tenant ORDER BY hour
           ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS before
       FROM (SELECT DISTINCT side, source, category, tenant, hour FROM coverage)
     )
     GROUP BY side, source, category, tenant ORDER BY tenant, side, source, category ${BOUNDED}`,
  )
  return rows.filter((row) => tenants.size === 0 || tenants.has(row['tenant'])).map(readBand)
}

const readBand = rowReader(
  cell.side('side'),
  cell.text('source category tenant'),
  cell.made('from', (row) => isoOfSeconds(row['first_s'])),
  cell.made('to', (row) => isoOfSeconds(row['last_s'])),
  cell.number('hours'),
  cell.made('gaps', ({ gaps }) =>
    listsOf(gaps).map(([from, to]) => ({ from: isoOfSeconds(from), to: isoOfSeconds(to) })),
  ),
)

const isoOfSeconds = (seconds: unknown) => isoOf(Number(seconds) * 1000)

/**
 * For each tenant of the selection, or of the leads where it is empty, before when it could have been read unseen. That
 * needs a log with `MailItemsAccessed` and, for a selection by verdicts, an issuance log.
 */
async function horizonsOf(session: Session, selected: Selected): Promise<TenantHorizon[]> {
  const rows = await session.rows(
    `SELECT toString(tenant) AS tenant, max(is_mail) AS mail FROM ${selected.table}
     WHERE party = 'attacker' OR strength = 'lead' AND (SELECT count() FROM ${selected.table} WHERE party = 'attacker') = 0
     GROUP BY tenant ORDER BY tenant ${BOUNDED}`,
  )
  const begun = await logStarts(session, selected)
  const byVerdict = isDefault(selected.selection)
  const tenants = rows.map((row) => String(row['tenant']))
  const names = await tenantNames(session, selected.facts, tenants)
  return rows.map((row) => {
    const tenant = String(row['tenant'])
    const starts = begun.get(tenant) ?? readStarts({ mail_ms: NEVER, issued_ms: NEVER })
    const { at, because } = horizon(starts, Number(row['mail']) === 1, byVerdict)
    return { tenant, name: names.get(tenant) ?? tenant, at, because }
  })
}

/** In place of a time, of a tenant without such a record. */
const NEVER = -1

const ms = (time: string) => `toUnixTimestamp64Milli(${time})`

async function logStarts(session: Session, { facts }: Selected): Promise<Map<string, Starts>> {
  const rows = await facts.rows(
    session,
    `SELECT seen.tenant AS tenant, ${ms('seen.first')} AS access_ms,
       if(seen.mails = 0, ${NEVER}, ${ms('seen.first_mail')}) AS mail_ms,
       if(made.issuances = 0, ${NEVER}, ${ms('made.first')}) AS issued_ms
     FROM (
       SELECT toString(tenant) AS tenant, min(at) AS first, minIf(at, operation = 'MailItemsAccessed') AS first_mail,
         countIf(operation = 'MailItemsAccessed') AS mails
       FROM access GROUP BY tenant
     ) AS seen
     LEFT JOIN (
       SELECT toString(tenant) AS tenant, min(at) AS first, count() AS issuances FROM issuance
       WHERE category != 'owa-auth' GROUP BY tenant
     ) AS made ON seen.tenant = made.tenant
     ORDER BY tenant ${BOUNDED}`,
  )
  return new Map(rows.map((row) => [String(row['tenant']), readStarts(row)]))
}

type Starts = ReturnType<typeof readStarts>
const readStarts = rowReader(cell.number('accessMs mailMs issuedMs'))

function horizon({ accessMs, mailMs, issuedMs }: Starts, isMail: boolean, byVerdict: boolean) {
  if (isMail && mailMs === NEVER)
    return { at: null, because: 'there is no MailItemsAccessed record: reading left no trace' }
  if (byVerdict && issuedMs === NEVER)
    return { at: null, because: 'there is no issuance log: no access can be shown to be genuine' }
  const seenMs = isMail ? mailMs : accessMs
  if (byVerdict && issuedMs > seenMs) {
    const because = 'the issuance log begins then: earlier tokens cannot be looked up'
    return { at: isoOf(issuedMs), because }
  }
  const log = isMail ? 'the log of mail accesses' : 'the access log'
  return { at: isoOf(seenMs), because: `${log} begins then` }
}

/** Of several tenants the one whose log begins last; tenants without a log are named too. */
function latest(horizons: readonly TenantHorizon[]): Horizon | null {
  const ordered = horizons.toSorted((a, b) => rank(b) - rank(a) || (a.tenant < b.tenant ? -1 : 1))
  const blind = ordered.find((one) => one.at === null)
  const last = ordered.find((one) => one.at !== null)
  const said = (one: TenantHorizon) => {
    const others = ordered.filter((other) => other.at === one.at).length - 1
    const more = others === 0 ? '' : ` and ${others} more`
    return `${one.because} (tenant ${one.name}${more})`
  }
  if (last === undefined) return blind === undefined ? null : { at: null, because: said(blind) }
  const never = blind === undefined ? '' : `; at no time in others: ${said(blind)}`
  return { at: last.at, because: `${said(last)}${never}` }
}

const rank = ({ at }: Horizon) => (at === null ? Number.POSITIVE_INFINITY : Date.parse(at))
