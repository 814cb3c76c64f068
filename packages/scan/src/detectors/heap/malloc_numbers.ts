/**
 * Numbers in chunks of glibc's malloc, as libraries of big numbers keep them: odd, and as long as the chunk but for two
 * limbs at most.
 *
 * A chunk is {size of the chunk before, size and three flags, bytes}, the bytes at multiples of 16, sizes as wide as a pointer:
 * malloc/malloc.c of glibc. In a process of 32 bits a number takes a chunk of the same size as in one of 64.
 *
 * @module
 */

import { charge } from '@mintmark/keys/material/effort'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import { type Anchor, EIGHTHS, FOURTHS } from '../../anchors/anchor.ts'
import type { Detector } from '../../anchors/detected.ts'

/** What a chunk takes besides its bytes, and one more limb if need be. */
const HEAD = 16
/** Of going through a KB of chunks. */
const UNITS_PER_KB = 600
const MOST_NUMBERS = 96
/** Of a number and the head of its chunk. */
const MOST_BYTES = 2048
/** The chunk before is in use, as nearly all are; a mapping of its own; an arena of a thread. */
const FLAGS = 7
const IN_USE = 1
const ARENA = 4
/** Bytes of a size: those of a pointer. */
export type SizeBytes = 4 | 8
export const SIZE_BYTES = 8
/** What follows a size of 4 bytes is an odd number: of processes of 64 bits it would be the rest of the size. */
const ODD = 1

/** Where sizes of chunks stand, see {@link Anchor.alignment}. */
export const sizeAlignment = (sizeBytes: SizeBytes): number =>
  sizeBytes === SIZE_BYTES ? EIGHTHS : FOURTHS

/** An anchor at the size of chunks that hold a number of `length` bytes; others are looked for as far as `reach`. */
export function chunkAnchor(
  name: string,
  length: number,
  reach: number,
  detect: Detector,
  sizeBytes: SizeBytes = SIZE_BYTES,
): Anchor {
  const size = length + HEAD
  const behind = sizeBytes === SIZE_BYTES ? [] : [ODD]
  const rest = sizeBytes - 2
  return {
    name,
    // Without that bit it would be any whole number of this size.
    pattern: Uint8Array.from([
      (size & 0xff) | IN_USE,
      size >> 8,
      ...Array.from({ length: rest }, () => 0),
      ...behind,
    ]),
    mask: Uint8Array.from([
      0xff & ~ARENA,
      255,
      ...Array.from({ length: rest }, () => 255),
      ...behind,
    ]),
    alignment: sizeAlignment(sizeBytes),
    detect,
    number: { from: sizeBytes, length: 64 },
    before: reach,
    behind: reach + MOST_BYTES,
  }
}

const isOdd = (bytes: Uint8Array, from: number): boolean => ((bytes[from] ?? 0) & 1) === 1

/** Whether the lowest bit of a number that begins at `from` is set, and the highest: nothing else costs less to ask. */
export function isFull(bytes: Uint8Array, from: number, length: number): boolean {
  return isOdd(bytes, from) && (bytes[from + length - 1] ?? 0) >= 0x80
}

/** The same of a number whose highest byte comes first. */
export function isFullTurned(bytes: Uint8Array, from: number, length: number): boolean {
  return isOdd(bytes, from + length - 1) && (bytes[from] ?? 0) >= 0x80
}

/** Of an anchor at the size of a chunk: whether the number in it may be a prime or a modulus, lowest byte first. */
export const mayHoldFull =
  (length: number, sizeBytes: SizeBytes) =>
  (bytes: Uint8Array, at: number): boolean =>
    isFull(bytes, at + sizeBytes, length)

/** Whether the word at `at` says that its chunk holds a number of `length` bytes, and two more limbs at most. */
function isSize(bytes: Uint8Array, at: number, length: number, sizeBytes: SizeBytes): boolean {
  const size = ((bytes[at] ?? 0) & ~FLAGS) | ((bytes[at + 1] ?? 0) << 8)
  if (size !== length + HEAD && size !== length + 2 * HEAD) return false
  for (let k = at + 2; k < at + sizeBytes; k++) if (bytes[k] !== 0) return false
  return true
}

/**
 * Where odd numbers of `length` bytes begin in chunks near the one whose size is at `at`, nearest first; with `isAny` even
 * ones too.
 */
export function numbersNear(
  bytes: Uint8Array,
  at: number,
  length: number,
  reach: number,
  isAny = false,
  sizeBytes: SizeBytes = SIZE_BYTES,
): number[] {
  charge((2 * reach * UNITS_PER_KB) / 1024)
  const found: number[] = []
  for (let distance = 16; distance <= reach && found.length < MOST_NUMBERS; distance += 16) {
    for (let size = at - distance; size <= at + distance; size += 2 * distance) {
      const from = size + sizeBytes
      if (size < 0 || from + length > bytes.length || !isSize(bytes, size, length, sizeBytes))
        continue
      if (!isAny && !isOdd(bytes, from)) continue
      if (isRandomLookingAt(bytes, from, length)) found.push(from)
    }
  }
  return found
}

/** The lowest 32 bits of the number that begins there. */
export const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) |
  ((bytes[at + 1] ?? 0) << 8) |
  ((bytes[at + 2] ?? 0) << 16) |
  ((bytes[at + 3] ?? 0) << 24)
