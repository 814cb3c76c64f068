/**
 * Rows within an object that is no row itself: a wrapper, the answer of a query, what Splunk or
 * Elastic put around an event, or a message of an event hub.
 */
import { isObject, type Json, parseObject } from '@mintmark/core'
import type { RowTaker } from '../model/adapter.ts'
import { MAX_DEPTH } from '../model/limits.ts'
import { structure } from '../ual/nested.ts'
import { INNER_WRAPPER_KEY, LINK_KEYS, WRAPPER_KEYS } from './json_walk.ts'
import { giveTables } from './tables.ts'

const BODY_KEYS: readonly string[] =
  'Body body EventBody eventBody result _raw event _source message original'.split(' ')

/** False when the object holds no rows. One in a list of rows is no wrapper of others. */
export function giveInner(row: Json, line: number, taker: RowTaker, isInWrapper: boolean): boolean {
  const rows = isInWrapper ? undefined : wrappedRows(row)
  if (rows === undefined) return giveTables(row, line, taker) || giveBody(row, line, taker)
  unwrap(row, rows, line, taker)
  return true
}

const rowsOf = (list: unknown): readonly unknown[] | undefined =>
  Array.isArray(list) && (list.length === 0 || isObject(list[0])) ? list : undefined

function wrappedRows(row: Json): readonly unknown[] | undefined {
  for (const key of WRAPPER_KEYS) {
    const list: unknown = Object.hasOwn(row, key) ? row[key] : undefined
    const rows = rowsOf(list)
    if (rows !== undefined) return rows
    if (key === INNER_WRAPPER_KEY && isObject(list)) return wrappedRows(list)
  }
  return undefined
}

function unwrap(wrapper: Json, rows: readonly unknown[], line: number, taker: RowTaker): void {
  for (const row of rows) {
    if (!isObject(row)) taker.badRow('not-an-object', 'element of a list of rows', line)
    else if (!taker.row(row, line) && !giveBody(row, line, taker)) taker.unknownRow(line)
  }
  for (const key of LINK_KEYS) {
    const link = Object.hasOwn(wrapper, key) ? wrapper[key] : undefined
    if (typeof link === 'string' && link !== '') taker.nextLink(line)
  }
}

const giveBody = (row: Json, line: number, taker: RowTaker): boolean =>
  BODY_KEYS.some((key) => {
    const body = Object.hasOwn(row, key) ? sent(row[key]) : undefined
    if (body === undefined) return false
    if (isDeeperThan(body, MAX_DEPTH)) {
      taker.badRow('too-deep', `over ${MAX_DEPTH} levels`, line)
      return true
    }
    const rows = isObject(body) ? wrappedRows(body) : rowsOf(body)
    if (rows !== undefined) {
      unwrap(isObject(body) ? body : row, rows, line, taker)
      return true
    }
    return isObject(body) && (taker.row(body, line) || giveBody(body, line, taker))
  })

function sent(body: unknown): Json | readonly unknown[] | undefined {
  if (!isObject(body)) return structure(body)
  const { bytes } = body
  return typeof bytes === 'string' ? structure(utf8Of(bytes)) : body
}

/** Avro prints each byte as the character of that number. */
const utf8Of = (bytes: string): string =>
  /[^\0-\u00ff]/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')

/** Whether arrays and objects are nested more than `limit` deep. Walks by level, not by recursion. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limit) return true
    const next: unknown[] = []
    for (const container of level) addContainers(container, next)
    level = next
  }
  return false
}

function addContainers(container: unknown, into: unknown[]): void {
  if (Array.isArray(container)) {
    const elements: readonly unknown[] = container
    for (const element of elements) {
      if (typeof element === 'object' && element !== null) into.push(element)
    }
  } else if (isObject(container)) {
    // `for in` costs a fraction of Object.values here, and what JSON.parse makes inherits no keys.
    for (const key in container) {
      const element = container[key]
      if (typeof element === 'object' && element !== null) into.push(element)
    }
  }
}

/** A JSON text whose content begins as an object: `"{\"CreationTime\":…`. */
export const TEXT_OF_OBJECT: RegExp = /^"\{(?:\\[nrt]|\s){0,20}\\"/

export function objectIn(spelled: string): Json | undefined {
  // Cheap before JSON.parse: most texts are no objects.
  if (!TEXT_OF_OBJECT.test(spelled)) return undefined
  try {
    const text: unknown = JSON.parse(spelled)
    return typeof text === 'string' ? parseObject(text) : undefined
  } catch {
    return undefined
  }
}
