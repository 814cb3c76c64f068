/** The replay's clock: the weeks that the logs cover and how their times are spelled. */
import { remembered } from '@mintmark/core'

export const SECOND = 1000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** Logs of the tenants cover `[from, to)`: four weeks before the first forged access, to the days after the block. */
export const WINDOW: Span = { fromMs: Date.UTC(2023, 3, 17), toMs: Date.UTC(2023, 6, 1) }

export const PROVIDER_WINDOW: Span = { fromMs: Date.UTC(2021, 3, 1), toMs: Date.UTC(2021, 8, 1) }
/** Weekend hours that one tenant's extractor lacks. The attacker is not active in them. */
export const GAP: Span = { fromMs: Date.UTC(2023, 5, 10, 10), toMs: Date.UTC(2023, 5, 10, 20) }

export const FIRST_DAY_MS: number = Date.UTC(2023, 4, 15)
/** The mail service stops renewing tokens that it made itself, 26 June 2023. */
export const RENEWAL_STOPS_MS: number = Date.UTC(2023, 5, 26)
/** The mail service refuses tokens signed with the key, 27 June 2023: no forged access from here on. */
export const BLOCKED_MS: number = Date.UTC(2023, 5, 27)

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export const isWithin = (span: Span, ms: number): boolean => span.fromMs <= ms && ms < span.toMs

export function daysOf(span: Span): number[] {
  const days: number[] = []
  for (let dayMs = span.fromMs; dayMs < span.toMs; dayMs += DAY) days.push(dayMs)
  return days
}

const weekdayOf = (dayMs: number): number => new Date(dayMs).getUTCDay()

export function isWeekend(dayMs: number): boolean {
  const weekday = weekdayOf(dayMs)
  return weekday === 0 || weekday === 6
}

/** `2023-05-15` of a day, counted from 1970-01-01. The replay has some hundred of them. */
const dateOfDay = remembered((day: number) => new Date(day * DAY).toISOString().slice(0, 10), 1024)

const dateOf = (ms: number): string => dateOfDay(Math.floor(ms / DAY))

const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, number) =>
  String(number).padStart(2, '0'),
)

export const isoMs = (ms: number): string => `${isoSeconds(ms)}.${thousandths(ms)}Z`

/** `2023-05-15T00:07:12`: UTC without saying so, as the unified audit log has it. */
export function isoSeconds(ms: number): string {
  const second = Math.floor(ms / SECOND) % 86_400
  const hour = TWO_DIGITS[Math.floor(second / 3600)]
  return `${dateOf(ms)}T${hour}:${TWO_DIGITS[Math.floor(second / 60) % 60]}:${TWO_DIGITS[second % 60]}`
}

/** `2023-05-15T00:07:12.1230000Z`: seven digits, as .NET writes them. */
export const isoTicks = (ms: number): string => `${isoSeconds(ms)}.${thousandths(ms)}0000Z`

const thousandths = (ms: number): string => String(ms % SECOND).padStart(3, '0')

/** `5/15/2023, 3:05:26.000 PM`: Log Analytics' CSV. */
export function slashMs(ms: number): string {
  const date = new Date(ms)
  return `${slashDay(date)}, ${clock(date, `.${thousandths(ms)}`)}`
}

/** `5/15/2023 3:05:26 PM`: PowerShell under en-US. */
export function slashSeconds(ms: number): string {
  const date = new Date(ms)
  return `${slashDay(date)} ${clock(date, '')}`
}

const slashDay = (date: Date): string =>
  `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`

function clock(date: Date, fraction: string): string {
  const hour = date.getUTCHours()
  const minute = String(date.getUTCMinutes()).padStart(2, '0')
  const second = String(date.getUTCSeconds()).padStart(2, '0')
  return `${hour % 12 === 0 ? 12 : hour % 12}:${minute}:${second}${fraction} ${hour < 12 ? 'AM' : 'PM'}`
}

export const monthOf = (ms: number): string => dateOf(ms).slice(0, 7)
