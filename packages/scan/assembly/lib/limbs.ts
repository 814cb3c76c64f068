/** Limbs of 28 bits, lowest first, as u32: two products fit beside 254 others into a u64. */

export const LIMB_BITS: i32 = 28
export const LIMB: u64 = 0xfffffff

/** `digits` limbs of 28 bits (u32), one more where odd. 16 zeros are behind the number. */
export function limbsOf(number: usize, digits: i32, length: i32, out: usize): void {
  const end = number + <usize>length
  let to = out
  let at = number
  const last = out + ((<usize>digits) << 2)
  do {
    // Two of them are seven bytes.
    const pair = at < end ? load<u64>(at) : 0
    store<u64>(to, (pair & LIMB) | (((pair >> LIMB_BITS) & LIMB) << 32))
    to += 8
    at += 7
  } while (to < last)
}

/** Carries what is above 28 bits from each column (u64) to the next. */
export function normalise(sums: usize, from: i32, digits: i32): void {
  for (let k = from; k < digits; k++) {
    const at = sums + ((<usize>k) << 3)
    const sum = load<u64>(at)
    store<u64>(at, sum & LIMB)
    store<u64>(at, load<u64>(at, 8) + (sum >> LIMB_BITS), 8)
  }
}
