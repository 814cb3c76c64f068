/**
 * Objects, lists and name-value pairs of an audit record, also where an exporter wrote them as JSON text, as text within
 * text, or as a map.
 */
import { isObject, type Json } from '@mintmark/core'
import { plain } from './fields.ts'

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
