/** Probes offsets where the secret of a known key may be, until the budget is spent. */
import { fromBigEndian, fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Memory } from '../../anchors/match.ts'
import type { DigitShape } from '../../slices/conjugate.ts'
import { intsAt, type JavaInts, numberOfInts } from '../objects/java_objects.ts'
import type { Budget } from '../values/budget.ts'
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

export interface SoughtGroup extends SecretGroup {
  readonly budgets: SecretBudgets
  readonly depth: Depth
  readonly mostLost: ReadonlyMap<KeyMaterial, number>
  readonly limbs: number
  /** Of numbers of its size as V8 has them; empty where secrets are no numbers. */
  readonly shapes: ReadonlyMap<DigitEncoding, DigitShape>
}

/** Nanoseconds of a read from the file. */
const READ_COST = 5000

/** Examines bytes from `at`, at `offset` of the window; false once the budget is used up. */
export type Reader = (bytes: Uint8Array, at: number, offset: number) => boolean

/** Probes for one group in one window. Equal contents are probed once. */
export class SecretProbes {
  readonly #bytes: Uint8Array
  readonly #group: SoughtGroup
  readonly #contents = new Set<number>()
  readonly found: FoundValue[] = []

  constructor(bytes: Uint8Array, group: SoughtGroup) {
    this.#bytes = bytes
    this.#group = group
  }

  offsets(offsets: Iterable<number>, read: Reader): void {
    for (const at of offsets) if (!read(this.#bytes, at, at)) return
  }

  far(memory: Memory, addresses: readonly bigint[], length: number, read: Reader): void {
    const { far } = this.#group.budgets
    for (const address of addresses) {
      if (far.isSpent(READ_COST)) return
      const pointed = memory.at(address, length)
      if (pointed === undefined) continue
      if (!far.take(READ_COST)) return
      read(pointed.bytes, 0, pointed.offset)
    }
  }

  bytes(name: keyof SecretBudgets, isLowFirst = false): Reader {
    const { length, limbs, budgets, rareSecretIn } = this.#group
    const budget = budgets[name]
    const cost = isLowFirst && limbs > 0 ? this.#group.cost / 2 : this.#group.cost
    return (bytes, at, offset) => {
      if (budget.isSpent(cost)) return false
      const window = bytes.subarray(at, at + length)
      if (window.length < length || !isRandomLookingAt(bytes, at, length)) return true
      return this.#once(window, budget, cost, () => {
        let secret = this.#secretIn(window, isLowFirst)
        if (name === 'near' && secret === undefined && mayBeRare(bytes, at + length, limbs)) {
          if (limbs > 0) budget.pay(cost / 2)
          secret = rareSecretIn?.(window)
        }
        const more = secret === undefined ? 0 : prefixLength(bytes, at + length, secret)
        return secret && { at: offset, length: length + more, ...secret }
      })
    }
  }

  digits(encoding: DigitEncoding, name: 'far' | 'ints' | 'v8'): Reader {
    const { numberIn, budgets, cost } = this.#group
    const count = digitCount(encoding, 8 * this.#group.length)
    const length = count * encoding.slot
    // The same words are another number in digits of another width.
    const contents = name === 'v8' ? new Set<number>() : this.#contents
    return (bytes, at, offset) => {
      if (numberIn === undefined) return false
      if (at + length > bytes.length || !areRandomDigits(encoding, bytes, at, count)) return true
      const value = digitsAt(encoding, bytes, at, count)
      if (value === undefined) return true
      const content = bytes.subarray(at, at + length)
      const read = () => located(offset, length, numberIn(value, encoding.name))
      return this.#once(content, budgets[name], cost / 2, read, contents)
    }
  }

  javaInts(memory: Memory, arrays: Iterable<JavaInts>): void {
    const { cost, numberIn, budgets } = this.#group
    const { java } = budgets
    if (numberIn === undefined || java.isSpent(READ_COST)) return
    for (const array of arrays) {
      if (!java.take(READ_COST * array.addresses.length)) return
      const pointed = intsAt(memory, array)
      if (pointed === undefined) continue
      const { bytes, offset } = pointed
      if (!isRandomLookingAt(bytes, 0, bytes.length)) continue
      const read = () =>
        located(offset, bytes.length, numberIn(numberOfInts(bytes), 'java-int-array'))
      if (!this.#once(bytes, java, cost / 2, read)) return
    }
  }

  /** Secrets in text; what was read of them is wiped. */
  texts(texts: readonly SecretText[]): void {
    const { cost, budgets } = this.#group
    for (const { at, length, encoding, bytes } of texts) {
      if (isRandomLookingAt(bytes, 0, bytes.length)) {
        this.#once(bytes, budgets.texts, cost, () => {
          const secret = this.#secretIn(bytes)
          const isReversed = encoding === 'hex' && secret?.spelling === 'limbs-le64'
          return secret && { ...secret, at, length, spelling: isReversed ? 'hex-le' : encoding }
        })
      }
      bytes.fill(0)
    }
  }

  /** As a number in either order, or lowest byte first, which takes half the time. */
  #secretIn(bytes: Uint8Array, isLowFirst = false): FoundSecret | undefined {
    const { bytesIn, numberIn } = this.#group
    if (numberIn === undefined) return bytesIn?.(bytes)
    const big = isLowFirst ? undefined : numberIn(fromBigEndian(bytes), 'limbs-be')
    return big ?? numberIn(fromLittleEndian(bytes), 'limbs-le64')
  }

  #once(
    content: Uint8Array,
    budget: Budget,
    cost: number,
    read: () => FoundValue | undefined,
    contents: Set<number> = this.#contents,
  ): boolean {
    const hash = hashOf(content)
    if (contents.has(hash)) return true
    if (!budget.take(cost)) return false
    contents.add(hash)
    const found = read()
    if (found !== undefined) this.found.push(found)
    return true
  }
}

const located = (
  at: number,
  length: number,
  secret: FoundSecret | undefined,
): FoundValue | undefined => secret && { at, length, ...secret }

const PREFIX = 32

/** Hash prefix behind a scalar: with any signature it reveals it, so it is erased. */
function prefixLength(bytes: Uint8Array, at: number, { name }: FoundSecret): number {
  if (name !== 'expanded-scalar') return 0
  return at + PREFIX <= bytes.length && isRandomLookingAt(bytes, at, PREFIX) ? PREFIX : 0
}

/** Unused limbs behind a number, which few offsets near a public half have. */
const END_BYTES = 16

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
