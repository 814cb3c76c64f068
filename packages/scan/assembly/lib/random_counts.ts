/**
 * Blocks that can be random, by counts of common bytes, of 0x80 and more, of odd bytes, and of
 * bytes equal to the one 4, 8 or 16 before. Two blocks without a byte of 0x80 and more are text. Of
 * 10^8 random blocks all but two pass.
 */

/** Common bytes of a block and those equal to the one four or eight before them, together. */
export const MOST_DULL: i32 = 7

/** 0 and 0xff. `one`: 1 in each byte. */
export function isGap(v: v128, one: v128): v128 {
  return i8x16.le_u(i8x16.add(v, one), one)
}

/**
 * A fifth of x86-64 code: REX.W (`rex`, 0x48), MOV (`move` 0x89, or 0x8b by the mask `moves` 0xfd),
 * the stack as base (`stack`, 0x24).
 */
export function isCode(v: v128, rex: v128, moves: v128, move: v128, stack: v128): v128 {
  const isMove = i8x16.eq(v128.and(v, moves), move)
  return v128.or(isMove, v128.or(i8x16.eq(v, rex), i8x16.eq(v, stack)))
}

/** The greatest distance of the counts of n bytes that half of them have, from n / 2. */
function spreadOf(n: i32): i32 {
  return <i32>sqrt<f64>(<f64>(n * 7))
}

/** The least that the counts of n random bytes can be, twice four i16. See {@link roomOfCounts}. */
export function leastCounts(n: i32): v128 {
  const half = i16x8.splat(<i16>((n >> 1) - spreadOf(n)))
  const first = i16x8.replace_lane(i16x8.replace_lane(half, 0, 0), 3, 0)
  return i64x2.shuffle(first, first, 0, 0)
}

/**
 * Upper bounds of counts of n random bytes, some five deviations off: 6 n / 256 are common, 3 n /
 * 256 equal others, half are 0x80 and more, or odd.
 */
export function roomOfCounts(n: i32): v128 {
  const spread = i16x8.splat(<i16>(2 * spreadOf(n)))
  const first = i16x8.replace_lane(spread, 0, <i16>(4 + n / 10))
  const both = i16x8.replace_lane(first, 3, <i16>(5 + n / 20))
  return i64x2.shuffle(both, both, 0, 0)
}
