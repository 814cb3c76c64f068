/** Spellings of a number that an unfinished division shifted left. */
import { toBigEndian } from '@mintmark/keys/arithmetic/modular'
import {
  DIGIT_ENCODINGS,
  digitsOf,
  PYTHON_DIGITS,
} from '@mintmark/scan/known/values/digit_encodings'
import { orderedBytes } from '@mintmark/scan/known/values/encodings'
import type { Spelling } from './script_numbers.ts'

/** Place in the orders of `encodings.ts`. */
const JAVA_INT_ARRAY = 2
/** Zeros in front of {@link shiftedBytes}: shifts by eight times as many bits begin earlier. */
const LEAD_BYTES = 8

/**
 * Seven shifts of bytes, 29 of 30-bit digits; others up to a full digit. Source: `mpn_tdiv_qr`
 * (GMP), `BN_div` (OpenSSL), `mbedtls_mpi_div_mpi`, `x_divrem` (CPython), `mp_div` (LibTomMath),
 * `_wordDiv` (bn.js), `divRemTo` (jsbn), `MutableBigInteger` (OpenJDK).
 */
export function shiftedSpellings(value: bigint, bits: number): readonly Spelling[] {
  const shifted = shiftedBytes(value, Math.ceil(bits / 8) + 1)
  const limbs = shifted
    .slice(1)
    .map((bytes) => ({ encoding: 'limbs-le64-shifted', bytes: bytes.slice(LEAD_BYTES) }))
  const spellings = [...limbs, ...inJavaWords(value, bits), ...inDigits(shifted, bits)]
  for (const bytes of shifted) bytes.fill(0)
  return spellings
}

/** Shifted left by 0 to 7 bits, in `length` bytes, lowest first, zeros in front. */
function shiftedBytes(value: bigint, length: number): readonly Uint8Array[] {
  return [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n].map((shift) => {
    const bytes = new Uint8Array(LEAD_BYTES + length)
    const big = toBigEndian(value << shift, length)
    bytes.set(big, LEAD_BYTES)
    bytes.subarray(LEAD_BYTES).reverse()
    big.fill(0)
    return bytes
  })
}

function inJavaWords(value: bigint, bits: number): Spelling[] {
  const free = -bits & 31
  if (free === 0) return []
  const bytes = orderedBytes(value << BigInt(free), Math.ceil(bits / 32) * 4, JAVA_INT_ARRAY)
  return [{ encoding: 'java-int-array-shifted', bytes }]
}

function inDigits(shifted: readonly Uint8Array[], bits: number): Spelling[] {
  return DIGIT_ENCODINGS.flatMap((digits) => {
    const { name, width } = digits
    const isAny = digits === PYTHON_DIGITS || digits.coding !== 'raw'
    const shifts = isAny
      ? Array.from({ length: width - 1 }, (_, k) => k + 1)
      : [width - (bits % width), width - 1 - (bits % width)].filter((free) => free % width !== 0)
    return shifts.map((shift) => {
      const little = shifted[shift % 8]?.subarray(LEAD_BYTES - Math.floor(shift / 8))
      const bytes = digitsOf(digits, little ?? new Uint8Array(), bits + shift)
      return { encoding: `${name}-shifted`, bytes }
    })
  })
}
