/**
 * Spellings of a number that is shifted left: for a division, the divisor until its highest word is full and the dividend
 * with it, or while it is read piece by piece, where what is there so far ends between two digits of the whole. Such
 * copies are freed without being cleared. Loading an RSA key with PyCryptodome leaves 112 of 129 bytes of q · 2^4 in
 * limbs, and 29 of 35 digits of p in Python's, of a number that had not come to its last bytes. Source: `mpn_tdiv_qr` of
 * GMP, `BN_div` of OpenSSL, `mbedtls_mpi_div_mpi` (limbs), `x_divrem` of CPython, `mp_div` of LibTomMath, `_wordDiv` of
 * bn.js, `divRemTo` of jsbn (digits), `MutableBigInteger` of OpenJDK (32-bit words).
 */
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

/**
 * In bytes a shift by eight more is the same one byte on, so that seven are all; so are 29 in digits of 30 bits. So they are
 * in V8's numbers: jsbn and bn.js shift the dividend as far as its divisor, whatever that is. Other digits and words shift as
 * far as fills the highest one of a number of `bits` bits, or all but its highest bit (LibTomMath).
 */
export function shiftedSpellings(value: bigint, bits: number): readonly Spelling[] {
  const shifted = shiftedBytes(value, Math.ceil(bits / 8) + 1)
  const spellings = [...inLimbs(shifted), ...inJavaWords(value, bits), ...inDigits(shifted, bits)]
  for (const bytes of shifted) bytes.fill(0)
  return spellings
}

/** Zeros in front of {@link shiftedBytes}: shifts by eight times as many bits begin earlier. */
const LEAD_BYTES = 8

/** A number shifted left by none to seven bits, in `length` bytes, lowest first, with zeros in front. */
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

function inLimbs(shifted: readonly Uint8Array[]): Spelling[] {
  return shifted
    .slice(1)
    .map((bytes) => ({ form: 'limbs-le64-shifted', bytes: bytes.slice(LEAD_BYTES) }))
}

function inJavaWords(value: bigint, bits: number): Spelling[] {
  const free = -bits & 31
  if (free === 0) return []
  const bytes = orderedBytes(value << BigInt(free), Math.ceil(bits / 32) * 4, JAVA_INT_ARRAY)
  return [{ form: 'java-int-array-shifted', bytes }]
}

function inDigits(shifted: readonly Uint8Array[], bits: number): Spelling[] {
  return DIGIT_ENCODINGS.flatMap((digits) => {
    const { form, width } = digits
    const shifts =
      digits === PYTHON_DIGITS || digits.coding !== 'raw'
        ? Array.from({ length: width - 1 }, (_, k) => k + 1)
        : [width - (bits % width), width - 1 - (bits % width)].filter((free) => free % width !== 0)
    return shifts.map((shift) => {
      const little = shifted[shift % 8]?.subarray(LEAD_BYTES - Math.floor(shift / 8))
      return {
        form: `${form}-shifted`,
        bytes: digitsOf(digits, little ?? new Uint8Array(), bits + shift),
      }
    })
  })
}
