/**
 * Silences that are too long for their log's activity. Each log is asked, and all logs of a tenant from one collector
 * as one. Logs of another collector show whether people were at work; for sign-in logs only accesses from known
 * networks of their principal count, because an attacker chooses when to act.
 */
import { countBefore, type Json } from '@mintmark/core'
import { UNKNOWN_OWNER } from '@mintmark/logs'
import { cell, countOf, listsOf, rowReader } from '../../engine/rows.ts'
import { Scratch } from '../../engine/scratch.ts'
import { BOUNDED, type Session } from '../../engine/session.ts'
import { columnsSql } from '../../store/sql.ts'
import { PREFIX, signedIn, WHO } from '../match/context.ts'
import {
  DAY_MS,
  HAS_TIME,
  HOUR_MS,
  type LogName,
  type Loss,
  lengthOf,
  MINUTE_MS,
  type Period,
  type Side,
} from './loss.ts'
import { busyWithin, extentOf, outages, type Pace, paceOf } from './outages.ts'

const BY_DAY_MS = 6 * HOUR_MS
const MOST_MS = 2 * DAY_MS
/** Shorter ones are not looked at: minutes are too coarse to compare them. */
const LEAST_MINUTES = 15
/** So many times as long as any silence in the same hours of another day. */
const TIMES = 3
/** The same of an hour or more where many days compare: by chance both are as rare. */
const TIMES_OF_LONG = 2
/** The same of workdays with a night, while another log shows people at work: a lost day is shorter than two nights. */
const TIMES_OF_WORKDAY = 1.5
const LONG_MS = HOUR_MS
const MANY_DAYS = 10
/** Of the records that are usual at that time, the least share by which another log shows people at work. */
const AT_WORK_SHARE = 0.5
/** Silences of at least so many minutes are compared with. */
export const COMPARED_MINUTES: number = LEAST_MINUTES / TIMES
const DAYS_TO_COMPARE = 3
const DAYS_BESIDE = 14

/**
 * Silences that are far longer than any in the same hours of other days. In a small log three silent hours may be
 * chance, so this rule is for logs of accesses, where a false hole only widens a bound. `silences` are all of the log of
 * {@link COMPARED_MINUTES} or more; a day without work is silent in all `others`.
 */
export function outstanding(
  silences: readonly Period[],
  log: Period,
  others: readonly Pace[],
): Period[] {
  return silences.filter((one) => {
    const length = lengthOf(one)
    if (length < LEAST_MINUTES * MINUTE_MS || length > MOST_MS) return false
    const { days, longest } = besides(one, silences, log)
    if (days < DAYS_TO_COMPARE) return false
    if (length < BY_DAY_MS) {
      const isSure = days >= MANY_DAYS && length >= LONG_MS
      return longest * (isSure ? TIMES_OF_LONG : TIMES) <= length
    }
    const [first, last] = [Math.floor(one.fromMs / HOUR_MS), Math.floor(one.toMs / HOUR_MS) + 1]
    const isAtWork = others.some((other) => busyWithin(first, last, other) >= AT_WORK_SHARE)
    const hasWeekend = isWeekend(one.fromMs) || isWeekend(one.toMs)
    return isAtWork && longest * (hasWeekend ? TIMES_OF_LONG : TIMES_OF_WORKDAY) <= length
  })
}

/** On how many days of the kind the log was there at that time of day, and its longest silence then. */
function besides(one: Period, silences: readonly Period[], log: Period) {
  const length = lengthOf(one)
  let days = 0
  let longest = 0
  for (let day = -DAYS_BESIDE; day <= DAYS_BESIDE; day++) {
    const fromMs = one.fromMs + day * DAY_MS
    const toMs = fromMs + length
    const isComparable = day !== 0 && isWeekend(fromMs) === isWeekend(one.fromMs)
    if (!isComparable || fromMs < log.fromMs || toMs > log.toMs) continue
    days++
    // Silences follow one another.
    const first = countBefore(silences.length, (at) => (silences[at]?.toMs ?? 0) <= fromMs)
    for (let at = first; at < silences.length; at++) {
      const other = silences[at]
      if (other === undefined || other.fromMs >= toMs) break
      if (other !== one) longest = Math.max(longest, lengthOf(other))
    }
    // Too long for any: most silences are ordinary, and need no further day.
    if (longest * TIMES_OF_WORKDAY > length) return { days, longest }
  }
  return { days, longest }
}

function isWeekend(ms: number): boolean {
  // The first of January 1970 was a Thursday.
  const day = (Math.floor(ms / DAY_MS) + 4) % 7
  return day === 0 || day === 6
}

/**
 * The largest chance of a false hole in a whole log. For accesses a false hole only widens a bound. In a log of
 * issuances it removes verdicts, and of one service among several there are many logs.
 */
