/**
 * The private half of known public keys, wherever and however it lies in a window of memory.
 *
 * RSA: the factors of n by the kernel of `conjugate.ts`, what they leave behind by `relations.ts`, private exponents by
 * their upper half. Curves: scalars and seeds near the public half and between boundaries. Once a key is found, every
 * value of it is looked for in every spelling.
 *
 * @module
 */
import { BEHIND, ConjugateKernel, SLICE } from '../conjugate.ts'
import type { Detected } from '../detected.ts'
import { keyIdOf } from '../key_id.ts'
import type { KeyMaterial } from '../key_material.ts'
import type { PublicKey } from '../public_keys/public_key.ts'
import type { WindowSearch } from '../window_search.ts'
import { CurveSearch, curveShare } from './curve_search.ts'
import { detectedOf, type FoundValue } from './found_value.ts'
import type { PlacedNumber } from './remainders.ts'
import { isSearchable, rsaGroups } from './rsa_group.ts'
import { RsaSearch } from './rsa_search.ts'
import { findValues } from './value_search.ts'

export interface KnownKeyOptions {
  /** Looks at places that are hardly ever taken as well, and spends eight times as much on what is dear. */
  readonly deep: boolean
  /**
   * Looks at single factors where nothing marks them as well, and for d at every place. True where absent; where not,
   * such factors are found in pairs alone.
   */
  readonly isThorough?: boolean
}

/** Found keys whose values are looked for in one window: more are made up. */
const MOST_KEYS = 64

export class KnownKeySearch implements WindowSearch {
  readonly name = 'known-keys'
  readonly reach: number = BEHIND
  readonly #kernel = new ConjugateKernel()
  readonly #rsa: RsaSearch | undefined
  readonly #curves: CurveSearch | undefined
  /** Keys that cannot be looked for: their numbers are too small, too large or none of a key. */
  readonly unsearchable: number

  constructor(keys: readonly PublicKey[], { deep, isThorough = true }: KnownKeyOptions) {
    const materials = distinct(keys.map(({ material }) => material))
    const rsa = materials.filter((material) => material.type === 'rsa')
    const curves = materials.filter((material) => material.type !== 'rsa')
    const groups = rsaGroups(this.#kernel, rsa)
    this.#rsa = groups.length === 0 ? undefined : new RsaSearch(groups, deep, isThorough || deep)
    this.#curves =
      curves.length === 0
        ? undefined
        : new CurveSearch(this.#kernel, curves, curveShare(deep, isThorough))
    this.unsearchable = rsa.filter((material) => !isSearchable(material)).length
  }

  /**
   * The kinds of tests that were cut short so far, since the bytes held more that looks like keys than can be looked
   * at in time: their findings are incomplete.
   */
  get limits(): readonly string[] {
    return [...new Set([...(this.#rsa?.limits ?? []), ...(this.#curves?.limits ?? [])])]
  }

  search(bytes: Uint8Array, from: number, to: number): readonly Detected[] {
    const end = Math.min(to, bytes.length)
    const found = [
      ...this.#rsaValues(bytes, from, end),
      ...(this.#curves?.search(this.#kernel, bytes, from, end) ?? []),
    ]
    const whole = distinct(
      found.filter(({ note }) => note === undefined).map((value) => value.material),
    )
    if (whole.length > 0) {
      found.push(...findValues(this.#kernel, whole.slice(0, MOST_KEYS), bytes, from, end))
    }
    this.#kernel.wipe()
    return onceEach(found).map((value) => detectedOf(value))
  }

  #rsaValues(bytes: Uint8Array, from: number, to: number): FoundValue[] {
    const search = this.#rsa
    if (search === undefined) return []
    const found: FoundValue[] = []
    const numbers: PlacedNumber[] = []
    // Slices begin at multiples of 16, as alignment in the segment asks for.
    for (let at = from & ~15; at < to; at += SLICE) {
      const length = Math.min(SLICE, to - at)
      if (isZero(bytes, at, at + length)) {
        search.skip(length)
        continue
      }
      this.#kernel.load(bytes, at, at + length)
      const slice = search.slice({ kernel: this.#kernel, length })
      for (const value of slice.found) found.push({ ...value, at: at + value.at })
      for (const number of slice.numbers) numbers.push({ ...number, at: at + number.at })
    }
    const isInside = ({ at }: { readonly at: number }): boolean => at >= from && at < to
    found.push(...search.settle(numbers.filter(isInside), moduliOf(found)))
    return found.filter(isInside)
  }
}

/** Whether there is nothing: sparse dumps are zeros for the most part. */
function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from
  while (at < to && (bytes.byteOffset + at) % 8 !== 0) if (bytes[at++] !== 0) return false
  const words = new BigUint64Array(bytes.buffer, bytes.byteOffset + at, (to - at) >> 3)
  for (const word of words) if (word !== 0n) return false
  for (at += words.length * 8; at < to; at++) if (bytes[at] !== 0) return false
  return true
}

/** Of the keys that were found whole. */
function moduliOf(found: readonly FoundValue[]): Set<bigint> {
  const moduli = new Set<bigint>()
  for (const { material, note } of found) {
    if (material.type === 'rsa' && note === undefined) moduli.add(material.n)
  }
  return moduli
}

/** Keys with different public halves. */
function distinct<T extends KeyMaterial>(materials: readonly T[]): T[] {
  const byId = new Map(materials.map((material) => [keyIdOf(material).spkiSha256, material]))
  return [...byId.values()]
}

/**
 * One value a place and spelling, in order of place, the first name that was found. Fragments that a whole value lies
 * over are left out: text that is read in a wrong alignment gives those.
 */
function onceEach(values: readonly FoundValue[]): FoundValue[] {
  const byPlace = new Map<string, FoundValue>()
  const sorted = values.toSorted(
    (a, b) => Number(a.note !== undefined) - Number(b.note !== undefined),
  )
  const covered: FoundValue[] = []
  for (const value of sorted) {
    const place = `${value.at}:${value.spelling}`
    if (byPlace.has(place)) continue
    if (value.note === undefined) covered.push(value)
    else if (covered.some((whole) => overlap(whole, value))) continue
    byPlace.set(place, value)
  }
  return [...byPlace.values()].toSorted((a, b) => a.at - b.at || a.length - b.length)
}

function overlap(a: FoundValue, b: FoundValue): boolean {
  return a.at < b.at + b.length && b.at < a.at + a.length
}
