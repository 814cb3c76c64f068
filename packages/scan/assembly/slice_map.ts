// asc: --importMemory
/**
 * Maps a slice once for all sizes of numbers: random blocks, digits, and edges of structure.
 * Nothing is allocated; positions are relative to `ptr`, with 64 readable bytes before. A run is
 * two u32: the first block, and the first behind.
 */
import {
  DOUBLE,
  goOn,
  HIGH,
  isAlone,
  kindsOf,
  NARROW,
  TEXT,
  traitsAt,
  traitsBefore,
  WIDE,
} from './lib/digit_blocks.ts'
import { putRun, runBegin, runEnd } from './lib/marked_offsets.ts'
import { lowBits } from './lib/number.ts'
import { pinned } from './lib/pinned.ts'
import { isCode, isGap, MOST_DULL } from './lib/random_counts.ts'

/**
 * Lists runs of `least` random blocks or more. `sums`, wrapping: for each block and the one behind,
 * counts of the blocks before (four u16 in a u64: common, 0x80 and more, odd, equal; see
 * `lib/random_counts.ts`). One block in `least` is examined where no run can be.
 */
export function map_slice(ptr: usize, blocks: i32, least: i32, sums: usize, runs: usize): i32 {
  let found = 0
  const one = pinned(i8x16.splat(1), 0)
  const rex = pinned(i8x16.splat(0x48), 1)
  const moves = pinned(i8x16.splat(<i8>0xfd), 2)
  const move = pinned(i8x16.splat(<i8>0x89), 3)
  const stack = pinned(i8x16.splat(0x24), 4)
  // Four u16 of which none carries into its neighbour.
  let sum = i16x8.splat(0)
  // Begin of the present run, and the last block known in one: all before are done.
  let begin = -1
  let known = -1
  for (let b = least - 1; b < blocks; ) {
    const counts = countsAt(ptr, b, one, rex, moves, move, stack)
    if (counts === NOT_RANDOM) {
      if (begin >= 0) {
        v128.store_lane<u64>(sums + ((<usize>b) << 3), sum, 0)
        if (b - begin >= least) putRun(runs, found++, begin, b)
        begin = -1
      }
      b += b < known ? 1 : least
      continue
    }
    if (begin < 0) {
      if (b > known && least > 1) {
        known = b
        b -= least - 1
        continue
      }
      begin = b
    }
    v128.store_lane<u64>(sums + ((<usize>b) << 3), sum, 0)
    sum = i16x8.add(sum, i64x2.splat(counts))
    b++
  }
  if (begin < 0) return found
  v128.store_lane<u64>(sums + ((<usize>blocks) << 3), sum, 0)
  if (blocks - begin >= least) putRun(runs, found++, begin, blocks)
  return found
}

/**
 * `edges`: a bit for each offset behind eight bytes of structure (`lib/marks.ts`), from one block
 * before to three behind each run of `least` blocks.
 */
export function mark_edges(
  ptr: usize,
  blocks: i32,
  runs: usize,
  runCount: i32,
  least: i32,
  edges: usize,
): void {
  let done = 0
  for (let r = 0; r < runCount; r++) {
    const begin = runBegin(runs, r)
    const end = runEnd(runs, r)
    const from = max(begin - 1, done)
    const to = min(end + 3, blocks)
    if (end - begin < least || from >= to) continue
    edgesOf(ptr, from, to, edges)
    done = to
  }
}

/**
 * Edges of blocks in [from, to). Reads 16 bytes before and 32 behind. Mask bits are bytes: 0 to 15
 * the block before, 16 to 47 the two, 48 to 63 the one behind; the last byte before location i is bit
 * i + 15.
 */