const ERROR = 0.01
const ERROR_OF_ACCESSES = 0.2
/** Active minutes on each side of a silence, by which it is taken for long or not. */
const BESIDE = 10
/** A silence in which fewer active minutes would be likely is skipped. */
const LEAST_LIKELY = 3
/** Logs with fewer records have no pace. */
const SHOWS_ITS_PACE = 20
const LOG = 'side, source, category, log_tenant'
/** The minutes of so many records fit in memory. */
const FEW_RECORDS = 2_000_000

export async function lostInHoles(session: Session): Promise<Loss[]> {
  return await Scratch.lend(session, async (scratch) => {
    const isFew =
      (await countOf(session, 'access')) + (await countOf(session, 'issuance')) <= FEW_RECORDS
    const minutes = await scratch.table(
      'minutes',
      columnsSql(`side Low; source Low; category Low; log_tenant Low; minute Int64; from_ms Int64; to_ms Int64;
        records UInt64`),
      isFew ? undefined : `(${LOG}, minute)`,
    )
    const fill = (rows: string) => session.command(`INSERT INTO ${minutes} ${rows} ${BOUNDED}`)
    await fill(minutesOf('access', 'service', 'tenant'))
    await fill(minutesOf('issuance', 'category', 'owner'))
    await fill(collected(minutes))
    await fill(AT_WORK)
    const logs: Log[] = []
    for await (const rows of session.stream(logsIn(minutes))) logs.push(...rows.map(logOf))
    return lossesOf(logs)
  })
}

const minutesOf = (side: Side, category: string, tenant: string) => `
  SELECT '${side}' AS side, toString(source) AS log_source, toString(${category}) AS log_category,
    toString(${tenant}) AS log_tenant, intDiv(toUnixTimestamp64Milli(at), ${MINUTE_MS}) AS minute,
    toUnixTimestamp64Milli(min(at)), toUnixTimestamp64Milli(max(at)), count()
  FROM ${side} WHERE ${HAS_TIME} AND ${tenant} != '${UNKNOWN_OWNER}'
  GROUP BY log_source, log_category, log_tenant, minute`

const COLLECTOR = "if(startsWith(source, 'ual'), 'ual', toString(source))"
const ALL = 'all'
/** The logs of a collector as one, where it has several. */
const collected = (minutes: string) => `
  SELECT '${ALL}', ${COLLECTOR} AS collector, '', log_tenant, minute, min(from_ms), max(to_ms), sum(records)
  FROM ${minutes}
  WHERE (${COLLECTOR}, log_tenant) IN (
    SELECT collector, log_tenant FROM (
      SELECT DISTINCT ${COLLECTOR} AS collector, log_tenant, side, source, category FROM ${minutes}
    ) GROUP BY collector, log_tenant HAVING count() > 1)
  GROUP BY collector, log_tenant, minute`

const OWN = 'own'
/** Accesses from networks at which their principal signs in. */
const AT_WORK = `
  SELECT '${OWN}', '${OWN}', '', toString(tenant) AS log_tenant, intDiv(toUnixTimestamp64Milli(at), ${MINUTE_MS}) AS minute,
    toUnixTimestamp64Milli(min(at)), toUnixTimestamp64Milli(max(at)), count()
  FROM access
  WHERE ${HAS_TIME} AND ip != '' AND (${WHO}, ${PREFIX}) GLOBAL IN (${signedIn('issuance')})
  GROUP BY log_tenant, minute`

interface Log extends Omit<LogName, 'side'> {
  readonly side: Side | typeof ALL | typeof OWN
  readonly active: Map<number, number>
  readonly silences: readonly Period[]
  readonly count: number
}

const SIDE_NAMES = ['access', 'issuance', ALL, OWN] as const

function logOf(row: Json): Log {
  const [hours = [], starts = []] = numbersOf(row['hours'])
  const [fromMs = [], toMs = []] = numbersOf(row['periods'])
  const end = Number(row['minutes']) + 1
  return {
    side: SIDE_NAMES.find((side) => side === row['side']) ?? 'access',
    ...readLog(row),
    active: new Map(hours.map((hour, at) => [hour, (starts[at + 1] ?? end) - (starts[at] ?? end)])),
    silences: fromMs.map((from, at) => ({ fromMs: from, toMs: toMs[at] ?? from })),
    count: Number(row['count']),
  }
}

const readLog = rowReader(cell.text('source category tenant:log_tenant'))
const numbersOf = (lists: unknown): number[][] => listsOf(lists).map((list) => list.map(Number))

/**
 * Hours of each log with enough activity, and where in the list of its active minutes each begins; how many silences it
 * has, those that are long for the {@link BESIDE} active minutes on each side, and for accesses some short ones to
 * compare. Lists are shifted and zipped, because a list that a lambda looks into is copied for each item.
 */
