/**
 * Which keys may sign for which issuer, with which algorithm, and when. Retired keys stay here, and
 * a signature in another issuer's name is a finding: both are distinguished from noise.
 * Source: RFC 7517; OpenID Federation 1.0, "Federation Historical Keys", for `nbf`, `exp`,
 * `revoked`.
 */
import { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  isObject,
  type Json,
  MintmarkError,
  parseObject,
  safeText,
  text,
  unreadable,
} from '@mintmark/core'
import { importJWK } from 'jose'
import { weaknessOf } from './weak_rsa.ts'

export const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const
export type Algorithm = (typeof ALGORITHMS)[number]

export interface TrustedKey {
  readonly issuer: string
  readonly kid: string
  readonly alg: Algorithm
  readonly key: KeyObject
  /** Signs tokens issued from `fromMs`, before `untilMs`: milliseconds since 1970-01-01 UTC. */
  readonly fromMs: number
  readonly untilMs: number
  /** From then on nothing that it has signed counts. */
  readonly revokedMs: number
}

export class TrustedKeys {
  readonly size: number
  readonly #all: readonly TrustedKey[]
  readonly #byKid: ReadonlyMap<string, readonly TrustedKey[]>

  /** @param former revoked: their signatures are recognised, and never count */
  constructor(keys: readonly TrustedKey[], former: readonly TrustedKey[] = []) {
    this.size = keys.length
    this.#all = [...keys, ...former]
    this.#byKid = byKid(this.#all)
  }

  find(issuer: string, kid: string): TrustedKey | undefined {
    return this.#byKid.get(kid)?.find((key) => key.issuer === issuer)
  }

  named(kid: string): readonly TrustedKey[] {
    return this.#byKid.get(kid) ?? []
  }

  /** Keys of this algorithm first; among these, the issuer's own first. */
  likely(alg: string, issuer: string): readonly TrustedKey[] {
    const rank = (key: TrustedKey) =>
      (kindOf(key.alg) === kindOf(alg) ? 0 : 2) + (key.issuer === issuer ? 0 : 1)
    return this.#all.toSorted((a, b) => rank(a) - rank(b))
  }
}

function byKid(keys: readonly TrustedKey[]): ReadonlyMap<string, readonly TrustedKey[]> {
  const groups = new Map<string, TrustedKey[]>()
  for (const key of keys) groups.set(key.kid, [...(groups.get(key.kid) ?? []), key])
  return groups
}

/** An RSA key can do all of its algorithms; any other key has one. */
export const kindOf = (alg: string): string => (/^[RP]S/.test(alg) ? 'RSA' : alg)

interface KeyOwner {
  readonly issuer: string
  /** No key signs for longer after its `nbf`. */
  readonly maxKeyAgeMs: number | undefined
}

/**
 * Keys of a JWK set without `issuer`, or with the owner's.
 * @throws {MintmarkError} `INPUT_INVALID`: invalid set, private or weak key, no `kid` or `alg`
 */
export async function readKeys(source: string, owner: KeyOwner): Promise<TrustedKey[]> {
  const rows = parseObject(source)?.['keys']
  if (!Array.isArray(rows)) throw invalid(owner, 'not a JWK set')
  const own = rows.filter((row): row is Json => isObject(row) && isOf(row, owner.issuer))
  const keys = await Promise.all(own.map((row) => keyOf(row, owner)))
  const kids = new Set(keys.map(({ kid }) => kid))
  if (kids.size < keys.length) throw invalid(owner, 'two keys of one kid')
  return keys
}

const isOf = (row: Json, issuer: string) => {
  const named = text(row, 'issuer')
  const isForSigning = row['use'] === undefined || row['use'] === 'sig'
  return isForSigning && (named === undefined || named === issuer)
}

