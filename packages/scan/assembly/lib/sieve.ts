/**
 * Filters numbers that small primes divide, by digit sums modulo 2^k - 1. That is the product of
 * 2^(k/2) - 1 and 2^(k/2) + 1, so the halves of a sum, added or subtracted, give both.
 */

/**
 * No prime from 3 to 19 divides it, nor 29, 31, 37, 41, 43, 61, 73, 109, 113, 127, 151 or 331.
 * Reads up to 16 bytes behind, which are zero.
 */
export function isSieved(number: usize, length: i32): bool {
  const sixty = digits60(number, length)
  const less = sumOf(sixty, 30)
  if (less % 3 === 0 || less % 7 === 0 || less % 11 === 0 || less % 31 === 0) return false
  const more = differenceOf(sixty, 30)
  if (more % 5 === 0 || more % 13 === 0 || more % 41 === 0 || more % 61 === 0) return false
  if (less % 151 === 0 || less % 331 === 0) return false
  const fiftySix = digits56(number, length)
  if (differenceOf(fiftySix, 28) % 17 === 0) return false
  const seven = sumOf(fiftySix, 28)
  if (seven % 29 === 0 || seven % 43 === 0 || seven % 113 === 0 || seven % 127 === 0) return false
  const thirtySix = digits36(number, length)
  const nine = sumOf(thirtySix, 18)
  if (nine % 19 === 0 || nine % 73 === 0) return false
  const ten = differenceOf(thirtySix, 18)
  return ten % 37 !== 0 && ten % 109 !== 0
}

/** What a number of up to 60 bits is modulo 2^bits - 1, or more by a multiple of that. */
function sumOf(sum: u64, bits: u64): u32 {
  return <u32>((sum & (((1 as u64) << bits) - 1)) + (sum >> bits))
}

function differenceOf(sum: u64, bits: u64): u32 {
  const one = (1 as u64) << bits
  return <u32>((sum & (one - 1)) + one + 1 - (sum >> bits))
}

/** The sum of a number's digits of 60 bits, below 2^60 + 2^5. */
function digits60(number: usize, length: i32): u64 {
  const mask = ((1 as u64) << 60) - 1
  let low: u64 = 0
  let high: u64 = 0
  for (let k = 0; k < length; ) {
    // Fifteen digits fit beside what was carried.
    const end = min(k + 15 * 15, length)
    do {
      low += load<u64>(number + <usize>k) & mask
      high += load<u64>(number + <usize>k, 7) >> 4
      k += 15
    } while (k < end)
    low = (low & mask) + (low >> 60)
    high = (high & mask) + (high >> 60)
  }
  const both = low + high
  return (both & mask) + (both >> 60)
}

/** The sum of a number's digits of 56 bits, below 2^57. */
function digits56(number: usize, length: i32): u64 {
  const mask = ((1 as u64) << 56) - 1
  let sum: u64 = 0
  let k = 0
  do {
    sum += load<u64>(number + <usize>k) & mask
    k += 7
  } while (k < length)
  sum = (sum & mask) + (sum >> 56)
  return (sum & mask) + (sum >> 56)
}

/** The sum of a number's digits of 36 bits, below 2^37. */
function digits36(number: usize, length: i32): u64 {
  const mask = ((1 as u64) << 36) - 1
  let sum: u64 = 0
  let k = 0
  do {
    sum += (load<u64>(number + <usize>k) & mask) + ((load<u64>(number + <usize>k, 4) >> 4) & mask)
    k += 9
  } while (k < length)
  sum = (sum & mask) + (sum >> 36)
  return (sum & mask) + (sum >> 36)
}
