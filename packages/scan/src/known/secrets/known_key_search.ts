/**
 * Searches windows for private halves of known public keys. RSA: factors (`conjugate.ts`), factor
 * leaks, upper halves of exponents. Curves: scalars and seeds near the public half and between
 * boundaries.
 */
import type { KeyMaterial, RsaMaterial } from '@mintmark/keys/material/key_material'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { isRoot } from '@mintmark/keys/public_keys/public_roots'
import type { Match, Probe } from '../../anchors/match.ts'
import type { LeftOver, WindowSearch } from '../../anchors/window_search.ts'
import { BEHIND, ConjugateKernel, SLICE } from '../../slices/conjugate.ts'
import { type LocatedNumber, movedBy } from '../rsa/located_numbers.ts'
import { rsaGroups } from '../rsa/rsa_group.ts'
import { RsaSearch } from '../rsa/rsa_search.ts'
import { type FoundValue, matchOfValue } from '../values/found_value.ts'
import { type Depth, SearchLimits, type Whose } from '../values/search_limits.ts'
import { ValuePatterns } from '../values/value_patterns.ts'
import { lastWord, ValueTable } from '../values/value_search.ts'
import { MOST_LOST } from './cut_offsets.ts'
import { hasOneSecret } from './secret_groups.ts'
import { type SecretKeys, SecretSearch, type SecretWindow } from './secret_search.ts'

export interface KnownKeyOptions {
  readonly deep: boolean
  /** The same for secrets of given curve keys alone, in a file that is not large. */
  readonly hasDeepSecrets?: boolean
  /** Keys whose scalars are completed with five bytes missing, not three. Default none. */
  readonly completed?: readonly PublicKey[]
  /** Keys (SHA-256 of SubjectPublicKeyInfo) with known scalars: not completed. Default none. */
  readonly settled?: ReadonlySet<string>
  /** Spends enough on given keys to examine every marked offset: see `Depth`. */
  readonly isPatient?: boolean
  /** Keys discovered in the dump: far less is spent on them, and least on public roots. */
  readonly discovered?: readonly PublicKey[]
  /** Parallel searches of the same file, default 1: they share the budget of discovered keys. */
  readonly searchers?: number
  /** Keys that were found before: each of their values is searched for as well. */
  readonly found?: readonly KeyMaterial[]
}

export class KnownKeySearch implements WindowSearch {
  readonly name = 'known-keys'
  readonly reach: number = BEHIND
  readonly #kernel = new ConjugateKernel()
  readonly #rsa: RsaSearch | undefined
  readonly #secrets: SecretSearch | undefined
  /** Values of found keys, and words that secrets are found by: at the same offsets. */
  readonly #words: ValueTable | undefined