function edgesOf(ptr: usize, from: i32, to: i32, edges: usize): void {
  const blank = pinned(i8x16.splat(0x20), 2)
  const letters = pinned(i8x16.splat(0x5f), 3)
  const one = pinned(i8x16.splat(1), 4)
  const first = ptr + ((<usize>(from - 1)) << 4)
  let gaps = gapsOf(first, one) << 32
  let texts = textsOf(first, blank, letters) << 32
  for (let b = from; b < to; b += 2) {
    const next = ptr + ((<usize>(b + 1)) << 4)
    gaps = (gaps >> 32) | (gapsOf(next, one) << 32)
    texts = (texts >> 32) | (textsOf(next, blank, letters) << 32)
    const two = texts & (texts << 1)
    const four = two & (two << 2)
    const eight = four & (four << 4)
    // Of random bytes that is all but one pair in 100.
    const isNone = ((eight | (gaps & (gaps << 1))) & OFFSETS) === 0 && popcnt(gaps & NEAR) < 4
    const ended = isNone ? 0 : endsOf(next - 16, gaps, four, eight)
    const at = edges + ((<usize>b) << 1)
    if (b + 1 < to) store<u32>(at, ended)
    else store<u16>(at, ended)
  }
}

/** The last byte before each of 32 offsets, and all eight of them. */
const OFFSETS: u64 = (<u64>0xffffffff) << 15
const NEAR: u64 = (<u64>0x7fffffffff) << 8

function gapsOf(at: usize, one: v128): u64 {
  const first = i8x16.bitmask(isGap(v128.load(at), one))
  return <u64>(first | (i8x16.bitmask(isGap(v128.load(at, 16), one)) << 16)) & 0xffffffff
}

function textsOf(at: usize, blank: v128, letters: v128): u64 {
  const first = i8x16.bitmask(i8x16.le_u(i8x16.sub(v128.load(at), blank), letters))
  const second = i8x16.bitmask(i8x16.le_u(i8x16.sub(v128.load(at, 16), blank), letters))
  return <u64>(first | (second << 16)) & 0xffffffff
}

/** Bits as in {@link edgesOf}: gaps, and ends of four and eight characters. */
function endsOf(at: usize, gaps: u64, four: u64, eight: u64): u32 {
  const none = i8x16.splat(0)
  const zeros =
    <u64>i8x16.bitmask(i8x16.eq(v128.load(at - 16), none)) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(at), none))) << 16) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(at, 16), none))) << 32)
  // Characters that do not are alone: four more are beside them, or a gap.
  const texts = eight & ((four >> 4) | (four << 8) | (gaps >> 1) | (gaps << 8))
  return <u32>((texts | (zeros & (zeros << 1)) | manyOf(gaps)) >> 15)
}

/** Four gaps or more among the last eight bytes: sums of two, four, eight bits. */
function manyOf(gaps: u64): u64 {
  const odd = gaps ^ (gaps << 1)
  const pair = gaps & (gaps << 1)
  const carry = odd & (odd << 2)
  const ones = odd ^ (odd << 2)
  const twos = pair ^ (pair << 2) ^ carry
  const fours = (pair & (pair << 2)) | ((pair | (pair << 2)) & carry)
  const carries = (twos & (twos << 4)) | ((twos | (twos << 4)) & ones & (ones << 4))
  return fours | (fours << 4) | carries
}

const NOT_RANDOM: u64 = ~(0 as u64)

/** Or {@link NOT_RANDOM}. Reads 16 bytes around; constants as in `isGap` and `isCode`. */
function countsAt(
  ptr: usize,
  b: i32,
  one: v128,
  rex: v128,
  moves: v128,
  move: v128,
  stack: v128,
): u64 {
  const at = ptr + ((<usize>b) << 4)
  const v = v128.load(at)
  const highs = i8x16.bitmask(v)
  if (highs === 0) {
    // Text, where one of its neighbours is so, too.
    if (i8x16.bitmask(v128.load(at - 16)) === 0 || i8x16.bitmask(v128.load(at, 16)) === 0) {
      return NOT_RANDOM
    }
  }
  const commons = v128.or(isGap(v, one), isCode(v, rex, moves, move, stack))
  const common = popcnt(i8x16.bitmask(commons))
  const before = v128.load(at - 16)
  const near = v128.or(i8x16.eq(v, v128.load(at - 8)), i8x16.eq(v, v128.load(at - 4)))
  if (common + popcnt(i8x16.bitmask(near)) > MOST_DULL) return NOT_RANDOM
  const equal = popcnt(i8x16.bitmask(v128.or(near, i8x16.eq(v, before))))
  const odds = <u64>popcnt(i8x16.bitmask(lowBits(v)))
  return <u64>common | ((<u64>popcnt(highs)) << 16) | (odds << 32) | ((<u64>equal) << 48)
}

