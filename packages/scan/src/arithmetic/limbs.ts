/**
 * Numbers in limbs of 28 bits, as kernels multiply them: see `assembly/lib/limbs.ts`.
 *
 * @module
 */

/** The lowest `count` limbs of 28 bits. */
export function limbs28(value: bigint, count: number): number[] {
  const limbs: number[] = []
  let rest = value
  for (let j = 0; j < count; j++) {
    limbs.push(Number(rest & 0xfffffffn))
    rest >>= 28n
  }
  return limbs
}
