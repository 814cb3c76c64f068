/**
 * Key documents among the answers that a browser or a proxy saved.
 *
 * Source: HTTP Archive 1.2. Requests, cookies and other answers are ignored.
 *
 * @module
 */
import { isObject, type Json, text } from '@mintmark/core'
import { readDocument } from './document.ts'
import { readJson } from './json_text.ts'
import type { Seen } from './seen.ts'

export function* seenInHar(bytes: Uint8Array, name: string): Generator<Seen> {
  const json = readJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
  const log = 'value' in json && isObject(json.value) ? json.value['log'] : undefined
  const entries: unknown = isObject(log) ? log['entries'] : undefined
  if (!Array.isArray(entries)) {
    const why = 'problem' in json ? json.problem : 'no HAR'
    yield { document: `file:${name}`, atMs: 0, clock: 'har', outcome: 'unavailable', why }
    return
  }
  for (const entry of entries) {
    const seen = isObject(entry) ? seenInEntry(entry) : undefined
    if (seen !== undefined) yield seen
  }
}

function seenInEntry(entry: Json): Seen | undefined {
  const { request, response } = entry
  const atMs = Date.parse(text(entry, 'startedDateTime') ?? '')
  if (!isObject(request) || !isObject(response) || Number.isNaN(atMs)) return undefined
  const url = text(request, 'url')
  const content = isObject(response['content']) ? response['content'] : {}
  const encoded = text(content, 'text')
  if (url === undefined || encoded === undefined || response['status'] !== 200) return undefined
  const isEncoded = content['encoding'] === 'base64'
  const body = Buffer.from(encoded, isEncoded ? 'base64' : 'utf8')
  const read = readDocument(body)
  if ('problem' in read) return undefined
  return { document: url, atMs, clock: 'har', outcome: 'read', status: 200, body }
}
