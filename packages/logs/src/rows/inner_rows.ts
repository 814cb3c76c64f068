/**
 * Rows within an object that is no row itself: a wrapper, the answer of a query, or a message of an event hub.
 *
 * Consumers of an event hub write messages down with what was sent as `Body`: as JSON text, as an object, or as
 * `{"bytes": …}`, which is how Avro's own tool prints the files of Event Hubs Capture.
 *
 * @module
 */
import { isObject, type Json } from '@mintmark/core'
import { MAX_DEPTH } from '../model/limits.ts'
import type { RowTaker } from '../model/row_taker.ts'
import { structure } from '../ual/nested.ts'
import { isDeeperThan } from './depth.ts'
import { INNER_WRAPPER_KEY, LINK_KEYS, WRAPPER_KEYS } from './json_walk.ts'
import { giveTables } from './tables.ts'

const BODY_KEYS: readonly string[] = ['Body', 'body', 'EventBody', 'eventBody']

/**
 * Gives the rows within an object on. False when it holds none.
 *
 * @param isInWrapper the object is in a list of rows: then it is no wrapper of others
 */
export function giveInner(row: Json, line: number, taker: RowTaker, isInWrapper: boolean): boolean {
  const rows = isInWrapper ? undefined : wrappedRows(row)
  if (rows === undefined) return giveTables(row, line, taker) || giveBody(row, line, taker)
  unwrap(row, rows, line, taker)
  return true
}

/** The list of rows that the object is only the envelope of. */
function wrappedRows(row: Json): readonly unknown[] | undefined {
  for (const key of WRAPPER_KEYS) {
    const list: unknown = Object.hasOwn(row, key) ? row[key] : undefined
    if (Array.isArray(list) && (list.length === 0 || isObject(list[0]))) return list
    if (key === INNER_WRAPPER_KEY && isObject(list)) return wrappedRows(list)
  }
  return undefined
}

function unwrap(wrapper: Json, rows: readonly unknown[], line: number, taker: RowTaker): void {
  for (const row of rows) {
    if (!isObject(row)) taker.badRow('not-an-object', 'element of a list of rows', line)
    else if (!taker.row(row, line)) taker.unknownRow(line)
  }
  for (const key of LINK_KEYS) {
    const link = Object.hasOwn(wrapper, key) ? wrapper[key] : undefined
    if (typeof link === 'string' && link !== '') taker.nextLink(line)
  }
}

function giveBody(row: Json, line: number, taker: RowTaker): boolean {
  const bodies = BODY_KEYS.map((key) => (Object.hasOwn(row, key) ? sent(row[key]) : undefined))
  const body = bodies.find((each) => each !== undefined)
  if (body === undefined) return false
  if (isDeeperThan(body, MAX_DEPTH)) taker.badRow('too-deep', `over ${MAX_DEPTH} levels`, line)
  else if (isObject(body)) unwrap(body, wrappedRows(body) ?? [body], line, taker)
  else unwrap(row, body, line, taker)
  return true
}

/** What a message holds; undefined where its body is none. */
function sent(body: unknown): Json | readonly unknown[] | undefined {
  if (!isObject(body)) return structure(body)
  const { bytes } = body
  return typeof bytes === 'string' ? structure(utf8Of(bytes)) : body
}

/** Avro prints each byte as the character of that number. */
function utf8Of(bytes: string): string {
  return /[^\0-\u00ff]/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')
}
