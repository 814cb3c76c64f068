/**
 * Rows within a message of an event hub, as consumers write messages down: `Body` is what was sent, as JSON text, as
 * an object, or as `{"bytes": …}`, which is how Avro's own tool prints the files of Event Hubs Capture.
 *
 * @module
 */
import { isObject, type Json } from '@mintmark/core'
import { MAX_DEPTH } from '../model/limits.ts'
import { parsed } from '../ual/nested.ts'
import { isDeeperThan } from './depth.ts'

const KEYS: readonly string[] = ['Body', 'body', 'EventBody', 'eventBody']

/** What a message holds; undefined where the row is no message. `too-deep` where its text is nested beyond the limit. */
export function bodyOf(row: Json): Json | readonly unknown[] | 'too-deep' | undefined {
  for (const key of KEYS) {
    const body = Object.hasOwn(row, key) ? sent(row[key]) : undefined
    if (body === undefined) continue
    return isDeeperThan(body, MAX_DEPTH) ? 'too-deep' : body
  }
  return undefined
}

function sent(body: unknown): Json | readonly unknown[] | undefined {
  if (typeof body === 'string') return structureIn(body)
  if (Array.isArray(body)) return body
  if (!isObject(body)) return undefined
  const { bytes } = body
  return typeof bytes === 'string' ? structureIn(utf8Of(bytes)) : body
}

/** Avro prints each byte as the character of that number. */
function utf8Of(bytes: string): string {
  return /[^\0-\u00ff]/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')
}

function structureIn(text: string): Json | readonly unknown[] | undefined {
  const value = parsed(text)
  return Array.isArray(value) || isObject(value) ? value : undefined
}
