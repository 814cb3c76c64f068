/** Of so many words of a number so many may be dull: zero, small, or like the one before. */
function mostDull(slots: i32): i32 {
  return 4 + (slots >> 2)
}

/**
 * Whether all `slots` 4-byte words are zero or in [least, most], and few are dull: zero, equal to
 * the last from bit `shift` on, or below `large`, as one in 16 digits.
 */
export function isNumber(
  at: usize,
  slots: i32,
  least: u64,
  large: u64,
  most: u64,
  shift: u64,
): bool {
  const none = i32x4.splat(0)
  let dull = 0
  // Before the first word there is none: it is like a word of zeros where it is small.
  let before = i32x4.replace_lane(v128.load(at - 4), 0, 0)
  for (let k = 0; k < slots; k += 4) {
    const here = at + ((<usize>k) << 2)
    const v = v128.load(here)
    const outside = v128.or(
      v128.andnot(i32x4.lt_u(v, i32x4.splat(<i32>least)), i32x4.eq(v, none)),
      i32x4.gt_u(v, i32x4.splat(<i32>most)),
    )
    const small = i32x4.lt_u(v, i32x4.splat(<i32>large))
    const alike = i32x4.eq(i32x4.shr_u(v128.xor(v, before), <i32>shift), none)
    // Of the last four words some may be none of the number.
    const own = slots - k < 4 ? (1 << (slots - k)) - 1 : 15
    if ((i32x4.bitmask(outside) & own) !== 0) return false
    dull += popcnt(i32x4.bitmask(v128.or(small, alike)) & own)
    if (dull > mostDull(slots)) return false
    before = v128.load(here + 12)
  }
  return true
}

/** The same of words of 8 bytes, two at a time; `least`, `large` and `most` are below 2^63. */
export function isWideNumber(
  at: usize,
  slots: i32,
  least: u64,
  large: u64,
  most: u64,
  shift: u64,
): bool {
  const none = i64x2.splat(0)
  let dull = 0
  // Before the first word there is none: it is like a word of zeros where it is small.
  let before = i64x2.replace_lane(v128.load(at - 8), 0, 0)
  for (let k = 0; k < slots; k += 2) {
    const here = at + ((<usize>k) << 3)
    const v = v128.load(here)
    const outside = v128.or(
      v128.and(i64x2.lt_s(v, i64x2.splat(least)), i64x2.ne(v, none)),
      i64x2.gt_s(v, i64x2.splat(most)),
    )
    const small = i64x2.lt_s(v, i64x2.splat(large))
    const alike = i64x2.eq(i64x2.shr_u(v128.xor(v, before), <i32>shift), none)
    // Of the last two words the second may be none of the number.
    const own = k + 1 < slots ? 3 : 1
    if ((i64x2.bitmask(outside) & own) !== 0) return false
    dull += popcnt(i64x2.bitmask(v128.or(small, alike)) & own)
    if (dull > mostDull(slots)) return false
    before = v128.load(here + 8)
  }
  return true
}
