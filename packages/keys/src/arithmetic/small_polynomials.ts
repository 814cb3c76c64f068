/**
 * Finds secret polynomials of ML-KEM in 16-bit words: small after the inverse transform, by chance
 * one in 2^2000. Its first two numbers are running sums.
 */
import { isSmall, N, polynomialAt, Q, transformBack } from './ml_kem_polynomials.ts'

export const POLYNOMIAL_BYTES: number = 2 * N

/** Of all parameter sets. */
const MOST_ETA = 3
const MOST_IN_A_ROW = 4
const SAMPLE = 32
/** Least different upper bytes of a sample: of 13, 16 draws give fewer in one of 10^5. */
const LEAST_UPPERS = 5
/** Numbers below 256: 20 of those from 0 to q, 39 of those around 0, deviation 6. */
const MOST_LOW = 90
const CHUNK = 4096

/** 1 for upper bytes of numbers from −q to q. */
const IN_RANGE = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte < 14 || byte > 241))
/** 1 for what 128 times a small number can be, modulo q. */
const SMALL_SUM = smallSums()

function smallSums(): Uint8Array {
  const sums = new Uint8Array(Q)
  for (let value = -MOST_ETA; value <= MOST_ETA; value++) sums[(value * 128 + Q) % Q] = 1
  return sums
}

/** From the number before the last one: sums of every other number, and how many are low. */
const sums = new Int32Array(CHUNK + N + 2)
const lows = new Int32Array(CHUNK + N + 2)

export type Allowed = () => boolean

/**
 * Even offsets in `[from, to)`, ascending. @param shortest bytes of a run of numbers in range.
 * @param isAllowed asked before each probe of 10 µs
 */
export function smallPolynomials(
  bytes: Uint8Array,
  from: number,
  to: number,
  shortest: number,
  isAllowed: Allowed,
): readonly number[] {
  const found: number[] = []
  const first = from + (from & 1)
  const step = shortest - SAMPLE
  const last = Math.min(to + shortest, bytes.length)
  for (let at = first; at + SAMPLE <= last; at += step) {
    if (!isSample(bytes, at)) continue
    const { begin, end } = rangeAround(bytes, at, first, last)
    probeRuns(bytes, begin, Math.min(end, to + POLYNOMIAL_BYTES - 2), isAllowed, found)
    // The next sample is one behind what was gone through.
    while (at + step < end) at += step
  }
  return found
}

function isSample(bytes: Uint8Array, at: number): boolean {
  let uppers = 0
  for (let i = at + 1; i < at + SAMPLE; i += 2) {
    const upper = bytes[i] ?? 0
    if (IN_RANGE[upper] === 0) return false
    uppers |= 1 << (upper & 31)
    // Most of memory is zeros.
    if (i === at + 7 && uppers === 1) return false
  }
  let different = 0
  for (let rest = uppers; rest !== 0; rest &= rest - 1) different++
  return different >= LEAST_UPPERS
}

function rangeAround(
  bytes: Uint8Array,
  at: number,
  first: number,
  last: number,
): { readonly begin: number; readonly end: number } {
  let begin = at
  while (begin - 2 >= first && IN_RANGE[bytes[begin - 1] ?? 0] === 1) begin -= 2
  let end = at
  while (end + 2 <= last && IN_RANGE[bytes[end + 1] ?? 0] === 1) end += 2
  return { begin, end }
}

function probeRuns(
  bytes: Uint8Array,
  begin: number,
  end: number,
  isAllowed: Allowed,
  found: number[],
): void {
  for (let at = begin; at + POLYNOMIAL_BYTES <= end; at += 2 * CHUNK) {
    const numbers = Math.min(CHUNK + N - 1, (end - at) >> 1)
    sumUp(bytes, at, numbers)
    for (let i = 0; i + N <= numbers; i++) {
      if (!isLikely(i)) continue
      if (!isAllowed()) break
      const offset = at + 2 * i
      if (isSmallPolynomial(bytes, offset)) found.push(offset)
    }
  }
  sums.fill(0)
  lows.fill(0)
}

function sumUp(bytes: Uint8Array, at: number, numbers: number): void {
  sums[0] = 0
  sums[1] = 0
  lows[1] = 0
  for (let i = 0; i < numbers; i++) {
    const low = bytes[at + 2 * i] ?? 0
    const number = (((bytes[at + 2 * i + 1] ?? 0) << 24) >> 16) | low
    sums[i + 2] = (sums[i] ?? 0) + number
    lows[i + 2] = (lows[i + 1] ?? 0) + (number > -256 && number < 256 ? 1 : 0)
  }
}

/** Whether the inverse transform's first two numbers are small, from the i-th number on. */
function isLikely(i: number): boolean {
  if ((lows[i + N + 1] ?? 0) - (lows[i + 1] ?? 0) > MOST_LOW) return false
  const even = ((sums[i + N] ?? 0) - (sums[i] ?? 0)) % Q
  if (SMALL_SUM[even < 0 ? even + Q : even] === 0) return false
  const odd = ((sums[i + N + 1] ?? 0) - (sums[i + 1] ?? 0)) % Q
  return SMALL_SUM[odd < 0 ? odd + Q : odd] === 1
}

/** Whether a secret polynomial begins at `at`. Cost: 10 µs. */
export function isSmallPolynomial(bytes: Uint8Array, at: number): boolean {
  if (at < 0 || at + POLYNOMIAL_BYTES > bytes.length) return false
  const back = transformBack(polynomialAt(bytes, at))
  const isSecret = isSmall(back, MOST_ETA) && back.some((number) => number !== 0)
  back.fill(0)
  return isSecret
}

/** How many polynomials of {@link smallPolynomials} follow each other, up to four. */
export function inARow(
  bytes: Uint8Array,
  offsets: readonly number[],
  to: number,
): readonly number[] {
  const seen = new Set(offsets)
  const isSecretAt = (at: number): boolean =>
    at < to ? seen.has(at) : isSmallPolynomial(bytes, at)
  return offsets.map((at) => {
    let count = 1
    while (count < MOST_IN_A_ROW && isSecretAt(at + count * POLYNOMIAL_BYTES)) count++
    return count
  })
}