const logsIn = (minutes: string) => `
  SELECT ${LOG}, n AS minutes,
    [arrayMap(h -> toFloat64(h), arrayCompact(hour_of)), arrayMap(i -> toFloat64(i),
      arrayFilter((i, h, last) -> h != last, arrayEnumerate(hour_of), hour_of, arrayPushFront(arrayPopBack(hour_of), -1)))] AS hours,
    arrayCount((a, b) -> b - a > 1, befores, afters) AS count,
    [arrayFilter((x, is_long) -> is_long, arrayMap(t -> toFloat64(t), arrayPopBack(ends)), are_long),
      arrayFilter((x, is_long) -> is_long, arrayMap(t -> toFloat64(t), arrayPopFront(begins)), are_long)] AS periods
  FROM (
    SELECT ${LOG}, arraySort(groupArray((minute, from_ms, to_ms))) AS sorted,
      sorted.1 AS active, sorted.2 AS begins, sorted.3 AS ends,
      arrayMap(m -> intDiv(m, 60), active) AS hour_of,
      toUInt32(length(active)) AS n, arrayPopBack(active) AS befores, arrayPopFront(active) AS afters,
      arraySlice(arrayConcat(arrayWithConstant(${BESIDE}, active[1]), active), 1, n - 1) AS firsts,
      arraySlice(arrayConcat(active, arrayWithConstant(${BESIDE + 1}, active[n])), ${BESIDE + 2}, n - 1) AS lasts,
      arrayMap((a, b, first, last) -> b - a > 1
          AND ((b - a) * ${2 * BESIDE} >= ${LEAST_LIKELY} * (last - first - (b - a))
            OR side IN ('access', '${ALL}') AND b - a >= ${COMPARED_MINUTES}), befores, afters, firsts, lasts) AS are_long
    FROM ${minutes} GROUP BY ${LOG} HAVING sum(records) >= ${SHOWS_ITS_PACE}
  ) ORDER BY ${LOG} ${BOUNDED}`

function lossesOf(logs: readonly Log[]): Loss[] {
  const paces = new Map<string, Map<string, Pace>>()
  const paceBy = new Map(logs.map((log) => [log, paceOf(log.active)]))
  for (const [log, pace] of paceBy) {
    const own = paces.get(log.tenant) ?? new Map<string, Pace>()
    paces.set(log.tenant, own)
    if (pace !== undefined && (log.side === ALL || !own.has(collectorOf(log)))) {
      own.set(collectorOf(log), pace)
    }
  }
  const pooled = new Set(logs.filter(({ side }) => side === ALL).map(collectorKey))
  return logs.flatMap((log) => {
    if (log.side === OWN) return []
    const isSignIns = isOfSignIns(log)
    const others = [...(paces.get(log.tenant) ?? [])].flatMap(([collector, pace]) => {
      const isAsked = isSignIns
        ? collector === OWN
        : collector !== OWN && collector !== collectorOf(log)
      return isAsked ? [pace] : []
    })
    const isWhole = log.side === ALL || (log.side === 'access' && !pooled.has(collectorKey(log)))
    const found = outages(log, isWhole ? ERROR_OF_ACCESSES : ERROR, others, paceBy.get(log))
    const plain = isWhole ? outstanding(log.silences, spanOf(log), others) : []
    return hiddenIn(log, logs).flatMap((hidden) => {
      const sure = found.filter(({ chance }) => hidden.side === 'access' || chance < ERROR)
      const rest = hidden.side === 'access' ? plain.filter((one) => !isAmong(one, sure)) : []
      return [...sure, ...rest].map((hole) => lossOf(hidden, hole))
    })
  })
}

function spanOf({ active }: Log): Period {
  const { first, last } = extentOf(active)
  return { fromMs: first * HOUR_MS, toMs: (last + 1) * HOUR_MS }
}

const isAmong = (one: Period, others: readonly Period[]): boolean =>
  others.some(({ fromMs, toMs }) => fromMs === one.fromMs && toMs === one.toMs)

/** Whether no log of the collector is one of accesses. */
const isOfSignIns = ({ side, source }: Log) =>
  side === 'issuance' ? !source.startsWith('ual') : side === ALL && source.startsWith('entra')

const collectorOf = ({ source }: Log) => (source.startsWith('ual') ? 'ual' : source)

const collectorKey = (log: Log) => `${collectorOf(log)} ${log.tenant}`

/** The logs that a hole of this one is of; a collector's hole hides services that it shows nowhere else. */
function hiddenIn(log: Log, logs: readonly Log[]): LogName[] {
  const { side, source, category, tenant } = log
  if (side === OWN) return []
  if (side !== ALL) return [{ side, source, category, tenant }]
  const found = new Map<string, LogName>()
  for (const one of logs) {
    if (one.side === ALL || one.side === OWN || collectorKey(one) !== collectorKey(log)) continue
    const own = { ...one, side: one.side, category: one.side === 'access' ? '' : one.category }
    found.set(JSON.stringify([own.side, own.source, own.category]), own)
  }
  return [...found.values()]
}

const lossOf = ({ side, source, category, tenant }: LogName, { fromMs, toMs }: Period): Loss => {
  const log = { side, source, category, tenant }
  return { ...log, evidenceId: 0, code: 'hole', fromMs, toMs, records: 0 }
}
