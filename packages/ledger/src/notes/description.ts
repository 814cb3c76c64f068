/**
 * `ledger.json`, public beside the shards. Source: docs/ledger-format.md, section "Description".
 */
import { MintmarkError, parseObject, text } from '@mintmark/core'
import * as v from 'valibot'
import { isEqualHash } from '../tree/tree.ts'
import {
  formatSignature,
  formatVerifierKey,
  isKeyName,
  type NoteSigner,
  openNote,
  parseNote,
  parseVerifierKey,
  type VerifierKey,
  verifierKey,
} from './note.ts'

export const DESCRIPTION_PATH = 'ledger.json'

export type Period = 'hour' | 'day' | 'month' | 'year'
export const PERIODS: readonly Period[] = ['hour', 'day', 'month', 'year']

const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const issuersByAlias = v.pipe(
  v.record(v.pipe(v.string(), v.check(isAlias)), v.pipe(v.string(), v.nonEmpty())),
  v.check((rows) => Object.keys(rows).length > 0),
  v.check((rows) => new Set(Object.values(rows)).size === Object.keys(rows).length),
)
const document = v.object({
  schema: v.literal('mintmark-ledger/1'),
  name: v.pipe(v.string(), v.check(isKeyName)),
  vkey: v.string(),
  period: v.picklist(PERIODS),
  issuers: issuersByAlias,
  maxLifetimeSeconds: seconds,
  skewSeconds: seconds,
  retentionDays: v.nullable(seconds),
  signature: v.optional(v.string()),
})

export const descriptionSettings: v.GenericSchema = document

export interface Description {
  /** A URL without its scheme. Origins of shards begin with it. */
  readonly name: string
  /** Signs all checkpoints, under the ledger's name. */
  readonly key: VerifierKey
  readonly period: Period
  /** Issuer (`iss`) by alias; the alias is in paths and origins. */
  readonly issuers: ReadonlyMap<string, string>
  readonly maxLifetimeMs: number
  readonly skewMs: number
  /** Days for which a shard stays readable after its last token expired; undefined: for ever. */
  readonly retentionDays: number | undefined
}

export function isAlias(alias: string): boolean {
  // The folder of an alias is beside the description.
  return alias !== DESCRIPTION_PATH && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(alias)
}

/** Last member `signature`: a note's signature line over the document without that member. */
export function formatDescription(description: Description, signer: NoteSigner): string {
  const unsigned = documentOf(description)
  const signature = formatSignature(signer.sign(textOf(unsigned))).trim()
  return textOf({ ...unsigned, signature })
}

/** Whether a log of the policy has signed the description. */
export function isSignedDescription(source: string, logs: readonly VerifierKey[]): boolean {
  const signature = text(parseObject(source) ?? {}, 'signature')
  const description = parseDescription(source)
  const { key } = description
  if (!logs.some(({ publicKey }) => isEqualHash(publicKey, key.publicKey))) return false
  const note = parseNote(`${textOf(documentOf(description))}\n${signature ?? ''}\n`)
  const verified = note === undefined ? [] : openNote(note, [key])
  return verified !== 'bad-signature' && verified.length > 0
}

const textOf = (value: object) => `${JSON.stringify(value, null, 2)}\n`

function documentOf({ name, key, period, issuers, ...rest }: Description) {
  const { maxLifetimeMs, skewMs, retentionDays } = rest
  return {
    schema: document.entries.schema.literal,
    name,
    vkey: formatVerifierKey(key),
    period,
    issuers: Object.fromEntries(issuers),
    maxLifetimeSeconds: maxLifetimeMs / 1000,
    skewSeconds: skewMs / 1000,
    retentionDays: retentionDays ?? null,
  }
}

/** @throws {MintmarkError} `LEDGER_INVALID` unless {@link formatDescription} wrote it */
export function parseDescription(source: string): Description {
  const parsed = v.safeParse(document, parseObject(source), { abortEarly: true })
  if (!parsed.success) throw invalid(v.getDotPath(parsed.issues[0]) ?? 'no JSON object')
  const { name, vkey, period, retentionDays, ...rest } = parsed.output
  const key = parseVerifierKey(vkey)
  if (key.name !== name || key.kind !== 'log') throw invalid('vkey')
  return {
    name,
    key,
    period,
    issuers: new Map(Object.entries(rest.issuers)),
    maxLifetimeMs: 1000 * rest.maxLifetimeSeconds,
    skewMs: 1000 * rest.skewSeconds,
    retentionDays: retentionDays ?? undefined,
  }
}

function invalid(member: string): MintmarkError {
  const message = `${DESCRIPTION_PATH} does not describe a ledger: ${member}`
  return new MintmarkError('LEDGER_INVALID', message, { member })
}

export function shardKey({ key }: Description, origin: string): VerifierKey {
  return verifierKey(origin, 'log', key.publicKey)
}

/** An older description cannot state less. */
export const LEAST_SKEW_MS = 60_000

/**
 * Whether a token of the first time was recorded after any of the second: a ledger records only
 * while its clock is within `skewMs` of the time of issue.
 */
export const isRecordedLater = (laterMs: number, issuedAtMs: number, skewMs: number): boolean =>
  laterMs > issuedAtMs + 2 * Math.max(skewMs, LEAST_SKEW_MS)

export function periodAt(timeMs: number, period: Period): string {
  return new Date(timeMs).toISOString().slice(0, PERIOD_LETTERS[period])
}

/** Length of the prefix of an ISO 8601 time that names a period. */
const PERIOD_LETTERS: Readonly<Record<Period, number>> = { hour: 13, day: 10, month: 7, year: 4 }

/** NaN for an invalid name. */
export function periodStartMs(name: string): number {
  const rest = '0000-01-01T00'.slice(name.length)
  return /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d)?)?)?$/.test(name)
    ? Date.parse(`${name}${rest}:00:00Z`)
    : Number.NaN
}

export function shardPath(alias: string, period: string): string {
  return `${alias}/${period}`
}

export function originOf({ name }: Description, shard: string): string {
  return `${name}/${shard}`
}

export function latestPath(alias: string): string {
  return `${alias}/latest`
}
