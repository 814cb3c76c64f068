/**
 * Numbers whose words do not use all their bits: arrays of digits, lowest first. Source: CPython
 * `Include/cpython/longintrepr.h` (30, 15 bits), Go `crypto/internal/bigmod` before 1.21 (63),
 * bn.js (26) and jsbn (28) in V8, LibTomMath `tommath.h` (60; 28 on 32-bit machines), 51- and
 * 52-bit limbs of field and RNS code.
 */
import { bitLength, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { DigitShape } from '../../slices/conjugate.ts'

/** How a digit is in its word: `raw`, V8's small integers, or doubles. */
export type DigitCoding = 'raw' | 'smi-high' | 'smi-doubled' | 'double'

export interface DigitEncoding {
  readonly name: string
  readonly width: number
  readonly slot: 2 | 4 | 8
  readonly coding: DigitCoding
  /** The higher 32 bits of the least digit that has one of its eight highest bits. */
  readonly leastHigh: number
}

function digits(
  name: string,
  width: number,
  slot: DigitEncoding['slot'],
  coding: DigitCoding = 'raw',
): DigitEncoding {
  const least = wordOfDigit({ coding }, 1n << BigInt(width - 8)) << BigInt(64 - slot * 8)
  return { name, width, slot, coding, leastHigh: Number(least >> 32n) }
}

export const PYTHON_DIGITS: DigitEncoding = digits('python-digits-30', 30, 4)

export const TOMMATH_DIGITS: DigitEncoding = digits('limbs-60', 60, 8)

export const DIGIT_ENCODINGS: readonly DigitEncoding[] = [
  PYTHON_DIGITS,
  digits('digits-28', 28, 4),
  digits('digits-26', 26, 4),
  digits('jsbn-smi-28-compressed', 28, 4, 'smi-doubled'),
  digits('bn-js-smi-26-compressed', 26, 4, 'smi-doubled'),
  digits('go-limbs-63', 63, 8),
  TOMMATH_DIGITS,
  digits('limbs-52', 52, 8),
  digits('limbs-51', 51, 8),
  digits('jsbn-smi-28', 28, 8, 'smi-high'),
  digits('bn-js-smi-26', 26, 8, 'smi-high'),
  digits('jsbn-double-28', 28, 8, 'double'),
  digits('bn-js-double-26', 26, 8, 'double'),
]

/** CPython built for 32 bits. Too weak to be searched for without the value. */
export const NARROW_DIGITS: DigitEncoding = digits('python-digits-15', 15, 2)

export function wordOfDigit({ coding }: Pick<DigitEncoding, 'coding'>, digit: bigint): bigint {
  if (coding === 'smi-high') return digit << 32n
  if (coding === 'smi-doubled') return digit << 1n
  if (coding === 'raw') return digit
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Number(digit))
  return view.getBigUint64(0)
}

function digitOfWord({ coding, width }: DigitEncoding, word: bigint): bigint | undefined {
  if (word >> 63n !== 0n) return undefined
  let digit = word
  if (coding === 'smi-high') digit = (word & 0xffffffffn) === 0n ? word >> 32n : -1n
  else if (coding === 'smi-doubled') digit = (word & 1n) === 0n ? word >> 1n : -1n
  else if (coding === 'double') digit = digitOfDouble(word)
  return digit >= 0n && digit >> BigInt(width) === 0n ? digit : undefined
}

function digitOfDouble(word: bigint): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, word)
  const value = view.getFloat64(0)
  return Number.isSafeInteger(value) ? BigInt(value) : -1n
}

export function digitCount(encoding: DigitEncoding, bits: number): number {
  return Math.ceil(bits / encoding.width)
}

/** The digits of a number, as they are in memory. `bits`: of its field, leading zeros included. */
export function digitBytes(encoding: DigitEncoding, value: bigint, bits: number): Uint8Array {
  const big = toBigEndian(value, Math.ceil(bits / 8))
  const little = big.toReversed()
  const bytes = digitsOf(encoding, little, bits)
  big.fill(0)
  little.fill(0)
  return bytes
}

export function digitsOf(encoding: DigitEncoding, little: Uint8Array, bits: number): Uint8Array {
  const count = digitCount(encoding, bits)
  const bytes = new Uint8Array(count * encoding.slot)
  digitsInto(new DataView(bytes.buffer), encoding, little, count)
  return bytes
}

