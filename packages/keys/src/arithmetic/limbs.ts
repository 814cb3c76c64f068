/** Numbers in limbs of 28 bits, as kernels multiply them: see `assembly/lib/limbs.ts`. */

const PAIR_BYTES = 7

export function limbs28(value: bigint, count: number): number[] {
  const length = Math.ceil(count / 2) * PAIR_BYTES
  const digits = value
    .toString(16)
    .slice(-2 * length)
    .padStart(2 * length, '0')
  const bytes = Buffer.from(digits, 'hex')
  const limbs: number[] = []
  // The last bytes are the lowest; the two of a pair share one.
  for (let at = length - PAIR_BYTES; at >= 0; at -= PAIR_BYTES) {
    limbs.push(bytes.readUInt32BE(at + 3) & 0xfffffff)
    limbs.push(bytes.readUInt32BE(at) >>> 4)
  }
  limbs.length = count
  return limbs
}
