/** Numbers just below a fraction with a small denominator, for the kernel of exponents. @module */
/** How many buckets off the kernel may be. */
const OFF = 1.125

/**
 * For each of 2^16 buckets of [0, 1) the denominator, up to 32, of the fraction that what is taken for something in it may be
 * just below, or 0: no two are that near. See `exponents` in the kernel.
 */
export function closeBelowFraction(): Uint8Array {
  const close = new Uint8Array(1 << 16)
  // The last that writes a bucket has the least denominator.
  for (let denominator = 32; denominator >= 1; denominator--) {
    for (let numerator = 1; numerator <= denominator; numerator++) {
      const place = (numerator * 65_536) / denominator
      for (let bucket = Math.ceil(place - OFF); bucket <= place + OFF; bucket++) {
        close[bucket & 0xffff] = denominator
      }
    }
  }
  return close
}