  /** Leaves out keys of public root stores: their private halves are with their authorities. */
  constructor(keys: readonly PublicKey[], options: KnownKeyOptions) {
    const { discovered = [], searchers = 1, found = [], hasDeepSecrets = false } = options
    const mostLost = mostLostOf(keys, options)
    const sets = (['given', 'discovered'] as const).map((whose) => {
      const own = whose === 'given' ? keys : discovered.filter((key) => !isRoot(key))
      const materials = materialsOf(own)
      const depth = depthFor(whose, options)
      return { materials, limits: new SearchLimits(depth, whose, materials.length, searchers) }
    })
    const groups = sets.flatMap(({ materials, limits }) =>
      rsaGroups(this.#kernel, materials.filter(isRsa), limits),
    )
    const secrets = sets
      .map(({ materials, limits: { depth } }) => ({
        keys: materials.filter(hasOneSecret),
        depth: depth === 'given' && hasDeepSecrets ? ('deep' as const) : depth,
        mostLost: depth === 'discovered' ? new Map() : mostLost,
      }))
      .filter(({ keys: own }) => own.length > 0)
    if (groups.length > 0) this.#rsa = new RsaSearch(groups)
    if (secrets.length > 0) this.#secrets = new SecretSearch(secrets, searchers)
    if (secrets.length > 0 || found.length > 0) {
      const values = new ValuePatterns(found, this.#secrets?.step)
      this.#words = new ValueTable(this.#kernel, values, this.#secrets?.words(values.step))
    }
  }

  /** Kinds of tests that were cut short so far by their budget: their findings are incomplete. */
  get limits(): readonly string[] {
    return [...new Set([...(this.#rsa?.limits ?? []), ...(this.#secrets?.limits ?? [])])]
  }

  get over(): LeftOver | undefined {
    return this.#words?.over
  }

  search(
    bytes: Uint8Array,
    from: number,
    to: number,
    address?: bigint,
    { memory }: Partial<Probe> = {},
  ): readonly Match[] {
    const part = { bytes, from, to: Math.min(to, bytes.length) }
    const { found, numbers, values }: Seen = { found: [], numbers: [], values: [] }
    this.#words?.begin()
    this.#rsa?.earn(part.to - from)
    const secrets = this.#secrets?.begin(part.to - from)
    for (let at = from & ~15; at < part.to; at += SLICE)
      this.#slice(part, at, secrets, { found, numbers, values })
    const isInside = ({ at }: { readonly at: number }): boolean => at >= from && at < part.to
    if (this.#rsa !== undefined)
      found.push(...this.#rsa.finish(bytes, numbers.filter(isInside), moduliOf(found)))
    const inside = found.filter(isInside)
    // A pointer leads out of [from, to): nothing but the pointer would show what is there.
    if (secrets !== undefined)
      inside.push(...secrets.found(bytes, from, part.to, { address, memory }))
    this.#kernel.wipe()
    return [...onceEach(inside).map((value) => matchOfValue(value)), ...values]
  }

  wipe(): void {
    this.#words?.wipe()
  }

  #slice(part: Part, at: number, secrets: SecretWindow | undefined, seen: Seen): void {
    const { bytes, from, to } = part
    const length = Math.min(SLICE, to - at)
    // Of a value that begins at the end, the word that identifies it can be behind the end.
    const words = at + length === to ? lastWord(bytes, to) - at : length
    if (isZero(bytes, at, at + words)) return
    this.#kernel.load(bytes, at, at + length)
    if (this.#words !== undefined) {
      seen.values.push(...this.#words.inSlice(bytes, { at, length: words, from, to }))
      secrets?.probe(this.#kernel, { bytes, at, length }, this.#words.others)
    }
    const slice = this.#rsa?.slice({ kernel: this.#kernel, length })
    for (const value of slice?.found ?? []) seen.found.push({ ...value, at: at + value.at })
    for (const number of slice?.numbers ?? []) seen.numbers.push(movedBy(number, at))
  }
}

interface Part {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
}

interface Seen {
  readonly found: FoundValue[]
  readonly numbers: LocatedNumber[]
  readonly values: Match[]
}

function depthFor(whose: Whose, { deep, isPatient = false }: KnownKeyOptions): Depth {
  if (deep) return 'deep'
  if (whose !== 'given') return 'discovered'
  return isPatient ? 'patient' : 'given'
}

const isRsa = (material: KeyMaterial): material is RsaMaterial => material.type === 'rsa'
function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from
  while (at < to && (bytes.byteOffset + at) % 8 !== 0) if (bytes[at++] !== 0) return false
  const words = new BigUint64Array(bytes.buffer, bytes.byteOffset + at, (to - at) >> 3)
  for (const word of words) if (word !== 0n) return false
  for (at += words.length * 8; at < to; at++) if (bytes[at] !== 0) return false
  return true
}

function moduliOf(found: readonly FoundValue[]): Set<bigint> {
  const moduli = new Set<bigint>()
  for (const { key } of found) {
    const { material, note } = key
    if (material?.type === 'rsa' && note === undefined) moduli.add(material.n)
  }
  return moduli
}

/** Of keys with different public halves, by the names that they have. */
function materialsOf(keys: readonly PublicKey[]): PublicKey['material'][] {
  return [...new Map(keys.map(({ keyId, material }) => [keyId.spkiSha256, material])).values()]
}

/** One value an offset and spelling. Drops what a whole value covers: misaligned text gives it. */
function onceEach(values: readonly FoundValue[]): FoundValue[] {
  const byOffset = new Map<string, FoundValue>()
  const sorted = values.toSorted(
    (a, b) => Number(a.key.note !== undefined) - Number(b.key.note !== undefined),
  )
  const covered: FoundValue[] = []
  for (const value of sorted) {
    const name = `${value.at}:${value.spelling}`
    if (byOffset.has(name)) continue
    if (value.key.note === undefined) covered.push(value)
    else if (covered.some((whole) => overlap(whole, value))) continue
    byOffset.set(name, value)
  }
  return [...byOffset.values()].toSorted((a, b) => a.at - b.at || a.length - b.length)
}

function overlap(a: FoundValue, b: FoundValue): boolean {
  return a.at < b.at + b.length && b.at < a.at + a.length
}

function mostLostOf(
  keys: readonly PublicKey[],
  { completed = [], settled = new Set() }: KnownKeyOptions,
): SecretKeys['mostLost'] {
  const more = new Set(completed.map(({ keyId }) => keyId.spkiSha256))
  const left = keys.filter(({ keyId: { spkiSha256 = '' } }) => !settled.has(spkiSha256))
  return new Map(
    left.map(({ keyId, material }) => [
      material,
      more.has(keyId.spkiSha256) ? MOST_LOST.more : MOST_LOST.usual,
    ]),
  )
}
