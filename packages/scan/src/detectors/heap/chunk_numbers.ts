/** Numbers in chunks of glibc's malloc, as libraries of big numbers keep them. */
import { fromBigEndian, fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { SIZE_BYTES, sizeAt } from '../../known/objects/chunk_head.ts'

/** Distinguished by their d: all exponents that programs make keys with. */
export const EXPONENTS: readonly bigint[] = [65_537n, 3n, 17n, 5n, 257n]

export const REACH = 8192
/** What a chunk takes besides its bytes, and one more limb if need be. */
export const HEAD = 16
const MOST_NUMBERS = 96
const TOP_BIT = 2 ** 47
const NEAR_COST = 9600

export interface Chunk {
  readonly bytes: Uint8Array
  readonly from: number
  readonly length: number
  readonly budget: WorkBudget
}

export interface StoredNumber {
  readonly offset: number
  readonly low: number
  readonly high: number
  readonly hasTop: boolean
  readonly isOdd: boolean
  readonly value: () => bigint
}

/** Lowest and highest bit of the number at `from`: nothing else costs less to ask. */
export const isFull = (bytes: Uint8Array, from: number, length: number): boolean =>
  ((bytes[from] ?? 0) & 1) === 1 && (bytes[from + length - 1] ?? 0) >= 0x80

export function numberAt(
  { bytes, budget }: Chunk,
  offset: number,
  length: number,
  isBig: boolean,
): StoredNumber {
  const stored = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length)
  const [low, high] = isBig
    ? [stored.readInt32BE(length - 4), stored.readUIntBE(0, 6)]
    : [stored.readInt32LE(0), stored.readUIntLE(length - 6, 6)]
  const value = () => (isBig ? fromBigEndian : fromLittleEndian)(stored, budget)
  return { offset, low, high, hasTop: high >= TOP_BIT, isOdd: (low & 1) === 1, value }
}

export function halvesNear(chunk: Chunk, isBig: boolean): StoredNumber[] {
  const { bytes, from: own, budget } = chunk
  const length = chunk.length / 2
  budget.spend(NEAR_COST)
  const found: StoredNumber[] = []
  for (let distance = 16; distance <= REACH && found.length < MOST_NUMBERS; distance += 16) {
    for (const from of [own - distance, own + distance]) {
      if (from + length > bytes.length) continue
      const size = sizeAt(bytes, from - SIZE_BYTES)
      if (size !== length + HEAD && size !== length + 2 * HEAD) continue
      if (isRandomLookingAt(bytes, from, length, budget))
        found.push(numberAt(chunk, from, length, isBig))
    }
  }
  return found.filter(({ hasTop }) => hasTop)
}
