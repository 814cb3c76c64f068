/**
 * Vector registers of threads in an ELF core of x86-64: lower and upper halves are apart, so a
 * copied secret is in one piece nowhere. Source: Intel's Software Developer's Manual, volume 1,
 * 13.4 and 13.5 (the area of XSAVE).
 */
import type { ByteSource, Range } from '@mintmark/dump'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'

const LOWER = 160
const UPPER = 576
const HALF = 16
const REGISTERS = 16
/** Registers are of so many bytes, or of a multiple of them. */
export const UNIT: number = HALF
/** AVX-512: begins of upper halves by least area length. Intel's areas have room for MPX. */
const UPPERMOST = [
  { least: 2688, at: 1152 },
  { least: 2432, at: 896 },
] as const
const UPPERMOST_BYTES = 32
const SECRET = 32
/** Bytes that are read, and offsets that are kept: of a thousand threads. */
const MOST_READ = 8 << 20
const MOST_OFFSETS = 4096

/** In one piece, or in two. In order of `areas` (one a thread), at most 4096. */
export function secretsInRegisters(
  areas: readonly Range[],
  source: ByteSource,
): readonly (readonly Range[])[] {
  const found: (readonly Range[])[] = []
  let left = MOST_READ
  for (const { offset, length } of areas) {
    if (length <= UPPER || length > left) continue
    left -= length
    const bytes = Buffer.alloc(length)
    const present = source.read(offset, bytes)
    for (const parts of offsetsOf(present)) {
      if (found.length < MOST_OFFSETS && isLikely(bytes, parts)) found.push(movedBy(parts, offset))
    }
    bytes.fill(0)
  }
  return found
}

/** Each 32 bytes at a multiple of 16, and each 256-bit register, in an area of so many bytes. */
function* offsetsOf(length: number): Generator<readonly Range[]> {
  for (let at = 0; at + SECRET <= length; at += HALF) yield [{ offset: at, length: SECRET }]
  for (let i = 0; i < REGISTERS && UPPER + (i + 1) * HALF <= length; i++) yield halvesOf(i)
}

const halvesOf = (register: number): readonly Range[] =>
  [LOWER, UPPER].map((half) => ({ offset: half + register * HALF, length: HALF }))

/** `contents` in one piece, and the parts of XSAVE `areas`. Some bytes are in both. */
export function registerRanges(
  areas: readonly Range[],
  contents: readonly Range[],
): readonly (readonly Range[])[] {
  const apart = areas.flatMap(({ offset, length }) =>
    length < UPPER + REGISTERS * HALF
      ? []
      : Array.from({ length: REGISTERS }, (_, i) => movedBy(partsOf(i, length), offset)),
  )
  return [...apart, ...contents.map((range) => [range])]
}

function partsOf(register: number, length: number): readonly Range[] {
  const halves = halvesOf(register)
  const uppermost = UPPERMOST.find(({ least }) => length >= least)
  if (uppermost === undefined) return halves
  const offset = uppermost.at + register * UPPERMOST_BYTES
  return [...halves, { offset, length: UPPERMOST_BYTES }]
}

const movedBy = (parts: readonly Range[], by: number): readonly Range[] =>
  parts.map(({ offset, length }) => ({ offset: by + offset, length }))

function isLikely(bytes: Uint8Array, parts: readonly Range[]): boolean {
  const joined = Buffer.concat(
    parts.map(({ offset, length }) => bytes.subarray(offset, offset + length)),
  )
  const isSecret = isRandomLooking(joined)
  joined.fill(0)
  return isSecret
}
