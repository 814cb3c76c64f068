/**
 * Numbers in limbs of 28 bits, as kernels multiply them: see `assembly/lib/limbs.ts`.
 *
 * @module
 */

/** Two limbs. */
const PAIR_BYTES = 7

/** The lowest `count` limbs of 28 bits. */
export function limbs28(value: bigint, count: number): number[] {
  const length = Math.ceil(count / 2) * PAIR_BYTES
  const digits = value
    .toString(16)
    .slice(-2 * length)
    .padStart(2 * length, '0')
  const big = Buffer.from(digits, 'hex')
  const bytes = Buffer.from(big.toReversed().buffer)
  const limbs: number[] = []
  for (let at = 0; at < length; at += PAIR_BYTES) {
    limbs.push(bytes.readUInt32LE(at) & 0xfffffff)
    limbs.push(bytes.readUInt32LE(at + 3) >>> 4)
  }
  limbs.length = count
  bytes.fill(0)
  return limbs
}