async function keyOf(row: Json, owner: KeyOwner): Promise<TrustedKey> {
  const kid = text(row, 'kid')
  const alg = text(row, 'alg') ?? ''
  if (kid === undefined || kid === '') throw invalid(owner, 'a key without kid')
  const name = safeText(kid, 80)
  if (!isAlgorithm(alg)) throw invalid(owner, `key ${name}: alg is to name one algorithm`)
  if (row['d'] !== undefined || row['k'] !== undefined)
    throw invalid(owner, `key ${name} is a private one: a guard needs the public half alone`)
  const times = timesOf(row)
  if (times === undefined) throw invalid(owner, `key ${name}: nbf, exp or revoked is no time`)
  const fromMs = (times.from ?? 0) * 1000
  const ageMs = owner.maxKeyAgeMs ?? Number.POSITIVE_INFINITY
  const endMs = millisecondsOf(times.until)
  const key = await imported(row, alg, name, owner)
  const weakness = weaknessOf(key)
  if (weakness !== undefined) throw invalid(owner, `key ${name} is ${weakness}`)
  return {
    issuer: owner.issuer,
    kid,
    alg,
    key,
    fromMs,
    untilMs: Math.min(endMs, fromMs + ageMs),
    revokedMs: millisecondsOf(times.revoked),
  }
}

/** An absent time never comes. */
const millisecondsOf = (seconds: number | undefined) =>
  seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000

export const isAlgorithm = (alg: string): alg is Algorithm =>
  ALGORITHMS.some((each) => each === alg)

async function imported(row: Json, alg: string, name: string, owner: KeyOwner): Promise<KeyObject> {
  try {
    const key = await importJWK({ ...row, kty: text(row, 'kty') ?? '' }, alg)
    if (!(key instanceof Uint8Array) && key.type === 'public') return KeyObject.from(key)
  } catch {
    // What it says might repeat the key.
  }
  throw invalid(owner, `key ${name} cannot be read, or does not fit its alg`)
}

const isTime = (value: unknown): value is number | undefined =>
  value === undefined || (typeof value === 'number' && value >= 0)

/** Undefined for any malformed one: a typing error must not make a key count for longer. */
function timesOf({ nbf, exp, revoked }: Json) {
  const revokedAt = isObject(revoked) ? (revoked['revoked_at'] ?? 0) : revoked
  if (!isTime(nbf) || !isTime(exp) || !isTime(revokedAt)) return undefined
  return typeof revoked === 'number' ? undefined : { from: nbf, until: exp, revoked: revokedAt }
}

function invalid({ issuer }: KeyOwner, what: string): MintmarkError {
  const message = `keys of ${safeText(issuer, 200)}: ${what}`
  return new MintmarkError('INPUT_INVALID', message, { option: 'keys' })
}

const MOST_FORMER = 1000

const isSame = (a: TrustedKey, b: TrustedKey) =>
  a.kid === b.kid && a.issuer === b.issuer && a.key.equals(b.key)

interface KeySource extends KeyOwner {
  readonly keys: string
}

export class KeyFiles {
  readonly #sources: readonly KeySource[]
  #texts: readonly string[] = []
  #current: readonly TrustedKey[] = []
  /** Removed since the start: what they sign still raises an alarm. */
  #former: readonly TrustedKey[] = []
  #keys: TrustedKeys = new TrustedKeys([])

  private constructor(sources: readonly KeySource[]) {
    this.#sources = sources
  }

  /** @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID` */
  static async open(sources: readonly KeySource[]): Promise<KeyFiles> {
    const files = new KeyFiles(sources)
    await files.refresh()
    return files
  }

  get keys(): TrustedKeys {
    return this.#keys
  }

  /** Whose tokens are all refused. */
  get keyless(): readonly string[] {
    const owners = new Set(this.#current.map(({ issuer }) => issuer))
    return this.#sources.map(({ issuer }) => issuer).filter((issuer) => !owners.has(issuer))
  }

  /**
   * All files count together or none does. @returns whether something changed
   * @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID`: the keys are as they were
   */
  async refresh(): Promise<boolean> {
    const texts = await Promise.all(this.#sources.map((source) => textOfFile(source.keys)))
    if (texts.every((each, i) => each === this.#texts[i])) return false
    const read: readonly TrustedKey[][] = await Promise.all(
      this.#sources.map((source, i) => readKeys(texts[i] ?? '', source)),
    )
    const keys = read.flat()
    const removed = this.#current.map((key) => ({ ...key, revokedMs: 0 }))
    this.#former = [...removed, ...this.#former]
      .filter((key) => !keys.some((each) => isSame(each, key)))
      .slice(0, MOST_FORMER)
    this.#current = keys
    this.#keys = new TrustedKeys(keys, this.#former)
    this.#texts = texts
    return true
  }
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` */
export async function textOfFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
