/**
 * Numbers of LibTomMath in chunks of glibc's malloc: digits of 60 bits in words of 8 bytes in processes of 64 bits, of 28 in
 * words of 4 in those of 32, lowest first, with zeros behind them.
 *
 * Source: tommath.h and mp_grow.c of LibTomMath 0.42 to 1.3 (room for 32 digits at first, then for an even number of them,
 * in old releases for 96); malloc/malloc.c of glibc.
 *
 * @module
 */

import { bitLength } from '@mintmark/keys/arithmetic/modular'
import { charge } from '@mintmark/keys/material/effort'
import type { Anchor } from '../../anchors/anchor.ts'
import type { Detector } from '../../anchors/detected.ts'
import {
  areRandomDigits,
  type DigitForm,
  digitsAt,
  digitsInUse,
  NARROW_TOMMATH_DIGITS,
  TOMMATH_DIGITS,
} from '../../known/values/digit_forms.ts'
import { type SizeBytes, sizeAlignment } from './malloc_numbers.ts'

/** How a process keeps such numbers. */
export interface TomMathBuild {
  readonly name: string
  readonly digits: DigitForm
  readonly sizeBytes: SizeBytes
  /** Digits that there is room for, of numbers by which a key is found: curves and primes. */
  readonly rooms: readonly number[]
}

export const TOMMATH_BUILDS: readonly TomMathBuild[] = [
  { name: '', digits: TOMMATH_DIGITS, sizeBytes: 8, rooms: [32, 36, 96] },
  { name: '-of-32', digits: NARROW_TOMMATH_DIGITS, sizeBytes: 4, rooms: [32, 38, 56, 96] },
]

/** From a number those of its key are looked for as far as this. */
const REACH = 8192
const ALIGNMENT = 16
/** Digits of a number, and bytes of its chunk: more are none. */
const MOST_DIGITS = 160
const MOST_BYTES = 2048
/** Numbers of one size that are looked at. */
const MOST = 24
/** Of going through a KB of chunks. */
const UNITS_PER_KB = 600
/** Flags of a size: the chunk before is in use, as nearly all are; an arena of a thread. */
const FLAGS = 7
const IN_USE = 1
const ARENA = 4

export interface TomMathNumber {
  readonly value: bigint
  /** In use. */
  readonly bits: number
  readonly count: number
  /** Where its digits are. */
  readonly from: number
  readonly to: number
}

/** A chunk by the place of its size. */
export interface TomMathPlace {
  readonly bytes: Uint8Array
  readonly at: number
  readonly build: TomMathBuild
}

/** Bytes of the chunk whose size is at `at`; 0 if that is none. */
function chunkBytes({ bytes, at, build }: TomMathPlace): number {
  const { sizeBytes } = build
  if (at < 0 || at + sizeBytes > bytes.length) return 0
  for (let k = at + 2; k < at + sizeBytes; k++) if (bytes[k] !== 0) return 0
  const size = ((bytes[at] ?? 0) & ~FLAGS) | ((bytes[at + 1] ?? 0) << 8)
  return size > MOST_BYTES ? 0 : size
}

/** Digits of the number in the chunk whose size is at `at`: 0 where they are none of a random one, as far as a glance tells. */
function countAt(place: TomMathPlace): number {
  const { bytes, at, build } = place
  const { digits, sizeBytes } = build
  const size = chunkBytes(place)
  const from = at + sizeBytes
  if (size === 0 || from + size - sizeBytes > bytes.length) return 0
  // Its highest bits tell most that is no digit.
  if ((bytes[from + digits.slot - 1] ?? 0) >> 4 !== 0) return 0
  const room = Math.floor((size - sizeBytes) / digits.slot)
  const count = digitsInUse(digits, bytes, from, Math.min(room, MOST_DIGITS))
  return count < 2 ? 0 : count
}

/** The random number in the chunk whose size is at `at`. */
export function tomMathNumberAt(place: TomMathPlace): TomMathNumber | undefined {
  const { bytes, at, build } = place
  const { digits, sizeBytes } = build
  const count = countAt(place)
  const from = at + sizeBytes
  if (count === 0 || !areRandomDigits(digits, bytes, from, count)) return undefined
  const value = digitsAt(digits, bytes, from, count)
  if (value === undefined) return undefined
  return { value, bits: bitLength(value), count, from, to: from + count * digits.slot }
}

/** Other numbers near in so many digits, or in one less as the highest may be 0, nearest first. */
export function tomMathNumbersNear(place: TomMathPlace, count: number): TomMathNumber[] {
  charge((2 * REACH * UNITS_PER_KB) / 1024)
  const { at } = place
  const found: TomMathNumber[] = []
  for (let distance = ALIGNMENT; distance <= REACH && found.length < MOST; distance += ALIGNMENT) {
    for (const other of [at - distance, at + distance]) {
      const number = tomMathNumberAt({ ...place, at: other })
      if (number?.count === count || number?.count === count - 1) found.push(number)
    }
  }
  return found
}

/** Anchors at the sizes of chunks that hold a number by which a key is found. */
export function tomMathAnchors(build: TomMathBuild, detect: Detector): Anchor[] {
  const { digits, sizeBytes, rooms, name } = build
  return rooms.map((room) => {
    const size = (room * digits.slot + sizeBytes + ALIGNMENT - 1) & -ALIGNMENT
    const rest = Array.from({ length: sizeBytes - 2 }, () => 0)
    // The highest bits of a digit are 0.
    const first = Array.from({ length: digits.slot - 1 }, () => 0)
    return {
      name: `tommath-${room}${name}`,
      pattern: Uint8Array.from([(size & 0xff) | IN_USE, size >> 8, ...rest, ...first, 0]),
      mask: Uint8Array.from([0xff & ~ARENA, 255, ...rest.map(() => 255), ...first, 0xf0]),
      detect,
      mayHold: (bytes, at) => countAt({ bytes, at, build }) > 0,
      // Of a curve of 256 bits: what is behind its digits is 0.
      alignment: sizeAlignment(sizeBytes),
      number: { from: sizeBytes, length: 32 },
      before: REACH,
      behind: REACH + MOST_BYTES,
    }
  })
}