// Of the runs of digits that are being listed.
let digits: usize = 0
let room: usize = 0
let listed: usize = 0
let shortest: i32 = 0

/**
 * Lists runs of `least` digit blocks of each of four kinds: `runs` has `cap` u32 a kind, `counts` 4
 * u32. Of two blocks of u64, one has a word of 2^47 or more, and at most two are dull
 * (`lib/digit_blocks.ts`); two without bytes of 0x80 are text. Of u32, one has two words that are
 * not small. One block in `least` is examined where no run can be.
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
  digits = runs
  room = (<usize>cap) << 2
  listed = counts
  shortest = max(least, 1)
  let next = 0
  for (let b = shortest - 1; b < blocks; b = next + shortest - 1) {
    if (isAlone(ptr, b, shortest)) {
      next = b + 1
      continue
    }
    next = listRuns(ptr, beginOf(ptr, next, b), b, blocks)
  }
}

/** The first block from `from` on that goes on to `b` in words of any kind. */
function beginOf(ptr: usize, from: i32, b: i32): i32 {
  let first = b
  let here = traitsAt(ptr, b)
  let before = traitsBefore(ptr, b)
  let kinds = kindsOf(here, before)
  while (first > from) {
    const further = traitsBefore(ptr, first - 1)
    const behind = kinds
    kinds = kindsOf(before, further)
    if (!goOn(kinds & behind, before & here)) break
    here = before
    before = further
    first--
  }
  return first
}

/** Until none goes on behind `b`; returns the first block not examined. */
function listRuns(ptr: usize, from: i32, b: i32, blocks: i32): i32 {
  // The kinds of the block before this, and where the run of each began.
  let before = 0
  let narrow = 0
  let wide = 0
  let high = 0
  let double = 0
  let last = traitsBefore(ptr, from)
  for (let c = from; c <= blocks; c++) {
    const traits = traitsAt(ptr, c)
    const kinds = c < blocks ? kindsOf(traits, last) : 0
    const isParted = (traits & last & TEXT) !== 0 && (before & kinds & WIDE) !== 0
    last = traits
    if (kinds === before && !isParted && kinds !== 0) continue
    const ended = (before & ~kinds) | (isParted ? WIDE : 0)
    const begun = (kinds & ~before) | (isParted ? WIDE : 0)
    if ((ended & NARROW) !== 0) endRun(0, narrow, c)
    if ((ended & WIDE) !== 0) endRun(1, wide, c)
    if ((ended & HIGH) !== 0) endRun(2, high, c)
    if ((ended & DOUBLE) !== 0) endRun(3, double, c)
    if (c > b && kinds === 0) return c + 1
    if (c > b && isParted && (before | kinds) === WIDE) return c
    if ((begun & NARROW) !== 0) narrow = c
    if ((begun & WIDE) !== 0) wide = c
    if ((begun & HIGH) !== 0) high = c
    if ((begun & DOUBLE) !== 0) double = c
    before = kinds
  }
  return blocks + 1
}

function endRun(kind: usize, begin: i32, end: i32): void {
  if (end - begin < shortest) return
  const count = listed + (kind << 2)
  const index = <i32>load<u32>(count)
  putRun(digits + room * kind, index, begin, end)
  store<u32>(count, <u32>(index + 1))
}
