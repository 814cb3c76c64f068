/**
 * Prime factors of known keys, highest byte first, in chunks of glibc's malloc that were freed: `free` writes over the first 16
 * bytes, and the rest stays. What is left is more than two thirds of the factor, which gives all of it.
 *
 * So GnuTLS leaves what it reads a key from and writes it to. Source: malloc/malloc.c of glibc (fd and bk, or next and key, at
 * the begin of what a chunk holds).
 *
 * @module
 */
import { fromLowerFactor } from '../arithmetic/damaged_factors.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import type { ConjugateKernel } from '../conjugate.ts'
import type { RsaMaterial } from '../key_material.ts'
import { type Effort, OF_KEYS_MET } from './allowance.ts'
import { Budget } from './budget.ts'
import type { FoundValue } from './found_value.ts'
import { fromFactor } from './rebuild.ts'
import type { RsaGroup } from './rsa_group.ts'

/** What `free` writes over. */
const OVERWRITTEN = 16
/** Of the word before, which holds the size of the chunk. */
const SIZE_BYTES = 8
const FLAGS = 7
/** Bytes of a chunk that may be more than what was asked for needs: a larger one was free. */
const ROOM = 64
/** Nanoseconds of a test. */
const TEST_COST = 500_000
const RATE = { perByte: 0.05, atOnce: 2e8 } as const
const SHARES: Readonly<Record<Effort, number>> = { given: 1, met: 0.5, deep: 8 }

/** Keys whose factors have so many bytes. */
interface OfLength {
  readonly length: number
  readonly keys: readonly RsaMaterial[]
}

/** Keys whose moduli have so many bits. */
type SizedKeys = Pick<RsaGroup, 'keys' | 'bits'>

/** A chunk by the place of its first byte. */
interface Chunk {
  readonly bytes: Uint8Array
  readonly at: number
}

export class FreedFactors {
  readonly #groups: readonly OfLength[]
  readonly #budget: Budget
  readonly #effort: Effort

  constructor(groups: readonly SizedKeys[], effort: Effort) {
    this.#groups = groups.map(({ keys, bits }) => ({ keys, length: Math.ceil(bits / 16) }))
    this.#effort = effort
    this.#budget = new Budget(RATE.perByte * SHARES[effort], RATE.atOnce * SHARES[effort])
  }

  get limits(): readonly string[] {
    if (!this.#budget.isShort) return []
    return [`factors in freed memory${this.#effort === 'met' ? OF_KEYS_MET : ''}`]
  }

  /** Those that begin in the slice that the kernel holds: `length` bytes from `at` on of the window's. */
  inSlice(kernel: ConjugateKernel, bytes: Uint8Array, at: number, length: number): FoundValue[] {
    this.#budget.earn(length)
    return this.#groups.flatMap((group) => {
      const least = Math.max(1, (group.length >> 4) - 1)
      return kernel.randomRuns(length, least).flatMap((run) => {
        // What was written may look random as well, and does not where it is an address.
        const chunks = [run.from, run.from - OVERWRITTEN].filter(
          (from) => from + group.length <= run.to && isChunk(bytes, at + from, group.length),
        )
        return chunks.flatMap((from) => this.#inChunk({ bytes, at: at + from }, group))
      })
    })
  }

  /** The number begins the chunk, or a zero before it does, as DER has one. */
  #inChunk({ bytes, at }: Chunk, { length, keys }: OfLength): FoundValue[] {
    const from = at + OVERWRITTEN
    for (const end of [at + 1 + length, at + length]) {
      if (end > bytes.length || ((bytes[end - 1] ?? 0) & 1) === 0) continue
      for (const key of keys) {
        if (!this.#budget.take(TEST_COST)) return []
        const material = withLow(key, fromBigEndian(bytes.subarray(from, end)), length, end - from)
        if (material === undefined) continue
        const proof = `with the ${length - (end - from)} bytes before it that are lost it is p: p·q = n`
        return [{ at: from, length: end - from, spelling: 'limbs-be', name: 'p', proof, material }]
      }
    }
    return []
  }
}

/** The key of which `low` is the lowest `known` of a factor's `length` bytes. */
function withLow(
  key: RsaMaterial,
  low: bigint,
  length: number,
  known: number,
): RsaMaterial | undefined {
  const factors = fromLowerFactor(key.n, low, 8 * known, 8 * (length - known))
  return factors && fromFactor(key, factors.p)
}

/** Whether the word before `at` is the size of a chunk with room for a number of `length` bytes, and not for much more. */
function isChunk(bytes: Uint8Array, at: number, length: number): boolean {
  const from = at - SIZE_BYTES
  if (from < 0) return false
  for (let k = from + 2; k < at; k++) if (bytes[k] !== 0) return false
  const size = ((bytes[from] ?? 0) & ~FLAGS) | ((bytes[from + 1] ?? 0) << 8)
  return size % 16 === 0 && size >= length + SIZE_BYTES && size <= length + SIZE_BYTES + ROOM
}
