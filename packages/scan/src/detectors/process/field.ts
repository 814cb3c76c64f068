/** The notation of rows of layouts: fields of a structure, and checks of their content. @module */
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Memory, Pointed } from '../../anchors/detected.ts'
import { numberAt, pointerAt } from '../../known/objects/openssl_numbers.ts'

/** A structure: offsets of fields count from `at`, and `base` is where `bytes` begin in the window. */
export interface Location {
  readonly bytes: Uint8Array
  readonly at: number
  readonly base: number
  readonly memory: Memory | undefined
  readonly budget: WorkBudget
}

/** Bytes of a structure, or that it leads to; undefined where they are not there. */
export type Field = (location: Location) => Pointed | undefined
export type Check = (location: Location) => boolean

export const inline =
  (from: number, length: number): Field =>
  ({ bytes, at, base }) => {
    const begin = at + from
    if (begin < 0 || begin + length > bytes.length) return undefined
    return { bytes: bytes.subarray(begin, begin + length), offset: base + begin }
  }

/** A field of the memory that the pointer at `from` leads to. At least `length` bytes of it must be in the dump. */
export const pointed =
  (from: number, length: number, field: Field = inline(0, length)): Field =>
  ({ bytes, at, memory, budget }) => {
    const address = addressAt(bytes, at + from)
    const there = address === undefined ? undefined : memory?.at(address, length)
    return there && field({ bytes: there.bytes, at: 0, base: there.offset, memory, budget })
  }

/** The limbs of the BIGNUM of OpenSSL to which a pointer leads. */
export const bignum =
  (from: number, mostLimbs: number): Field =>
  ({ bytes, at, memory }) =>
    memory && numberAt(memory, pointerAt(bytes, at + from), mostLimbs)

/** The word at `at`, if a process of 64 bits can have it as an address, whatever it is a multiple of. */
export function addressAt(bytes: Uint8Array, at: number): bigint | undefined {
  if (at < 0 || at + 8 > bytes.length || bytes[at + 7] !== 0 || bytes[at + 6] !== 0)
    return undefined
  return new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true)
}

/** Whether bytes are there, in hex with blanks; `??` is any byte. */
export function spelled(from: number, pattern: string): Check {
  const wanted = pattern.split(' ').map((part) => (part === '??' ? -1 : Number.parseInt(part, 16)))
  return ({ bytes, at }) => wanted.every((byte, i) => byte < 0 || bytes[at + from + i] === byte)
}

/** A byte and zeros above it: a number of so many bytes. */
export const numbered = (from: number, value: number, length: number): Check =>
  spelled(from, `${value.toString(16)}${' 0'.repeat(length - 1)}`)

export const all =
  (...checks: readonly Check[]): Check =>
  (location) =>
    checks.every((check) => check(location))

export const same =
  (one: Field, other: Field): Check =>
  (location) => {
    const [a, b] = [one(location), other(location)]
    return a !== undefined && b !== undefined && Buffer.compare(a.bytes, b.bytes) === 0
  }

export const random =
  (field: Field): Check =>
  (location) => {
    const found = field(location)
    return found !== undefined && isRandomLooking(found.bytes, location.budget)
  }

/** As RFC 7748 has a scalar of 32 bytes: one of 32 random numbers is so. */
export const isClamped =
  (from: number): Check =>
  ({ bytes, at }) =>
    ((bytes[at + from] ?? 1) & 7) === 0 && (bytes[at + from + 31] ?? 0) >> 6 === 1
