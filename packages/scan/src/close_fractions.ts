/**
 * What is just below a fraction with a small denominator, for the kernel of exponents.
 *
 * @module
 */

/**
 * 1 for each of 2^16 buckets of [0, 1), or 0: whether a fraction with a denominator up to 32 is in it or right above it.
 * See `exponents` in the kernel.
 */
export function closeBelowFraction(): Uint8Array {
  const close = new Uint8Array(1 << 16)
  for (let denominator = 1; denominator <= 32; denominator++) {
    for (let numerator = 1; numerator <= denominator; numerator++) {
      const bucket = Math.floor((numerator * 65_536) / denominator)
      close[bucket - 1] = 1
      close[bucket & 0xffff] = 1
    }
  }
  return close
}
