/**
 * Rows within a message of an event hub, as consumers write messages down: `Body` holds what was sent as JSON text, as
 * an object, or as `{"bytes": …}`, which is how Avro's own tool prints the files of Event Hubs Capture.
 *
 * @module
 */
import { isObject, type Json } from '@mintmark/core'
import { MAX_DEPTH } from '../model/limits.ts'
import { isDeeperThan } from './depth.ts'

const KEYS: readonly string[] = ['Body', 'body', 'EventBody', 'eventBody']

/** What a message holds; undefined where the row is no message. `too-deep` where its text is nested beyond the limit. */
export function bodyOf(row: Json): Json | readonly unknown[] | 'too-deep' | undefined {
  for (const key of KEYS) {
    const held = Object.hasOwn(row, key) ? sent(row[key]) : undefined
    if (held === undefined) continue
    return isDeeperThan(held, MAX_DEPTH) ? 'too-deep' : held
  }
  return undefined
}

function sent(body: unknown): Json | readonly unknown[] | undefined {
  if (typeof body === 'string') return parsed(body)
  if (Array.isArray(body)) return body
  if (!isObject(body)) return undefined
  const { bytes } = body
  return typeof bytes === 'string' ? parsed(utf8Of(bytes)) : body
}

/** Avro prints each byte as the character of that number. */
function utf8Of(bytes: string): string {
  return /[^\0-\u00ff]/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')
}

function parsed(text: string): Json | readonly unknown[] | undefined {
  const first = text.trimStart().charCodeAt(0)
  if (first !== 0x7b && first !== 0x5b) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) || isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
