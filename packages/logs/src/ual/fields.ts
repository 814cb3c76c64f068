/**
 * Single values of an audit record: every exporter retypes them, so each reader takes text, number
 * and boolean, and gives an empty value for anything else. Nothing here throws.
 */
import { isObject, type Json, readAddress, readSlashDate, remembered, utcMs } from '@mintmark/core'

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

/** How often text within text is unwrapped: one export, one re-export, and one to spare. */
const MAX_UNWRAP = 3
const NOTHING: Json = Object.freeze({})
const NO_LIST: readonly unknown[] = Object.freeze([])

export function structure(value: unknown): Json | readonly unknown[] | undefined {
  let found = value
  for (let unwrapped = 0; typeof found === 'string' && unwrapped < MAX_UNWRAP; unwrapped++) {
    found = parsed(found)
  }
  if (Array.isArray(found)) return found
  return isObject(found) ? found : undefined
}

/** The value that a JSON text of an object, a list or a text spells; undefined for any other text. */
export function parsed(spelled: string): unknown {
  const first = spelled.trimStart().charCodeAt(0)
  // Only `{`, `[` and `"` open what could hold a structure.
  if (first !== 0x7b && first !== 0x5b && first !== 0x22) return undefined
  try {
    return JSON.parse(spelled)
  } catch {
    return undefined
  }
}

export function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return NO_LIST
  const found = Array.isArray(value) ? value : structure(value)
  if (found === undefined) return NO_LIST
  return isObject(found) ? [found] : found
}

export function object(value: unknown): Json {
  if (value === undefined || value === null) return NOTHING
  if (isObject(value)) return value
  const found = structure(value)
  if (found === undefined) return NOTHING
  if (isObject(found)) return found
  for (const element of found) if (isObject(element)) return element
  return NOTHING
}

/** Visits the pairs of `[{Name, Value}]` (also `{Key, Value}`), or of a map as Elastic makes of it. */
export function eachPair(value: unknown, visit: (name: string, value: unknown) => void): void {
  const found = structure(value)
  if (found === undefined) return
  if (isObject(found)) {
    for (const name of Object.keys(found)) visit(name, found[name])
    return
  }
  for (const element of found) {
    const pair = typeof element === 'string' ? flattenedPair(element) : element
    if (!isObject(pair)) continue
    const name = plain(pair['Name'] ?? pair['Key'])
    if (name !== '') visit(name, pair['Value'] ?? pair['value'])
  }
}

/** `@{Name=MailAccessType; Value=Bind}`: what ConvertTo-Json leaves of an object beyond its depth. */
function flattenedPair(element: string): Json | undefined {
  const match = /^@\{Name=([^;{}]{1,200}); Value=([^{}]{0,4000})\}$/.exec(element)
  return match === null ? undefined : { Name: match[1], Value: match[2] }
}

/** Whether an exporter flattened this value beyond repair (`@{…}`, `System.Object[]`). */
export const isFlattened = (value: unknown): boolean =>
  typeof value === 'string' && (value.startsWith('@{') || value.startsWith('System.Object'))

export function pairValue(value: unknown, name: string): unknown {
  let found: unknown
  eachPair(value, (each, own) => {
    if (found === undefined && each === name) found = own
  })
  return found
}
