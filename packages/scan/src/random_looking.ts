/**
 * Tells bytes that may be a secret from text, tables and padding.
 *
 * @module
 */
import { charge } from './effort.ts'

/**
 * Whether `bytes` could come from a random generator: about as many different values as chance gives, no long run of one,
 * and not mostly printable. Of 10^8 random secrets of 32 bytes, fewer than one fails.
 */
export function isRandomLooking(bytes: Uint8Array): boolean {
  const { length } = bytes
  charge(200 + 3 * length)
  const seen = new Uint8Array(256)
  let different = 0
  let printable = 0
  let longestRun = 0
  let run = 0
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0
    if (seen[byte] === 0) different++
    seen[byte] = 1
    if (byte >= 0x20 && byte < 0x7f) printable++
    run = byte === bytes[i - 1] ? run + 1 : 1
    longestRun = Math.max(longestRun, run)
  }
  return different >= leastDifferent(length) && printable <= mostPrintable(length) && longestRun < 6
}

/** Of what chance gives; the deviation is 4 % of it and less. */
const LEAST_SHARE = 0.72

function leastDifferent(length: number): number {
  return Math.floor(256 * (1 - (255 / 256) ** length) * LEAST_SHARE)
}

/** Chance gives 37 %. */
const MOST_PRINTABLE = 0.85

function mostPrintable(length: number): number {
  return Math.ceil(length * MOST_PRINTABLE)
}