export function digitsInto(
  view: DataView,
  { width, slot, coding }: DigitEncoding,
  little: Uint8Array,
  count: number,
): void {
  for (let k = 0; k < count; k++) {
    const low = bitsAt(little, k * width, Math.min(width, 32))
    const at = k * slot
    if (coding === 'double') view.setFloat64(at, low, true)
    else if (coding === 'smi-high') {
      view.setUint32(at, 0, true)
      view.setUint32(at + 4, low, true)
    } else if (coding === 'smi-doubled') view.setUint32(at, low * 2, true)
    else if (slot === 2) view.setUint16(at, low, true)
    else {
      view.setUint32(at, low, true)
      if (width > 32) view.setUint32(at + 4, bitsAt(little, k * width + 32, width - 32), true)
    }
  }
}

function bitsAt(little: Uint8Array, from: number, count: number): number {
  const at = from >>> 3
  const shift = from & 7
  // Four bytes hold all but the highest of them, wherever in the first of those they begin.
  const low =
    (little[at] ?? 0) |
    ((little[at + 1] ?? 0) << 8) |
    ((little[at + 2] ?? 0) << 16) |
    ((little[at + 3] ?? 0) << 24)
  const high = shift === 0 ? 0 : (little[at + 4] ?? 0) << (32 - shift)
  const bits = (low >>> shift) | high
  return count === 32 ? bits >>> 0 : bits & ((1 << count) - 1)
}

/** The number whose `count` digits begin at `at`, or undefined where one of them is no digit. */
export function digitsAt(
  encoding: DigitEncoding,
  bytes: Uint8Array,
  at: number,
  count: number,
): bigint | undefined {
  if (at + count * encoding.slot > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, count * encoding.slot)
  let binary = ''
  for (let k = count - 1; k >= 0; k--) {
    const word = encoding.slot === 8 ? view.getBigUint64(k * 8, true) : wordAt(encoding, view, k)
    const digit = digitOfWord(encoding, word)
    if (digit === undefined) return undefined
    binary += digit.toString(2).padStart(encoding.width, '0')
  }
  return BigInt(`0b${binary}`)
}

function wordAt({ slot }: DigitEncoding, view: DataView, index: number): bigint {
  return BigInt(slot === 4 ? view.getUint32(index * 4, true) : view.getUint16(index * 2, true))
}

/** More random digits with eight high zero bits (and one in 16): one number of 10^7 at most. */
const MOST_SMALL = 4
/** Of 80 random digits of 26 bits, three repeat in less than one number of 10^10. */
const MOST_REPEATED = 2

/** Whether digits can be random, and not counters, offsets, pointers, or text. */
export function areRandomDigits(
  encoding: DigitEncoding,
  bytes: Uint8Array,
  at: number,
  count: number,
): boolean {
  const { slot, width } = encoding
  if (areSmallDigits(encoding, bytes, at, count)) return false
  const seen = new Set<number>()
  for (let k = 1; k < count; k++) seen.add(highWord(bytes, at + k * slot - 4))
  if (seen.size < count - 1 - MOST_REPEATED) return false
  // Of other digits some bits of each word are none of the number.
  return width < 63 || isRandomLookingAt(bytes, at, (count - 1) * slot)
}

function areSmallDigits(
  encoding: DigitEncoding,
  bytes: Uint8Array,
  at: number,
  count: number,
): boolean {
  let left = MOST_SMALL + (count >> 4)
  for (let k = 1; k < count && left >= 0; k++) {
    if (highWord(bytes, at + k * encoding.slot - 4) < encoding.leastHigh) left--
  }
  return left < 0
}

function highWord(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  return (low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
}

export function digitShape(encoding: DigitEncoding, bits: number): DigitShape {
  const slots = digitCount(encoding, bits)
  const topBits = bits - (slots - 1) * encoding.width
  const greatest = (width: number): bigint => wordOfDigit(encoding, (1n << BigInt(width)) - 1n)
  return {
    digitKind: digitKind(encoding),
    slots,
    low: wordOfDigit(encoding, 1n),
    high: greatest(topBits),
    // The second digit of one number in 65,536 is less than this.
    second: wordOfDigit(encoding, 1n << BigInt(encoding.width - 16)),
    least: wordOfDigit(encoding, 1n),
    large: wordOfDigit(encoding, 1n << BigInt(encoding.width - 4)),
    most: greatest(encoding.width),
    // Eight bits below the top one; of a double, eight of its mantissa.
    shift: encoding.coding === 'double' ? 44 : bitLength(greatest(encoding.width)) - 8,
  }
}

/** See `map_digits` in the kernel. */
function digitKind({ slot, coding }: DigitEncoding): 0 | 1 | 2 | 3 {
  if (slot !== 8) return 0
  if (coding === 'smi-high') return 2
  return coding === 'double' ? 3 : 1
}
