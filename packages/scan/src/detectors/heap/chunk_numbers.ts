/**
 * Numbers in chunks of glibc's malloc, as libraries of big numbers keep them: as long as the chunk but for two limbs at most,
 * at multiples of 16. @module
 */
import { fromBigEndian, fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import type { Detector } from '../../anchors/match.ts'
import { chunkHead, SIZE_BYTES, sizeAt } from '../../known/objects/chunk_head.ts'

/** Public exponents that are distinguished from each other by their d: all that programs make keys with. */
export const EXPONENTS: readonly bigint[] = [65_537n, 3n, 17n, 5n, 257n]

/** What a chunk takes besides its bytes, and one more limb if need be. */
const HEAD = 16
/** Of going through a KB of chunks. */
const COST_PER_KB = 600
const MOST_NUMBERS = 96
/** Of a number and the head of its chunk. */
const MOST_BYTES = 2048
/** Of a number of 48 bits, the highest. */
const TOP_BIT = 2 ** 47

/** A chunk that holds a number of `length` bytes, which begins at `from`. */
export interface Chunk {
  readonly bytes: Uint8Array
  readonly from: number
  readonly length: number
  /** How far from it others are searched for. */
  readonly reach: number
  readonly budget: WorkBudget
}

/** A number in a chunk, and enough of it to reject most unrelated pairs. */
export interface StoredNumber {
  readonly offset: number
  /** The lowest 32 bits, and the highest 48. */
  readonly low: number
  readonly high: number
  /** Whether its highest bit is set, and its lowest too. */
  readonly hasTop: boolean
  readonly isFull: boolean
  readonly value: () => bigint
}

/** Which numbers are meant: odd ones as long as that of the chunk, lowest byte first, where nothing else is said. */
interface Which {
  readonly length?: number
  /** Even ones too. */
  readonly isAny?: boolean
  /** Highest byte first. */
  readonly isBig?: boolean
}

/** Anchors at chunks with numbers of these lengths. */
export function chunkAnchors(
  name: string,
  lengths: readonly number[],
  reach: number,
  mayContain: (bytes: Uint8Array, from: number, length: number) => boolean,
  detect: (chunk: Chunk) => ReturnType<Detector>,
): readonly Anchor[] {
  return lengths.map((length) =>
    Object.assign(chunkHead(length + HEAD), {
      name: `${name}-${8 * length}`,
      number: { from: SIZE_BYTES, length: 64 } as const,
      before: reach,
      behind: reach + MOST_BYTES,
      mayContain: (bytes: Uint8Array, at: number) => mayContain(bytes, at + SIZE_BYTES, length),
      detect: ((bytes, at, { budget }) => {
        const from = at + SIZE_BYTES
        if (from + length > bytes.length) return undefined
        return detect({ bytes, from, length, reach, budget })
      }) satisfies Detector,
    }),
  )
}

const isOdd = (bytes: Uint8Array, from: number): boolean => ((bytes[from] ?? 0) & 1) === 1

/** Whether the lowest bit of a number that begins at `from` is set, and the highest: nothing else costs less to ask. */
export const isFull = (bytes: Uint8Array, from: number, length: number): boolean =>
  isOdd(bytes, from) && (bytes[from + length - 1] ?? 0) >= 0x80

export function numberAt(
  { bytes, length: own, budget }: Chunk,
  offset: number,
  { length = own, isBig = false }: Which = {},
): StoredNumber {
  const stored = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length)
  const [low, high] = isBig
    ? [stored.readInt32BE(length - 4), stored.readUIntBE(0, 6)]
    : [stored.readInt32LE(0), stored.readUIntLE(length - 6, 6)]
  const value = () => (isBig ? fromBigEndian : fromLittleEndian)(stored, budget)
  return {
    offset,
    low,
    high,
    hasTop: high >= TOP_BIT,
    isFull: (low & 1) === 1 && high >= TOP_BIT,
    value,
  }
}

/** Numbers in chunks near this one, nearest first. */
export function numbersNear(chunk: Chunk, which: Which = {}): StoredNumber[] {
  const { bytes, from: own, reach, budget } = chunk
  const { length = chunk.length, isBig, isAny = isBig } = which
  budget.spend((2 * reach * COST_PER_KB) / 1024)
  const found: StoredNumber[] = []
  for (let distance = 16; distance <= reach && found.length < MOST_NUMBERS; distance += 16) {
    for (const from of [own - distance, own + distance]) {
      if (from + length > bytes.length || (!isAny && !isOdd(bytes, from))) continue
      const size = sizeAt(bytes, from - SIZE_BYTES)
      if (size !== length + HEAD && size !== length + 2 * HEAD) continue
      if (isRandomLookingAt(bytes, from, length, budget)) found.push(numberAt(chunk, from, which))
    }
  }
  return found
}
