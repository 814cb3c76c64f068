/** An observation as a leaf of the record: one line of JSON, its members in one order; and the document that it is of. @module */
import { isObject, type Json, parseObject, text } from '@mintmark/core'
import { readJson } from '../sources/bounds.ts'
import { withoutPrivate } from '../sources/key.ts'
import type { Clock, Seen } from '../sources/seen.ts'

export const SCHEMA = 'mintmark-key-observation/1'

/** A look at a document, without its bytes: these are in the record under `stored`. */
export interface Observation extends Omit<Seen, 'body' | 'unchanged' | 'retryAfterMs'> {
  /** When it was written into the record, by our clock; milliseconds since 1970-01-01 UTC. */
  readonly recordedMs: number
  /** SHA-256 of the bytes that came, hex; undefined where nothing was read. */
  readonly sha256?: string | undefined
  /** SHA-256 of the recorded bytes: another one where private members were removed. */
  readonly stored?: string | undefined
}

const CLOCKS: readonly Clock[] = ['fetched', 'commit', 'file-name', 'file-time', 'har']
const OUTCOMES: readonly Seen['outcome'][] = ['read', 'gone', 'unavailable']

export function formatObservation(seen: Observation): string {
  return JSON.stringify({
    schema: SCHEMA,
    document: seen.document,
    at: new Date(seen.atMs).toISOString(),
    clock: seen.clock,
    recorded: new Date(seen.recordedMs).toISOString(),
    outcome: seen.outcome,
    why: seen.why,
    status: seen.status,
    headers: seen.headers,
    sha256: seen.sha256,
    stored: seen.stored,
    chain: seen.chain,
    issuer: seen.issuer,
    class: seen.className,
    commit: seen.commit,
  })
}

/** Undefined for a line that is no observation. */
export function parseObservation(line: string): Observation | undefined {
  const record = parseObject(line)
  if (record?.['schema'] !== SCHEMA) return undefined
  const document = text(record, 'document')
  const clock = CLOCKS.find((each) => each === record['clock'])
  const outcome = OUTCOMES.find((each) => each === record['outcome'])
  const atMs = Date.parse(text(record, 'at') ?? '')
  const recordedMs = Date.parse(text(record, 'recorded') ?? '')
  if (document === undefined || Number.isNaN(atMs) || Number.isNaN(recordedMs)) return undefined
  if (clock === undefined || outcome === undefined) return undefined
  const { status, headers, chain } = record
  return {
    document,
    atMs,
    recordedMs,
    clock,
    outcome,
    why: text(record, 'why'),
    status: typeof status === 'number' ? status : undefined,
    headers: isObject(headers) ? textsIn(headers) : undefined,
    sha256: text(record, 'sha256'),
    stored: text(record, 'stored'),
    chain: Array.isArray(chain) ? chain.filter((each) => typeof each === 'string') : undefined,
    issuer: text(record, 'issuer'),
    className: text(record, 'class'),
    commit: text(record, 'commit'),
  }
}

function textsIn(headers: Json): Readonly<Record<string, string>> {
  const texts = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  return Object.fromEntries(texts)
}

/** A look without its bytes, and without what is not recorded. */
export function factsOf(seen: Seen): Omit<Observation, 'recordedMs'> {
  const { document, atMs, clock, outcome, why, status, headers, chain, issuer, className, commit } =
    seen
  return { document, atMs, clock, outcome, why, status, headers, chain, issuer, className, commit }
}

const PRIVATE_PEM =
  /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g

/** The same bytes where nothing is private. Private members and PEM blocks stay, without their values. */
export function recordedBytes(body: Uint8Array): Uint8Array {
  const source = Buffer.from(body).toString('utf8')
  const json = readJson(source)
  if ('problem' in json) {
    const cleaned = source.replaceAll(PRIVATE_PEM, '$1removed$2')
    return cleaned === source ? body : Buffer.from(cleaned)
  }
  const cleaned = JSON.stringify(withoutPrivate(json.value))
  return cleaned === JSON.stringify(json.value) ? body : Buffer.from(cleaned)
}
