/**
 * Numbers in limbs of 28 bits, as kernels multiply them: see `assembly/lib/limbs.ts`.
 *
 * @module
 */

/** Hexadecimal digits of a limb. */
const DIGITS = 7

/** The lowest `count` limbs of 28 bits. */
export function limbs28(value: bigint, count: number): number[] {
  const text = value.toString(16)
  const limbs: number[] = []
  for (let end = text.length; limbs.length < count; end -= DIGITS) {
    limbs.push(end > 0 ? Number.parseInt(text.slice(Math.max(0, end - DIGITS), end), 16) : 0)
  }
  return limbs
}
