/** An observation as a leaf: one line of JSON, its members in one order. */
import { isObject, type Json, parseObject, text } from '@mintmark/core'
import { readJson } from '../sources/bounds.ts'
import { withoutPrivate, withoutPrivatePem } from '../sources/key.ts'
import type { Clock, Seen } from '../sources/seen.ts'

export const SCHEMA = 'mintmark-key-observation/1'

export interface Observation extends Omit<Seen, 'body' | 'unchanged' | 'retryAfterMs'> {
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

const CORRECTION_MS = 60_000

/** Looks that were recorded at an earlier time than one before them, by more than clocks are corrected by. */
export function setBack(observations: readonly Observation[]): number {
  let newest = Number.NEGATIVE_INFINITY
  return observations.filter(({ recordedMs }) => {
    newest = Math.max(newest, recordedMs)
    return recordedMs < newest - CORRECTION_MS
  }).length
}

function textsIn(headers: Json): Readonly<Record<string, string>> {
  const texts = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  return Object.fromEntries(texts)
}

export function factsOf(seen: Seen): Omit<Observation, 'recordedMs'> {
  const { body: _, unchanged: __, retryAfterMs: ___, ...facts } = seen
  return facts
}

/** Also of a member that a later one of its name hides from the parser, and of names that are written with escapes. */
const MAY_BE_PRIVATE = /"(?:[dpqk]|d[pq]|qi|oth)"\s*:|\\u00|PRIVATE KEY-----/

/** The same bytes where nothing is private. Private members and PEM blocks stay, without their values. */
export function recordedBytes(body: Uint8Array): Uint8Array {
  // As documents are read: a byte order mark is no part of them.
  const source = new TextDecoder().decode(body)
  if (!MAY_BE_PRIVATE.test(source)) return body
  const json = readJson(source)
  return Buffer.from(
    'problem' in json ? withoutPrivatePem(source) : JSON.stringify(withoutPrivate(json.value)),
  )
}
