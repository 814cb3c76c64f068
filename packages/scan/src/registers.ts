/**
 * The vector registers of threads, as an ELF core of x86-64 keeps them: the lower halves of all in one place, the upper
 * ones in another, so that what was copied by them is in one piece nowhere.
 *
 * Source: Intel's Software Developer's Manual, volume 1, 13.4 and 13.5 (the area of XSAVE); NT_X86_XSTATE of Linux.
 *
 * @module
 */
import type { ByteSource, Range } from '@mintmark/dump'
import { isRandomLooking } from './random_looking.ts'
import type { Run } from './scan_plan.ts'

const NAME = Buffer.from('LINUX\0\0\0')
const NT_X86_XSTATE = 0x202
/** Length of the name, length of what follows, type. */
const HEAD_BYTES = 12
/** Lower and upper halves of 16 registers, from the begin of the area. */
const LOWER = 160
const UPPER = 576
const HALF = 16
const REGISTERS = 16
/** Bytes of a secret of the usual curves. */
const SECRET = 32
/** Bytes of notes that are read, and places that are kept: of a thousand threads. */
const MOST_READ = 8 << 20
const MOST_PLACES = 4096

/**
 * Where 32 bytes lie in registers that look like a secret: in one piece, or in two. In order of the notes, at most 4096.
 *
 * Cost: one pass over what describes the dump.
 */
export function secretsInRegisters(
  runs: readonly Run[],
  source: ByteSource,
): readonly (readonly Range[])[] {
  const found: (readonly Range[])[] = []
  let left = MOST_READ
  for (const { offset, length, address } of runs) {
    // Notes are no memory.
    if (address !== undefined || length > left) continue
    left -= length
    const bytes = Buffer.alloc(length)
    const held = source.read(offset, bytes)
    for (const area of areasIn(bytes.subarray(0, held))) {
      for (const parts of placesOf(area)) {
        if (found.length < MOST_PLACES && isLikely(bytes, parts)) {
          found.push(parts.map((part) => ({ offset: offset + part.offset, length: part.length })))
        }
      }
    }
    bytes.fill(0)
  }
  return found
}

/** What registers were saved to, one a thread. */
function* areasIn(notes: Buffer): Generator<Range> {
  for (let at = notes.indexOf(NAME); at >= 0; at = notes.indexOf(NAME, at + 1)) {
    if (at < HEAD_BYTES || notes.readUInt32LE(at - 4) !== NT_X86_XSTATE) continue
    const offset = at + NAME.length
    const length = notes.readUInt32LE(at - 8)
    if (length > UPPER && offset + length <= notes.length) yield { offset, length }
  }
}

/** Each 32 bytes at a multiple of 16, and each register of 256 bits. */
function* placesOf({ offset, length }: Range): Generator<readonly Range[]> {
  for (let at = 0; at + SECRET <= length; at += HALF)
    yield [{ offset: offset + at, length: SECRET }]
  for (let i = 0; i < REGISTERS && UPPER + (i + 1) * HALF <= length; i++) {
    yield [LOWER, UPPER].map((half) => ({ offset: offset + half + i * HALF, length: HALF }))
  }
}

function isLikely(bytes: Uint8Array, parts: readonly Range[]): boolean {
  const joined = new Uint8Array(SECRET)
  let at = 0
  for (const { offset, length } of parts) {
    joined.set(bytes.subarray(offset, offset + length), at)
    at += length
  }
  const isSecret = isRandomLooking(joined)
  joined.fill(0)
  return isSecret
}
