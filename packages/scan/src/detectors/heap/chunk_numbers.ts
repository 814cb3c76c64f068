/**
 * Numbers in chunks of glibc's malloc, as libraries of big numbers keep them: as long as the chunk but for two limbs at most,
 * at multiples of 16. @module
 */
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import type { Detector, Probe } from '../../anchors/detected.ts'
import { chunkHead, SIZE_BYTES, sizeAt } from './chunk_head.ts'

/** What a chunk takes besides its bytes, and one more limb if need be. */
const HEAD = 16
/** Of going through a KB of chunks. */
const COST_PER_KB = 600
const MOST_NUMBERS = 96
/** Of a number and the head of its chunk. */
const MOST_BYTES = 2048

/** A chunk that holds a number of `length` bytes, which begins at `from`. */
export interface Chunk {
  readonly bytes: Uint8Array
  readonly from: number
  readonly length: number
  /** How far from it others are searched for. */
  readonly reach: number
}

interface ChunkLayout {
  readonly lengths: readonly number[]
  readonly reach: number
  readonly mayContain: (bytes: Uint8Array, from: number, length: number) => boolean
  readonly detect: (chunk: Chunk, budget: WorkBudget) => ReturnType<Detector>
}

/** Anchors at chunks with numbers of these lengths. */
export function chunkAnchors(name: string, layout: ChunkLayout): readonly Anchor[] {
  const { lengths, reach, mayContain, detect } = layout
  return lengths.map((length) =>
    Object.assign(chunkHead(length + HEAD), {
      name: `${name}-${8 * length}`,
      number: { from: SIZE_BYTES, length: 64 } as const,
      before: reach,
      behind: reach + MOST_BYTES,
      mayContain: (bytes: Uint8Array, at: number) => mayContain(bytes, at + SIZE_BYTES, length),
      detect: (bytes: Uint8Array, at: number, { budget }: Probe) => {
        const from = at + SIZE_BYTES
        const chunk = { bytes, from, length, reach }
        return from + length > bytes.length ? undefined : detect(chunk, budget)
      },
    }),
  )
}

export const isOdd = (bytes: Uint8Array, from: number): boolean => ((bytes[from] ?? 0) & 1) === 1

/** Whether the lowest bit of a number that begins at `from` is set, and the highest: nothing else costs less to ask. */
export const isFull = (bytes: Uint8Array, from: number, length: number): boolean =>
  isOdd(bytes, from) && (bytes[from + length - 1] ?? 0) >= 0x80

/**
 * Where numbers of this length, or of another, begin in chunks near this one, nearest first: odd ones, with `isAny` even ones
 * too.
 */
export function numbersNear(
  { bytes, from: own, reach, ...chunk }: Chunk,
  budget: WorkBudget,
  isAny = false,
  length: number = chunk.length,
): number[] {
  budget.spend((2 * reach * COST_PER_KB) / 1024)
  const found: number[] = []
  for (let distance = 16; distance <= reach && found.length < MOST_NUMBERS; distance += 16) {
    for (const from of [own - distance, own + distance]) {
      if (from + length > bytes.length || (!isAny && !isOdd(bytes, from))) continue
      const size = sizeAt(bytes, from - SIZE_BYTES)
      if (size !== length + HEAD && size !== length + 2 * HEAD) continue
      if (isRandomLookingAt(bytes, from, length, budget)) found.push(from)
    }
  }
  return found
}

/** The lowest 32 bits of the number that begins there. */
export const lowOf = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset + at, 4).getInt32(0, true)

/** The highest 48 bits of the number that ends at `end`. */
export const highOf = (bytes: Uint8Array, end: number): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset + end - 6, 6).readUIntLE(0, 6)

export const numberIn = (
  bytes: Uint8Array,
  at: number,
  length: number,
  budget: WorkBudget,
): bigint => fromLittleEndian(bytes.subarray(at, at + length), budget)
