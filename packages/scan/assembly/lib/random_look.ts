/**
 * Tells blocks of 16 bytes that can be part of a random number from those that cannot.
 *
 * What is known of a block is kept (`stats`, a u64 a block, 0 before it was looked at): four counts of 16 bits, of
 * bytes that memory has more often than chance, of bytes of 0x80 and more, of odd bytes, and of bytes equal to the one
 * four or eight before them, the latter with {@link SEEN}.
 */

const SEEN: u64 = (1 as u64) << 63
const MOST_COMMON: u64 = 6
const MOST_EQUAL: u64 = 6

/** What is known of block `b`. Reads 8 bytes before it. */
export function statOf(ptr: usize, stats: usize, b: i32): u64 {
  const place = stats + ((<usize>b) << 3)
  const known = load<u64>(place)
  if (known !== 0) return known
  const at = ptr + ((<usize>b) << 4)
  const v = v128.load(at)
  const common = i8x16.bitmask(v128.or(isGap(v), isCode(v)))
  const equal = v128.or(i8x16.eq(v, v128.load(at - 8)), i8x16.eq(v, v128.load(at - 4)))
  const stat: u64 =
    <u64>popcnt(common) |
    ((<u64>popcnt(i8x16.bitmask(v))) << 16) |
    ((<u64>popcnt(i8x16.bitmask(i8x16.shl(v, 7)))) << 32) |
    ((<u64>popcnt(i8x16.bitmask(equal))) << 48) |
    SEEN
  store<u64>(place, stat)
  return stat
}

/** 0 and 0xff. */
function isGap(v: v128): v128 {
  return i8x16.le_u(i8x16.add(v, i8x16.splat(1)), i8x16.splat(1))
}

/** What a fifth of the code of x86-64 is: REX.W, MOV to and from memory, the stack as its base. */
function isCode(v: v128): v128 {
  // 0x89 and 0x8b differ in one bit.
  const move = i8x16.eq(v128.and(v, i8x16.splat(<i8>0xfd)), i8x16.splat(<i8>0x89))
  return v128.or(move, v128.or(i8x16.eq(v, i8x16.splat(0x48)), i8x16.eq(v, i8x16.splat(0x24))))
}

/** Whether a block can be part of a random number: of 10^8 that are, all but one can. */
export function isRandomBlock(stat: u64): bool {
  return (stat & 0xffff) <= MOST_COMMON && (stat & ~SEEN) >> 48 <= MOST_EQUAL
}

/**
 * Whether n bytes, whose blocks' counts add up to `sum`, can be random: bounds some five standard deviations off.
 *
 * Of n random bytes 6 n / 256 are common, n / 128 equal one of two others, and half are 0x80 and more, or odd.
 */
export function isRandomSum(sum: u64, n: i32): bool {
  if (<i32>(sum & 0xffff) > 4 + n / 10) return false
  if (<i32>((sum >> 48) & 0x7fff) > 4 + n / 24) return false
  const highs = <i32>((sum >> 16) & 0xffff) - (n >> 1)
  const odds = <i32>((sum >> 32) & 0xffff) - (n >> 1)
  return <i64>highs * <i64>highs <= <i64>n * 7 && <i64>odds * <i64>odds <= <i64>n * 7
}
