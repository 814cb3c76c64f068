/**
 * Numbers of a slice multiplied modulo known moduli, so that one gcd tells whether any of them shares a factor with one.
 *
 * Kernel: `products.ts` in `assembly/` (AssemblyScript, SIMD). Its oracle is BigInt; a property test holds the two equal.
 *
 * @module
 */
import { limbs28 } from '@mintmark/keys/arithmetic/limbs'
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import type { Candidate } from './conjugate_types.ts'
import { AT, LIST, type SliceMemory } from './slice_memory.ts'

const LIMB_BITS = 28
/** Zeros behind the limbs of a number. */
const SPARE = 8

/** Moduli of one size, and what was multiplied of each, in the kernel's memory. */
export interface ProductTable {
  readonly at: number
  readonly moduli: readonly bigint[]
  /** Limbs of 28 bits of a number, an even number of them. */
  readonly digits: number
  /** Bytes of what is kept of a modulus. */
  readonly stride: number
  /** How many constants numbers are taken from. */
  readonly constants: number
}

export class NumberProducts {
  readonly #memory: SliceMemory

  constructor(memory: SliceMemory) {
    this.#memory = memory
  }

  /** @param constants what numbers are taken from; none is negative */
  enter(moduli: readonly bigint[], bits: number, constants: readonly bigint[]): ProductTable {
    const digits = 2 * Math.ceil((bits + 2) / (2 * LIMB_BITS))
    const size = (digits + SPARE) * 4
    const stride = 16 + (2 + constants.length) * size
    const at = this.#memory.allot(moduli.length * stride)
    const table = { at, moduli, digits, stride, constants: constants.length }
    for (const [key, n] of moduli.entries()) {
      const row = at + key * stride
      this.#memory.view().setBigUint64(row, lackingInverse(n), true)
      for (const [index, constant] of constants.entries()) {
        this.#write((constant % n) + n, row + 16 + (2 + index) * size, digits)
      }
      this.#write(n, row + 16, digits)
      this.#forget(table, key)
    }
    return table
  }

  /** Multiplies the product of each modulus by what each number of `length` bytes lacks to each constant, and by a power of 2. */
  multiply(
    { at, moduli, digits, stride, constants }: ProductTable,
    numbers: readonly Pick<Candidate, 'at' | 'order'>[],
    length: number,
  ): void {
    for (let first = 0; first < numbers.length; first += LIST) {
      const some = numbers.slice(first, first + LIST)
      const list = this.#memory.words(AT.lists, some.length)
      for (const [k, number] of some.entries()) list[k] = number.at | (number.order << 21)
      this.#memory.call(
        'multiply',
        [AT.slice, AT.lists, some.length, length],
        [at, moduli.length, stride, digits, constants, AT.scratch],
      )
    }
  }

  /** The product for a modulus since it was last taken; 1 where nothing was multiplied. */
  take(table: ProductTable, key: number): bigint {
    const limbs = this.#product(table, key)
    if (limbs[0] === 1 && limbs.every((limb, index) => limb === 0 || index === 0)) return 1n
    const packed = packedLimbs(limbs)
    const value = fromLittleEndian(packed)
    packed.fill(0)
    this.#forget(table, key)
    return value
  }

  /** What was multiplied can give away a key. */
  #forget(table: ProductTable, key: number): void {
    const limbs = this.#product(table, key)
    limbs.fill(0)
    limbs[0] = 1
  }

  #product({ at, stride, digits }: ProductTable, key: number): Uint32Array {
    return this.#memory.words(at + key * stride + 16 + (digits + SPARE) * 4, digits)
  }

  #write(value: bigint, at: number, digits: number): void {
    this.#memory.words(at, digits).set(limbs28(value, digits))
  }
}

/** -1/n modulo 2^28, of an odd n: each step of Newton's doubles the bits that are right, three at first. */
function lackingInverse(n: bigint): bigint {
  const low = Number(BigInt.asUintN(LIMB_BITS, n))
  let inverse = low
  for (let right = 3; right < LIMB_BITS; right *= 2) {
    inverse = Math.imul(inverse, 2 - Math.imul(low, inverse))
  }
  return BigInt.asUintN(LIMB_BITS, BigInt(-inverse))
}

/** Bytes of an even number of limbs of 28 bits, lowest first: two of them are seven bytes. */
function packedLimbs(limbs: Uint32Array): Uint8Array {
  const packed = new Uint8Array((limbs.length / 2) * 7)
  for (let k = 0, to = 0; k < limbs.length; k += 2, to += 7) {
    const low = limbs[k] ?? 0
    const high = limbs[k + 1] ?? 0
    packed[to] = low
    packed[to + 1] = low >>> 8
    packed[to + 2] = low >>> 16
    packed[to + 3] = (low >>> 24) | (high << 4)
    packed[to + 4] = high >>> 4
    packed[to + 5] = high >>> 12
    packed[to + 6] = high >>> 20
  }
  return packed
}
