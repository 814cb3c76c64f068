/**
 * Tells numbers that small primes divide.
 */

/**
 * Whether none of 3, 5, 7, 11, 13, 17, 29, 31, 41, 43, 113 and 127 divides the number: each divides 2^48 - 1, 2^40 - 1 or
 * 2^56 - 1, so that its digits of six, five or seven bytes are added up. Reads up to 7 bytes behind, which are zero.
 */
export function isSieved(number: usize, length: i32): bool {
  const six = <u32>(digitSum(number, length, 6) % 23205)
  if (six % 3 === 0 || six % 5 === 0 || six % 7 === 0 || six % 13 === 0 || six % 17 === 0) {
    return false
  }
  const five = <u32>(digitSum(number, length, 5) % 13981)
  if (five % 11 === 0 || five % 31 === 0 || five % 41 === 0) return false
  const seven = <u32>(digitSum(number, length, 7) % 17895697)
  return seven % 29 !== 0 && seven % 43 !== 0 && seven % 113 !== 0 && seven % 127 !== 0
}

/** The sum of a number's digits of so many bytes. */
function digitSum(number: usize, length: i32, width: i32): u64 {
  const mask = ((1 as u64) << ((<u64>width) << 3)) - 1
  let sum: u64 = 0
  for (let k = 0; k < length; k += width) sum += load<u64>(number + <usize>k) & mask
  return sum
}
