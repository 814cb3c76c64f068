/**
 * Times in logs, in milliseconds UTC (also without a zone), years 1900 to 2299: .NET writes year 1
 * for "none". Nothing here throws or reads a clock.
 */

const DAY_MS = 86_400_000
const MIN_YEAR = 1900
const MAX_YEAR = 2299
const MIN_MS = Date.UTC(MIN_YEAR, 0, 1)
const MAX_MS = Date.UTC(MAX_YEAR, 11, 31, 23, 59, 59, 999)
const DAYS_BEFORE: readonly number[] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const DAYS_IN: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

type DayMonthOrder = 'day-first' | 'month-first'

const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

function dayMs(year: number, month: number, day: number): number {
  // Written so that NaN fails too.
  if (!(year >= MIN_YEAR && year <= MAX_YEAR && month >= 1 && month <= 12 && day >= 1))
    return Number.NaN
  const leapDay = month === 2 && isLeap(year) ? 1 : 0
  if (day > (DAYS_IN[month - 1] ?? 0) + leapDay) return Number.NaN
  const before = year - 1
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477
  const afterLeap = month > 2 && isLeap(year) ? 1 : 0
  return (
    ((year - 1970) * 365 + leaps + (DAYS_BEFORE[month - 1] ?? 0) + afterLeap + day - 1) * DAY_MS
  )
}

function clockMs(hour: number, minute: number, second: number): number {
  if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN
  return ((hour * 60 + minute) * 60 + second) * 1000
}

/** The digit at `at`; NaN without one, which makes every sum NaN. */
function digit(spelled: string, at: number): number {
  const value = spelled.charCodeAt(at) - 48
  return value >= 0 && value <= 9 ? value : Number.NaN
}

const two = (spelled: string, at: number) => digit(spelled, at) * 10 + digit(spelled, at + 1)
const inRange = (ms: number) => (ms >= MIN_MS && ms <= MAX_MS ? ms : undefined)

/** Reads ISO 8601, a space for `T`, no zone (UTC), and PowerShell's `/Date(ms)/`; cuts to ms. */
export function utcMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.length < 10 || value.length > 64) return undefined
  const dash = value.charCodeAt(4)
  if (dash !== 0x2d || value.charCodeAt(7) !== 0x2d) return looseMs(value)
  const year = two(value, 0) * 100 + two(value, 2)
  const day = dayMs(year, two(value, 5), two(value, 8))
  if (value.length === 10) return inRange(day)
  const separator = value.charCodeAt(10)
  // T, t or a space.
  if (separator !== 0x54 && separator !== 0x20 && separator !== 0x74) return looseMs(value)
  return inRange(day + timeOfDayMs(value, 11))
}

/** Time of day and zone from `at` on, as an offset from UTC midnight; NaN if invalid. */
function timeOfDayMs(spelled: string, at: number): number {
  const COLON = 0x3a
  if (spelled.charCodeAt(at + 2) !== COLON) return Number.NaN
  const hasSeconds = spelled.charCodeAt(at + 5) === COLON
  const second = hasSeconds ? two(spelled, at + 6) : 0
  const clock = clockMs(two(spelled, at), two(spelled, at + 3), second)
  let end = at + (hasSeconds ? 8 : 5)
  let fraction = 0
  const point = spelled.charCodeAt(end)
  if (hasSeconds && (point === 0x2e || point === 0x2c)) {
    const from = end + 1
    end = digitsEnd(spelled, from)
    if (end === from) return Number.NaN
    fraction = milliseconds(spelled, from, end)
  }
  return clock + fraction - zoneMs(spelled, end)
}

function digitsEnd(spelled: string, from: number): number {
  let end = from
  while (digit(spelled, end) >= 0) end++
  return end
}

function milliseconds(spelled: string, from: number, end: number): number {
  let ms = 0
  for (let at = from; at < from + 3; at++) ms = ms * 10 + (at < end ? digit(spelled, at) : 0)
  return ms
}

