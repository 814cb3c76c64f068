/**
 * Spellings of a number that is shifted left: for a division, the divisor until its highest word is full and the dividend
 * with it, or while it is read piece by piece, where what is there so far ends between two digits of the whole.
 *
 * Such copies are freed without being cleared. Loading an RSA key with PyCryptodome leaves 112 of 129 bytes of q · 2^4 in
 * limbs, and 29 of 35 digits of p in Python's, of a number that had not come to its last bytes.
 *
 * Source: `mpn_tdiv_qr` of GMP, `BN_div` of OpenSSL, `mbedtls_mpi_div_mpi` (limbs), `x_divrem` of CPython, `mp_div` of
 * LibTomMath, `_wordDiv` of bn.js, `divRemTo` of jsbn (digits), `MutableBigInteger` of OpenJDK (32-bit words).
 *
 * @module
 */
import { toBigEndian } from '../arithmetic/modular.ts'
import { DIGIT_FORMS, digitBytes, PYTHON_DIGITS } from '../known/digit_forms.ts'
import { orderedBytes } from '../known/encodings.ts'
import type { Spelling } from './more_spellings.ts'

/** Place in the orders of `known/encodings.ts`. */
const JAVA_INT_ARRAY = 2

/**
 * In bytes a shift by eight more is the same one byte on, so that seven are all; so are 29 in digits of 30 bits. Other digits
 * and words shift as far as fills the highest one of a number of `bits` bits, or all but its highest bit (LibTomMath).
 */
export function shiftedSpellings(value: bigint, bits: number): readonly Spelling[] {
  return [...inLimbs(value, bits), ...inJavaWords(value, bits), ...inDigits(value, bits)]
}

function inLimbs(value: bigint, bits: number): Spelling[] {
  const length = Math.ceil(bits / 8) + 1
  return [1n, 2n, 3n, 4n, 5n, 6n, 7n].map((shift) => {
    const big = toBigEndian(value << shift, length)
    const bytes = Uint8Array.from(big.toReversed())
    big.fill(0)
    return { form: 'limbs-le64-shifted', bytes }
  })
}

function inJavaWords(value: bigint, bits: number): Spelling[] {
  const free = -bits & 31
  if (free === 0) return []
  const bytes = orderedBytes(value << BigInt(free), Math.ceil(bits / 32) * 4, JAVA_INT_ARRAY)
  return [{ form: 'java-int-array-shifted', bytes }]
}

function inDigits(value: bigint, bits: number): Spelling[] {
  return DIGIT_FORMS.flatMap((digits) => {
    const { form, width } = digits
    const shifts =
      digits === PYTHON_DIGITS
        ? Array.from({ length: width - 1 }, (_, k) => k + 1)
        : [width - (bits % width), width - 1 - (bits % width)].filter((free) => free % width !== 0)
    return shifts.map((shift) => ({
      form: `${form}-shifted`,
      bytes: digitBytes(digits, value << BigInt(shift), bits + shift),
    }))
  })
}
