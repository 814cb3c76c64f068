// asc: --importMemory
/**
 * Maps a slice once for all sizes of numbers: which blocks of 16 bytes can be part of a random number, which can be
 * digits in words that are not full, and before which places something else visibly ends.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory. `ptr` is the begin of a slice;
 * positions are relative to it, and the caller keeps 64 readable bytes before it. Runs are written as two u32: the
 * first block, and the first block behind.
 */
import { isCode, isGap, MOST_COMMON, MOST_EQUAL } from './lib/random_look.ts'

/** The bytes of a block, each moved `count` places on, behind the last ones of the block before it. */
function movedBy1(before: v128, v: v128): v128 {
  return i8x16.shuffle(before, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
}

function movedBy2(before: v128, v: v128): v128 {
  return i8x16.shuffle(before, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
}

function movedBy4(before: v128, v: v128): v128 {
  return i8x16.shuffle(before, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27)
}

/**
 * Writes for each of `blocks` blocks, and one more, the sums of the counts of all blocks before it (`sums`, four u16 in
 * a u64: common bytes, bytes of 0x80 and more, odd bytes, equal bytes; see `lib/random_look.ts`). Lists the runs of blocks
 * that can be part of a random number, and returns how many. The sums count such blocks alone, and wrap.
 *
 * `edges` has a bit for each place: whether the eight bytes before it are a structure, see `lib/marks.ts`. It is written
 * for the blocks of each run, one before it and three behind it: numbers begin and end there.
 */
export function map_slice(ptr: usize, blocks: i32, sums: usize, edges: usize, runs: usize): i32 {
  let found = 0
  let begin = -1
  let sum: u64 = 0
  for (let b = 0; b < blocks; b++) {
    store<u64>(sums + ((<usize>b) << 3), sum)
    const counts = countsOf(ptr + ((<usize>b) << 4))
    if (counts === NOT_RANDOM) {
      if (begin >= 0) putRun(runs, found++, begin, b)
      begin = -1
      continue
    }
    sum = addCounts(sum, counts)
    if (begin < 0) begin = b
  }
  store<u64>(sums + ((<usize>blocks) << 3), sum)
  if (begin >= 0) putRun(runs, found++, begin, blocks)
  markEdges(ptr, blocks, runs, found, edges)
  return found
}

function markEdges(ptr: usize, blocks: i32, runs: usize, runCount: i32, edges: usize): void {
  let done = 0
  for (let r = 0; r < runCount; r++) {
    const from = max(<i32>load<u32>(runs + ((<usize>r) << 3)) - 1, done)
    const to = min(<i32>load<u32>(runs + ((<usize>r) << 3), 4) + 3, blocks)
    if (from >= to) continue
    edgesOf(ptr, from, to, edges)
    done = to
  }
}

/** Writes the edges of the blocks in [from, to). Reads 18 bytes before the block before them. */
function edgesOf(ptr: usize, from: i32, to: i32, edges: usize): void {
  const blank = i8x16.splat(0x20)
  const letters = i8x16.splat(0x60)
  const zero = i8x16.splat(0)
  let gaps1 = zero
  let gaps2 = zero
  let gaps4 = zero
  let texts1 = zero
  let texts2 = zero
  let texts4 = zero
  for (let b = from - 1; b < to; b++) {
    const at = ptr + ((<usize>b) << 4)
    // What ends one byte before each place.
    const last = v128.load(at - 1)
    const gap1 = isGap(last)
    const gap2 = i8x16.add(gap1, movedBy1(gaps1, gap1))
    const gap4 = i8x16.add(gap2, movedBy2(gaps2, gap2))
    const gap8 = i8x16.add(gap4, movedBy4(gaps4, gap4))
    const text1 = i8x16.lt_u(i8x16.sub(last, blank), letters)
    const text2 = v128.and(text1, movedBy1(texts1, text1))
    const text4 = v128.and(text2, movedBy2(texts2, text2))
    const text8 = v128.and(text4, movedBy4(texts4, text4))
    gaps1 = gap1
    gaps2 = gap2
    gaps4 = gap4
    texts1 = text1
    texts2 = text2
    texts4 = text4
    if (b < from) continue
    const upper = i8x16.eq(v128.or(last, v128.load(at - 2)), zero)
    // Each gap counts as -1.
    const edge = v128.or(v128.or(i8x16.le_s(gap8, i8x16.splat(-4)), text8), upper)
    store<u16>(edges + ((<usize>b) << 1), <u16>i8x16.bitmask(edge))
  }
}

function putRun(runs: usize, index: i32, begin: i32, end: i32): void {
  store<u32>(runs + ((<usize>index) << 3), begin)
  store<u32>(runs + ((<usize>index) << 3), end, 4)
}

const NOT_RANDOM: u64 = ~(0 as u64)

/** The four counts of a block, or {@link NOT_RANDOM}. Reads 8 bytes before it. */
function countsOf(at: usize): u64 {
  const v = v128.load(at)
  const common = <u64>popcnt(i8x16.bitmask(v128.or(isGap(v), isCode(v))))
  if (common > MOST_COMMON) return NOT_RANDOM
  const same = v128.or(i8x16.eq(v, v128.load(at - 8)), i8x16.eq(v, v128.load(at - 4)))
  const equal = <u64>popcnt(i8x16.bitmask(same))
  if (equal > MOST_EQUAL) return NOT_RANDOM
  const highs = <u64>popcnt(i8x16.bitmask(v))
  const odds = <u64>popcnt(i8x16.bitmask(i8x16.shl(v, 7)))
  return common | (highs << 16) | (odds << 32) | (equal << 48)
}

/** Adds four u16, none of which carries into its neighbour. */
function addCounts(sum: u64, counts: u64): u64 {
  return v128.extract_lane<u64>(i16x8.add(i64x2.splat(sum), i64x2.splat(counts)), 0)
}

// Kinds of words that hold a digit each, in the order of their numbers.
const NARROW: i32 = 1 // u32 below 2^30
const WIDE: i32 = 2 // u64 below 2^63
const HIGH: i32 = 4 // u64 with a digit in its upper half alone
const DOUBLE: i32 = 8 // doubles of whole numbers below 2^28

/** Upper halves of pointers are below this, and one digit in 64 of those that have the fewest bits. */
const SMALL: i32 = 1 << 20

/**
 * Lists for each of the four kinds of words the runs of at least `least` blocks that can be digits of one number:
 * `runs` has room for `cap` u32 a kind, `counts` gets how many runs there are (4 u32).
 *
 * Of words in u64, two blocks without a byte of 0x80 and more are text, and in different runs; and of two blocks one has a
 * word that is no pointer: of 2^47 or more. Of two blocks of words in u32, one has two words or more that are not small.
 */
export function map_digits(
  ptr: usize,
  blocks: i32,
  least: i32,
  runs: usize,
  cap: i32,
  counts: usize,
): void {
  v128.store(counts, i8x16.splat(0))
  const room = (<usize>cap) << 2
  // The kinds of the block before this, and where the run of each began.
  let before = 0
  let wasText = false
  let wasLarge = false
  let wasSmall = false
  let narrow = 0
  let wide = 0
  let high = 0
  let double = 0
  for (let b = 0; b <= blocks; b++) {
    const v = v128.load(ptr + ((<usize>b) << 4))
    const highs = i8x16.bitmask(v)
    const isLarge = v128.any_true(i64x2.shr_u(v, 47))
    const isSmall = popcnt(i32x4.bitmask(i32x4.lt_u(v, i32x4.splat(SMALL)))) > 1
    const kinds = b < blocks ? kindsOf(v, highs, isLarge || wasLarge, isSmall && wasSmall) : 0
    const isText = highs === 0
    wasLarge = isLarge
    wasSmall = isSmall
    if ((before | kinds) === 0) {
      wasText = isText
      continue
    }
    let ended = before & ~kinds
    let begun = kinds & ~before
    if (isText && wasText && (before & kinds & WIDE) !== 0) {
      ended |= WIDE
      begun |= WIDE
    }
    if ((ended & NARROW) !== 0) endRun(runs + room * 0, counts, 0, narrow, b, least)
    if ((ended & WIDE) !== 0) endRun(runs + room * 1, counts, 1, wide, b, least)
    if ((ended & HIGH) !== 0) endRun(runs + room * 2, counts, 2, high, b, least)
    if ((ended & DOUBLE) !== 0) endRun(runs + room * 3, counts, 3, double, b, least)
    if ((begun & NARROW) !== 0) narrow = b
    if ((begun & WIDE) !== 0) wide = b
    if ((begun & HIGH) !== 0) high = b
    if ((begun & DOUBLE) !== 0) double = b
    before = kinds
    wasText = isText
  }
}

function endRun(runs: usize, counts: usize, kind: usize, begin: i32, end: i32, least: i32): void {
  if (end - begin < least) return
  const count = counts + (kind << 2)
  const index = load<u32>(count)
  putRun(runs, index, begin, end)
  store<u32>(count, index + 1)
}

/**
 * A bit for each kind of words that a block can hold: all of them can be digits, and at least one is not small. `highs`:
 * a bit for each byte of 0x80 and more. `large`: a word of eight bytes here or in the block before is no pointer. `small`:
 * half of the words of four bytes here and in the block before are small.
 */
function kindsOf(v: v128, highs: i32, large: bool, small: bool): i32 {
  // No word of eight bytes has its top bit.
  if ((highs & 0x8080) !== 0) return 0
  let kinds = large ? WIDE : 0
  if (!small && !v128.any_true(i32x4.shr_u(v, 30))) kinds |= NARROW
  if (v128.any_true(v128.and(v, i64x2.splat(0xffffff)))) return kinds
  const isHigh =
    !v128.any_true(v128.and(v, i64x2.splat(0xffffffff))) && !v128.any_true(i64x2.shr_u(v, 60))
  if (isHigh && v128.any_true(i64x2.shr_u(v, 42))) kinds |= HIGH
  return isDoubles(v) ? kinds | DOUBLE : kinds
}

/** Whether both words are zero or the double of a whole number, and one of them is not zero. */
function isDoubles(v: v128): bool {
  const highs = i64x2.shr_u(v, 52)
  // Exponents of 2^0 to 2^27 are 0x3ff to 0x41a; zero is all zeros.
  const digit = v128.and(
    i64x2.ge_s(highs, i64x2.splat(0x3ff)),
    i64x2.le_s(highs, i64x2.splat(0x41a)),
  )
  const fits = v128.or(digit, i64x2.eq(v, i64x2.splat(0)))
  return i64x2.all_true(fits) && v128.any_true(v)
}