/** 0 if there is no zone, NaN if it is invalid. */
function zoneMs(spelled: string, at: number): number {
  if (at === spelled.length) return 0
  if (at === spelled.length - 1 && (spelled[at] === 'Z' || spelled[at] === 'z')) return 0
  const zone = spelled.slice(at).trim()
  if (zone === '' || /^(?:Z|UTC|GMT)$/i.test(zone)) return 0
  const match = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(zone)
  if (match === null) return Number.NaN
  const hours = Number(match[2])
  const minutes = Number(match[3] ?? 0)
  if (hours > 18 || minutes > 59) return Number.NaN
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

/** White space, and PowerShell's `/Date(1700000000000)/`, whose zone is only for show. */
function looseMs(value: string): number | undefined {
  const trimmed = value.trim()
  if (trimmed.length < value.length) return utcMs(trimmed)
  const match = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(value)
  return match === null ? undefined : inRange(Number(match[1]))
}

/** Of an epoch number or its digits; undefined if out of range. The field must say its unit. */
export function epochMs(value: unknown, unit: 's' | 'ms'): number | undefined {
  const isDigits = typeof value === 'string' && /^\d{1,16}(?:\.\d{1,9})?$/.test(value)
  const number = isDigits ? Number(value) : value
  if (typeof number !== 'number' || number <= 0) return undefined
  return inRange(Math.floor(unit === 's' ? number * 1000 : number))
}

interface SlashDate {
  readonly isYearFirst: boolean
  readonly year: number
  readonly first: number
  readonly second: number
  readonly timeMs: number
}

const SLASH_DATE =
  /^(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?:,? +(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?([ap])\.? ?m\.?)?( ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?)?$/i

function parseSlashDate(value: unknown): SlashDate | undefined {
  if (typeof value !== 'string' || value.length < 8 || value.length > 64) return undefined
  // ICU 72 and newer put a narrow no-break space before AM and PM.
  const spelled = value.replaceAll(/[\u00a0\u2009\u202f]/g, ' ').trim()
  const match = SLASH_DATE.exec(spelled)
  if (match === null) return undefined
  const [, a = '', , b = '', c = ''] = match
  const timeMs = slashTimeMs(match)
  // Two-digit years are not read: 03/04/05 has six meanings.
  if (a.length === 4 && c.length <= 2) {
    return { isYearFirst: true, year: Number(a), first: Number(b), second: Number(c), timeMs }
  }
  if (a.length > 2 || c.length !== 4) return undefined
  return { isYearFirst: false, year: Number(c), first: Number(a), second: Number(b), timeMs }
}

function slashTimeMs(match: RegExpExecArray): number {
  if (match[5] === undefined) return 0
  const hour = hourOf(Number(match[5]), match[9]?.toLowerCase())
  const fraction = Number((match[8] ?? '').slice(0, 3).padEnd(3, '0'))
  return (
    clockMs(hour, Number(match[6]), Number(match[7] ?? 0)) + fraction - zoneMs(match[10] ?? '', 0)
  )
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour
  if (half === 'a') return hour === 12 ? 0 : hour < 12 ? hour : Number.NaN
  // "15:05 PM" is written by formats that mix the 24-hour clock with a day half.
  return hour === 12 ? 12 : hour === 0 ? Number.NaN : hour < 12 ? hour + 12 : hour
}

/**
 * Reads `9/20/2023 4:05:03 AM` or `28.04.2021 15:05:26`; with `unproven` only unambiguous dates.
 */
export function readSlashDate(
  value: unknown,
  order: DayMonthOrder | 'unproven',
): number | undefined {
  const date = parseSlashDate(value)
  if (date === undefined) return undefined
  const { year, first, second, timeMs } = date
  if (date.isYearFirst) return inRange(dayMs(year, first, second) + timeMs)
  const monthFirst = dayMs(year, first, second)
  const dayFirst = dayMs(year, second, first)
  if (order === 'month-first') return inRange(monthFirst + timeMs)
  if (order === 'day-first') return inRange(dayFirst + timeMs)
  if (Number.isNaN(monthFirst)) return inRange(dayFirst + timeMs)
  const isOneReading = Number.isNaN(dayFirst) || dayFirst === monthFirst
  return isOneReading ? inRange(monthFirst + timeMs) : undefined
}

/** The one order in which a date is valid; undefined for both, neither, and year-first dates. */
export function dateOrderOf(value: unknown): DayMonthOrder | undefined {
  const date = parseSlashDate(value)
  if (date === undefined || date.isYearFirst || Number.isNaN(date.timeMs)) return undefined
  const isMonthFirst = !Number.isNaN(dayMs(date.year, date.first, date.second))
  const isDayFirst = !Number.isNaN(dayMs(date.year, date.second, date.first))
  if (isMonthFirst === isDayFirst) return undefined
  return isDayFirst ? 'day-first' : 'month-first'
}

/** `2023-05-15T08:00:00.000Z`; `''` for what is no time. */
export function isoOf(ms: number): string {
  return inRange(ms) === undefined ? '' : new Date(ms).toISOString()
}
