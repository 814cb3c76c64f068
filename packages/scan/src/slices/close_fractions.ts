/** How many buckets off the kernel may be. */
const OFF = 1.125

/**
 * For each of 2^16 buckets of [0, 1) whether what is taken for something in it may be just below a fraction with a denominator
 * up to 32. See `exponents` in the kernel. @module
 */
export function closeBelowFraction(): Uint8Array {
  const close = new Uint8Array(1 << 16)
  for (let denominator = 1; denominator <= 32; denominator++) {
    for (let numerator = 1; numerator <= denominator; numerator++) {
      const offset = (numerator * 65_536) / denominator
      for (let bucket = Math.ceil(offset - OFF); bucket <= offset + OFF; bucket++) {
        close[bucket & 0xffff] = 1
      }
    }
  }
  return close
}
