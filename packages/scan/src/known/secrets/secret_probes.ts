/** Probes offsets where the secret of a known key may be, until the budget is spent. @module */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Memory } from '../../anchors/detected.ts'
import type { DigitShape } from '../../slices/conjugate.ts'
import { intsAt, type JavaInts, numberOfInts } from '../objects/java_objects.ts'
import {
  areRandomDigits,
  type DigitEncoding,
  digitCount,
  digitsAt,
} from '../values/digit_encodings.ts'
import type { FoundValue } from '../values/found_value.ts'
import type { Depth } from '../values/search_limits.ts'
import type { SecretBudgets } from './secret_budgets.ts'
import type { FoundSecret, SecretGroup } from './secret_groups.ts'
import type { SecretText } from './secret_texts.ts'

/** Known keys, and their budgets. */
export interface SoughtGroup extends SecretGroup {
  readonly budgets: SecretBudgets
  readonly depth: Depth
  /** Bytes that a part of a key's scalar may lack to be completed, as `SecretKeys` says. */
  readonly mostLost: ReadonlyMap<KeyMaterial, number>
  /** Of numbers of its size as V8 has them; empty where secrets are no numbers. */
  readonly shapes: ReadonlyMap<DigitEncoding, DigitShape>
}

/** Nanoseconds of a read from the file. */
const READ_COST = 5000

/** Probes for one group in one window. A flood of copies is probed once; copies of a secret are found by its value. */
export class SecretProbes {
  readonly #bytes: Uint8Array
  readonly #group: SoughtGroup
  /** Hashes of what was probed. */
  readonly #contents = new Set<number>()
  readonly found: FoundValue[] = []

  constructor(bytes: Uint8Array, group: SoughtGroup) {
    this.#bytes = bytes
    this.#group = group
  }

