/**
 * Single values of an audit record: every exporter retypes them, so each reader takes text, number
 * and boolean, and gives an empty value for anything else. Nothing here throws.
 */
import { readAddress, readSlashDate, remembered, utcMs } from '@mintmark/core'

const NIL_GUID = '00000000-0000-0000-0000-000000000000'

const CACHE_LIMIT = 50_000

/** Longer texts are no names or addresses, and are not cached. */
const CACHED_LENGTH = 200

/**
 * Remembers what `make` gives for a text, where making is dearer than looking up: a tenant's logs repeat a few
 * thousand addresses millions of times. (Token ids are as fast to decode as to look up.) Emptied, not trimmed, when full.
 */
export function cached<T>(make: (spelled: string) => T): (spelled: string) => T {
  const known = remembered(make, CACHE_LIMIT)
  return (spelled) => (spelled.length > CACHED_LENGTH ? make(spelled) : known(spelled))
}

/** Text without white space around it (Exchange ends server names with CR LF); `''` for what is no scalar. */
export function plain(value: unknown): string {
  if (typeof value === 'string') {
    const { length } = value
    if (length === 0) return value
    const isBare = value.charCodeAt(0) > 0x20 && value.charCodeAt(length - 1) > 0x20
    return isBare ? value : value.trim()
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

export const lower = (spelled: string): string => spelled.toLowerCase()

export function named(value: unknown): string {
  if (value === undefined || value === null) return ''
  // A loop over the characters that looks for capitals first takes eight times as long (measured, Node 20).
  const spelled = plain(value).toLowerCase()
  return isPlaceholder(spelled) ? '' : spelled
}

/**
 * Placeholders seen in real records, in sanitised exports, and in what `az monitor log-analytics query` prints, where
 * nothing is `None`.
 */
const PLACEHOLDERS: ReadonlySet<string> = new Set(
  '-,n/a,null,none,<null>,unknown,anonymized,anonymised,not available'.split(','),
)

const isPlaceholder = (spelled: string): boolean =>
  spelled.length < 14 ? PLACEHOLDERS.has(spelled) : spelled === NIL_GUID

/** Text as logged, except placeholders; case is unchanged. */
export function logged(value: unknown): string {
  const spelled = plain(value)
  return spelled.length < 14 && isPlaceholder(spelled.toLowerCase()) ? '' : spelled
}

export function guid(value: unknown): string {
  if (typeof value !== 'string' || value.length < 36) return ''
  const spelled = named(value)
  return isGuid(spelled) ? spelled : ''
}

export const isGuid = (spelled: string): boolean =>
  spelled.length === 36 &&
  spelled.charCodeAt(8) === 0x2d &&
  spelled.charCodeAt(13) === 0x2d &&
  spelled.charCodeAt(18) === 0x2d &&
  spelled.charCodeAt(23) === 0x2d

/** Whole, not negative, at most 2^53 - 1; text and floats (`"1156492.00"`) are read; else 0. */
export function whole(value: unknown): number {
  if (value === undefined || value === null) return 0
  const number = typeof value === 'number' ? value : numberOf(value)
  if (!(number > 0)) return 0
  return number >= Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Math.trunc(number)
}

function numberOf(value: unknown): number {
  if (typeof value !== 'string' || value.length > 40) return 0
  return value.trim() === '' ? 0 : Number(value)
}

/** 1 true, 0 false, -1 for anything else: absent is not false. */
export function truth(value: unknown): -1 | 0 | 1 {
  if (value === true || value === 'True' || value === 1) return 1
  if (value === false || value === 'False' || value === 0) return 0
  const spelled = plain(value).toLowerCase()
  if (spelled === 'true' || spelled === '1') return 1
  return spelled === 'false' || spelled === '0' ? 0 : -1
}

const addressOf = cached((spelled) => readAddress(spelled).ip)

export const address = (value: unknown): string =>
  typeof value === 'string' && value !== '' ? addressOf(value) : ''

/** Why a value is not a time: a date that has a meaning in one order at least lacks only the proof of its order. */
export function faultOfTime(value: unknown): string {
  const isDate =
    readSlashDate(value, 'month-first') !== undefined ||
    readSlashDate(value, 'day-first') !== undefined
  return isDate ? 'date-order-unproven' : 'time-unreadable'
}

/** Milliseconds since 1970 UTC; also of PowerShell's `{"value":"/Date(…)/"}`. Undefined if it is no time. */
export function time(value: unknown): number | undefined {
  if (typeof value === 'string') return utcMs(value)
  if (typeof value !== 'object' || value === null || !('value' in value)) return undefined
  return utcMs(value.value)
}
