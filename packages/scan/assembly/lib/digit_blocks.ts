/**
 * Kinds of one-digit words that a block of 16 bytes can contain: block `b` of the slice at `ptr`.
 * Reads 16 bytes before the slice and behind each block.
 */

// Kinds of words that hold a digit each, in the order of their numbers.
export const NARROW: i32 = 1 // u32 below 2^30
export const WIDE: i32 = 2 // u64 below 2^63
export const HIGH: i32 = 4 // u64 with a digit in its upper half alone
export const DOUBLE: i32 = 8 // doubles of whole numbers below 2^28

/** Upper halves of pointers are below, and of digits of the fewest bits one in 64. */
const SMALL_BITS: i32 = 20

// Traits of a block: kinds that its words can be of, and what counts beside others.
const LARGE: i32 = 16 // a word of eight bytes is no pointer
const SMALL: i32 = 32 // half of the words of four bytes are small
export const TEXT: i32 = 64 // no byte of 0x80 and more
/** From here on the result of {@link dullWords}. */
const DULL_SHIFT: i32 = 7

export function traitsBefore(ptr: usize, b: i32): i32 {
  return b === 0 ? 0 : traitsAt(ptr, b - 1)
}

export function traitsAt(ptr: usize, b: i32): i32 {
  const v = v128.load(ptr + ((<usize>b) << 4))
  const highs = i8x16.bitmask(v)
  const large = hasLarge(v) ? LARGE : 0
  const small = hasSmall(v) ? SMALL : 0
  const text = highs === 0 ? TEXT : 0
  return large | small | text | (dullWords(v) << DULL_SHIFT) | wordsOf(v, highs)
}

/** Kinds that all words of a block can be of. `highs`: a bit for each byte of 0x80 and more. */
function wordsOf(v: v128, highs: i32): i32 {
  // No word of eight bytes has its top bit.
  if ((highs & TOPS) !== 0) return 0
  let kinds = WIDE
  if (!v128.any_true(i32x4.shr_u(v, 30))) kinds |= NARROW
  // Shifts need no constants: of the low 24 bits, and of the low 32.
  if (v128.any_true(i64x2.shl(v, 40)) || !v128.any_true(v)) return kinds
  const isHigh = !v128.any_true(i64x2.shl(v, 32)) && !v128.any_true(i64x2.shr_u(v, 60))
  if (isHigh && v128.any_true(i64x2.shr_u(v, 42))) kinds |= HIGH
  return isDoubles(v) ? kinds | DOUBLE : kinds
}

/** Kinds whose words can all be digits, at least one not small, with the block before. */
export function kindsOf(here: i32, before: i32): i32 {
  const kinds = here & (NARROW | WIDE | HIGH | DOUBLE)
  const isWide = ((here | before) & LARGE) !== 0
  const isNone = !isWide || isRecord(here >> DULL_SHIFT, before >> DULL_SHIFT)
  const rest = isNone ? kinds & ~WIDE : kinds
  return (here & before & SMALL) !== 0 ? rest & ~NARROW : rest
}

function isDoubles(v: v128): bool {
  const highs = i64x2.shr_u(v, 52)
  // Exponents of 2^0 to 2^27 are 0x3ff to 0x41a; zero is all zeros.
  const digit = v128.and(
    i64x2.ge_s(highs, i64x2.splat(0x3ff)),
    i64x2.le_s(highs, i64x2.splat(0x41a)),
  )
  const fits = v128.or(digit, i64x2.eq(v, i64x2.splat(0)))
  return i64x2.all_true(fits)
}

/** Whether a number may cross two blocks in words of a kind that both can hold. */
export function goOn(kinds: i32, traits: i32): bool {
  return kinds !== 0 && (kinds !== WIDE || (traits & TEXT) === 0)
}

/**
 * Whether a block is in no run of `shortest`. Branches cannot be predicted here, so the last two
 * kinds are known by their zeros alone.
 */
export function isAlone(ptr: usize, b: i32, shortest: i32): bool {
  const at = ptr + ((<usize>b) << 4)
  const v = v128.load(at)
  const highs = i8x16.bitmask(v)
  // Three of four blocks of random bytes.
  if ((highs & TOPS) !== 0) return true
  if (b === 0) return kindsOf(traitsAt(ptr, b), 0) === 0
  const before = v128.load(at - 16)
  const large = v128.any_true(i64x2.shr_u(v128.or(v, before), 47))
  // Text on both sides: the block is a run by itself.
  const isText = (highs | i8x16.bitmask(before) | i8x16.bitmask(v128.load(at, 16))) === 0
  const wide = <i32>large & ~(<i32>isText & <i32>(shortest > 1))
  const isSmall = <i32>hasSmall(v) & <i32>hasSmall(before)
  const narrow = <i32>!v128.any_true(i32x4.shr_u(v, 30)) & ~isSmall
  const others = narrow | (<i32>!v128.any_true(i64x2.shl(v, 40)) & <i32>v128.any_true(v))
  if (((wide | others) & 1) === 0) return true
  // What few blocks come to.
  return (others & 1) === 0 && isRecord(dullWords(v), dullWords(before))
}

/** The top bytes of words of eight. */
const TOPS: i32 = 0x8080

/** A word of eight bytes is no pointer. */
function hasLarge(v: v128): bool {
  return v128.any_true(i64x2.shr_u(v, 47))
}

/** Half of the words of four bytes are small. */
function hasSmall(v: v128): bool {
  return popcnt(i32x4.bitmask(i32x4.eq(i32x4.shr_u(v, SMALL_BITS), i32x4.splat(0)))) > 1
}

/** What {@link dullWords} adds where both words are dull or plain. */
const ALL_PLAIN: i32 = 4

/** By {@link dullWords}: three of their words are dull, or all plain. */
function isRecord(here: i32, before: i32): bool {
  return (here & 3) + (before & 3) > 2 || (here & before & ALL_PLAIN) !== 0
}

/** Bits that no pointer of V8 has, and its lowest three, of which the last alone is set. */
const TAGGED: u64 = ((<u64>0xffff8000) << 32) | 7

/**
 * How many of two 8-byte words records are made of: below 2^40, pointers of Linux (0x55, 0x56, 0x7f
 * of 2^40) or V8, V8's integers (lower half zero), doubles of 2^-15 to 2^17. At most one in 64
 * digits of 51 to 63 bits is. {@link ALL_PLAIN} more if each is one or text: of four digit words
 * fewer than one in 10^6.
 */
function dullWords(v: v128): i32 {
  const none = i64x2.splat(0)
  const top = i64x2.shr_u(v, 40)
  const low = v128.or(i64x2.eq(top, none), i64x2.eq(top, i64x2.splat(0x7f)))
  const heap = v128.or(i64x2.eq(top, i64x2.splat(0x55)), i64x2.eq(top, i64x2.splat(0x56)))
  const highest = i64x2.shr_u(v, 56)
  const double = v128.or(i64x2.eq(highest, i64x2.splat(0x3f)), i64x2.eq(highest, i64x2.splat(0x40)))
  const tagged = i64x2.eq(v128.and(v, i64x2.splat(TAGGED)), i64x2.splat(1))
  const small = i64x2.eq(i64x2.shl(v, 32), none)
  const dull = v128.or(v128.or(double, v128.or(tagged, small)), v128.or(low, heap))
  const text = i64x2.eq(v128.and(v, i8x16.splat(<i8>0x80)), none)
  const plain = v128.or(dull, text)
  return popcnt(i64x2.bitmask(dull)) | ((<i32>i64x2.all_true(plain)) << 2)
}