  /** Bytes at offsets of the window: in either order, or lowest byte first. */
  offsets(offsets: Iterable<number>, name: keyof SecretBudgets, isLowFirst = false): void {
    for (const at of offsets) {
      if (!this.#bytesAt(this.#bytes, at, { name, isLowFirst, offset: at })) return
    }
  }

  /** @returns false once the budget is used up */
  #bytesAt(bytes: Uint8Array, at: number, { name, isLowFirst, offset }: BytesProbe): boolean {
    const { length, limbs, budgets, secretIn, limbsIn, rareSecretIn } = this.#group
    const budget = budgets[name]
    const cost = isLowFirst && limbs > 0 ? this.#group.cost / 2 : this.#group.cost
    if (budget.isSpent(cost)) return false
    const window = bytes.subarray(at, at + length)
    if (window.length < length || !isRandomLookingAt(bytes, at, length)) return true
    const content = hashOf(window)
    if (this.#contents.has(content)) return true
    if (!budget.take(cost)) return false
    this.#contents.add(content)
    let secret = isLowFirst ? limbsIn(window) : secretIn(window)
    if (name === 'near' && secret === undefined && mayBeRare(bytes, at + length, limbs)) {
      if (limbs > 0) budget.pay(cost / 2)
      secret = rareSecretIn?.(window)
    }
    if (secret === undefined) return true
    const more = prefixLength(bytes, at + length, secret)
    this.found.push({ at: offset, length: length + more, ...secret })
    return true
  }

  /** Numbers in digits of an encoding. */
  digits(offsets: Iterable<number>, encoding: DigitEncoding, kind: 'ints' | 'v8'): void {
    // The same words are another number in digits of another width.
    const contents = kind === 'v8' ? new Set<number>() : this.#contents
    for (const at of offsets) {
      if (!this.#digitsAt(this.#bytes, at, encoding, { kind, contents, offset: at })) return
    }
  }

  #digitsAt(
    bytes: Uint8Array,
    at: number,
    encoding: DigitEncoding,
    { kind, contents, offset }: DigitProbe,
  ): boolean {
    const { numberIn, budgets, cost } = this.#group
    if (numberIn === undefined) return false
    const count = digitCount(encoding, 8 * this.#group.length)
    const length = count * encoding.slot
    if (at + length > bytes.length || !areRandomDigits(encoding, bytes, at, count)) return true
    const content = hashOf(bytes.subarray(at, at + length))
    const value = contents.has(content) ? undefined : digitsAt(encoding, bytes, at, count)
    if (value === undefined) return true
    if (!budgets[kind].take(cost / 2)) return false
    contents.add(content)
    const secret = numberIn(value, encoding.form)
    if (secret !== undefined) this.found.push({ at: offset, length, ...secret })
    return true
  }

  /** What is at addresses outside of the window: limbs, or digits of an encoding. */
  far(memory: Memory, addresses: readonly bigint[], encoding?: DigitEncoding): void {
    const { length, budgets } = this.#group
    const size = encoding === undefined ? length : encoding.slot * digitCount(encoding, 8 * length)
    for (const address of addresses) {
      if (budgets.far.isSpent(READ_COST)) return
      const pointed = memory.at(address, size)
      if (pointed === undefined) continue
      if (!budgets.far.take(READ_COST)) return
      const { bytes, offset } = pointed
      if (encoding === undefined) this.#bytesAt(bytes, 0, { name: 'far', isLowFirst: true, offset })
      else this.#digitsAt(bytes, 0, encoding, { kind: 'far', contents: this.#contents, offset })
    }
  }

  /** The arrays that numbers of the JVM point to. */
  javaInts(memory: Memory, arrays: Iterable<JavaInts>): void {
    const { cost, numberIn, budgets } = this.#group
    const { java } = budgets
    if (numberIn === undefined || java.isSpent(READ_COST)) return
    for (const array of arrays) {
      if (!java.take(READ_COST * array.addresses.length)) return
      const pointed = intsAt(memory, array)
      if (pointed === undefined) continue
      const { bytes, offset } = pointed
      const content = hashOf(bytes)
      if (this.#contents.has(content) || !isRandomLookingAt(bytes, 0, bytes.length)) continue
      if (!java.take(cost / 2)) return
      this.#contents.add(content)
      const secret = numberIn(numberOfInts(bytes), 'java-int-array')
      if (secret !== undefined) this.found.push({ at: offset, length: bytes.length, ...secret })
    }
  }

  /** Secrets in text; what was read of them is wiped. */
  texts(texts: readonly SecretText[]): void {
    const { cost, secretIn, budgets } = this.#group
    for (const { at, length, form, bytes } of texts) {
      const content = hashOf(bytes)
      const isWorth = !this.#contents.has(content) && isRandomLookingAt(bytes, 0, bytes.length)
      if (isWorth && budgets.texts.take(cost)) {
        this.#contents.add(content)
        const secret = secretIn(bytes)
        const isReversed = form === 'hex' && secret?.spelling === 'limbs-le64'
        if (secret !== undefined)
          this.found.push({ ...secret, at, length, spelling: isReversed ? 'hex-le' : form })
      }
      bytes.fill(0)
    }
  }
}

interface BytesProbe {
  readonly name: keyof SecretBudgets
  readonly isLowFirst: boolean
  readonly offset: number
}

interface DigitProbe {
  readonly kind: 'far' | 'ints' | 'v8'
  readonly contents: Set<number>
  readonly offset: number
}

/** Half of a hash of Ed25519. */
const PREFIX = 32

/** What hashes are begun with is behind a scalar as a rule: with any signature it reveals the scalar, so it is erased with it. */
function prefixLength(bytes: Uint8Array, at: number, { name }: FoundSecret): number {
  if (name !== 'expanded-scalar') return 0
  return at + PREFIX <= bytes.length && isRandomLookingAt(bytes, at, PREFIX) ? PREFIX : 0
}

/** Unused limbs behind a number, which few offsets near a public half have. */
const END_BYTES = 16

/** Whether a rare form is worth a probe in what ends at `end`. */
function mayBeRare(bytes: Uint8Array, end: number, limbs: number): boolean {
  if (limbs === 0) return true
  const behind = bytes.subarray(end, end + END_BYTES)
  return behind.length === END_BYTES && behind.every((byte) => byte === 0)
}

/** 53 bits that distinguish contents: FNV-1a of 32 bits over the bytes, from two begins. */
function hashOf(bytes: Uint8Array): number {
  let low = 0x811c9dc5
  let high = 0x01000193
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte, 0x5bd1e995) ^ (high >>> 15)
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}
