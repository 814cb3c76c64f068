// asc: --importMemory
/**
 * Finds words, digits and text by each word or character alone. Nothing is allocated; positions are
 * relative to `ptr`, with the longest number's bytes and 64 more readable behind.
 */
import { isNumber, isWideNumber } from './lib/digits.ts'
import { GOLDEN } from './lib/number.ts'
import { pinned } from './lib/pinned.ts'
import { isText, isTextAt, isTextBlock } from './lib/text_letters.ts'

/**
 * Positions in [0, to) where `slots` words of 4 or (`wide`) 8 bytes can be a number's digits,
 * lowest first: top in [low, high], the next in [second, most], others in [least, most] or zero,
 * most of them `large` and changing from bit `shift` on. Writes u32, at most `cap`.
 */
export function digit_runs(
  ptr: usize,
  runs: usize,
  runCount: i32,
  to: i32,
  wide: bool,
  slots: i32,
  low: u64,
  high: u64,
  second: u64,
  least: u64,
  large: u64,
  most: u64,
  shift: u64,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  // The upper bound of a wide word, and how far it is above the lower one of another.
  const lowest = pinned(wide ? i64x2.splat(low) : i32x4.splat(<i32>low), 0)
  const range = pinned(wide ? i64x2.splat(high) : i32x4.splat(<i32>(high - low)), 1)
  const lowestNext = pinned(wide ? i64x2.splat(second) : i32x4.splat(<i32>second), 2)
  const rangeNext = pinned(wide ? i64x2.splat(most) : i32x4.splat(<i32>(most - second)), 3)
  const size = wide ? 3 : 2
  const tail = (<usize>(slots - 1)) << size
  const width = (slots << size) >> 4
  let next = 0
  for (let r = 0; r < runCount; r++) {
    const begin = <i32>load<u32>(runs + ((<usize>r) << 3))
    const end = <i32>load<u32>(runs + ((<usize>r) << 3), 4)
    const last = min(end - width + 1, (to + 15) >> 4)
    for (let g = max(begin - 1, next); g < last; g++) {
      const at = g << 4
      next = g + 1
      const top = ptr + <usize>at + tail
      let mask: i32
      if (wide) {
        const tops = v128.load(top)
        const nexts = v128.load(top - 8)
        const outside = v128.or(
          v128.or(i64x2.lt_s(tops, lowest), i64x2.gt_s(tops, range)),
          v128.or(i64x2.lt_s(nexts, lowestNext), i64x2.gt_s(nexts, rangeNext)),
        )
        mask = i64x2.bitmask(outside) ^ 3
      } else {
        const tops = fits(top, lowest, range)
        mask = i32x4.bitmask(v128.and(tops, fits(top - 4, lowestNext, rangeNext)))
      }
      while (mask !== 0) {
        const position = at + (ctz(mask) << size)
        mask &= mask - 1
        if (position >= to) break
        // A digit behind would make it the tail of a longer number; it is tested all the same.
        const here = ptr + <usize>position
        const isOne = wide
          ? isWideNumber(here, slots, least, large, most, shift)
          : isNumber(here, slots, least, large, most, shift)
        if (!isOne) continue
        if (found < cap) store<u32>(out + ((<usize>found) << 2), position)
        found++
      }
    }
  }
  return found
}

/** Which of four words are at least `lowest`, and more than that by `range` at most. */
function fits(at: usize, lowest: v128, range: v128): v128 {
  return i32x4.le_u(i32x4.sub(v128.load(at), lowest), range)
}

function hashWord(v: u64): u64 {
  return v * GOLDEN
}

/** By the upper half: the lower hangs on a word's lower half, zero in V8's integers. */
function slotOf(hash: u64): u32 {
  return <u32>(hash >> 32)
}

const FILTER_BYTES: usize = 1 << 17

/**
 * Enters `count` u64 into a filter of 2^20 bits and a table of mask + 1 u64 (zero is empty), index
 * + 1 at `indexes` (u32). Zero cannot be searched for. `firsts`: u32 index of the first equal word.
 */
export function enter_words(
  words: usize,
  count: i32,
  filter: usize,
  table: usize,
  indexes: usize,
  mask: u32,
  firsts: usize,
): void {
  memory.fill(filter, 0, FILTER_BYTES)
  memory.fill(table, 0, (<usize>mask + 1) << 3)
  for (let k = 0; k < count; k++) {
    const word = load<u64>(words + ((<usize>k) << 3))
    store<u32>(firsts + ((<usize>k) << 2), k)
    if (word === 0) continue
    const hash = hashWord(word)
    const location = filterAt(filter, hash)
    const both = ((1 as u32) << (<u32>(hash >> 44))) | ((1 as u32) << (<u32>(hash >> 39)))
    store<u32>(location, load<u32>(location) | both)
    let slot = slotOf(hash) & mask
    for (;;) {
      const existing = load<u64>(table + ((<usize>slot) << 3))
      if (existing === word) {
        store<u32>(firsts + ((<usize>k) << 2), load<u32>(indexes + ((<usize>slot) << 2)) - 1)
        break
      }
      if (existing === 0) {
        store<u64>(table + ((<usize>slot) << 3), word)
        store<u32>(indexes + ((<usize>slot) << 2), k + 1)
        break
      }
      slot = (slot + 1) & mask
    }
  }
}

/** Where the filter has the bit of a hash: of a u32, the bit that the hash's upper 20 end with. */
function filterAt(filter: usize, hash: u64): usize {
  return filter + <usize>((hash >> 47) & 0x1fffc)
}

/** Of a word with that hash: the bytes of an offset in a list if it may be entered, or 0. */
function isEntered(filter: usize, hash: u64): usize {
  const bits = load<u32>(filterAt(filter, hash))
  return <usize>(((bits >> <u32>(hash >> 44)) & (bits >> <u32>(hash >> 39)) & 1) << 2)
}

/** The index + 1 of the word at `at` if it was entered, or 0. */
function wordAt(at: usize, table: usize, indexes: usize, mask: u32): u32 {
  const word = load<u64>(at)
  if (word === 0) return 0
  const hash = hashWord(word)
  let slot = slotOf(hash) & mask
  let existing = load<u64>(table + ((<usize>slot) << 3))
  while (existing !== 0 && existing !== word) {
    slot = (slot + 1) & mask
    existing = load<u64>(table + ((<usize>slot) << 3))
  }
  return existing === 0 ? 0 : load<u32>(indexes + ((<usize>slot) << 2))
}

/**
 * Positions in [from, to), every `step`, of entered words: u32 (position, index), at most `cap`.
 * `scratch`: {@link CHUNK} + 1 u32.
 */
export function find_words(
  ptr: usize,
  from: i32,
  to: i32,
  step: i32,
  filter: usize,
  table: usize,
  indexes: usize,
  mask: u32,
  scratch: usize,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  for (let at = from; at < to; at += CHUNK * step) {
    const until = min(at + CHUNK * step, to)
    const listed = listMaybe(ptr, at, until, step, filter, scratch)
    for (let item = scratch; item < listed; item += 4) {
      const location = <i32>load<u32>(item)
      const index = wordAt(ptr + <usize>location, table, indexes, mask)
      if (index === 0) continue
      if (found < cap) {
        store<u32>(out + ((<usize>found) << 3), location)
        store<u32>(out + ((<usize>found) << 3), index - 1, 4)
      }
      found++
    }
  }
  return found
}

/** Offsets that are gone through before any of them is looked up. */
const CHUNK: i32 = 512

/**
 * Lists u32 offsets in [from, to), at every `step`, whose word may be entered; returns the end. No
 * branches: they cannot be predicted.
 */
function listMaybe(ptr: usize, from: i32, to: i32, step: i32, filter: usize, list: usize): usize {
  let at = from
  let next = list
  do {
    store<u32>(next, at)
    next += isEntered(filter, hashWord(load<u64>(ptr + <usize>at)))
    at += step
  } while (at < to)
  return next
}

/**
 * Runs of base64 and line ends of `least` (32 or more) bytes in [from, to): u32 (begin, end), at
 * most `cap`. A run that reaches `to` ends there.
 */
export function text_runs(ptr: usize, from: i32, to: i32, least: i32, out: usize, cap: i32): i32 {
  let found = 0
  // So many whole blocks are in each run: one of them is a multiple of `step` from the begin.
  const step = ((least - 15) >> 4) << 4
  // A run's first whole block has less than a block of it before: so much of the run is behind it.
  const behind = step === 16 ? (1 << min(16, least - 31)) - 1 : 0
  const space = pinned(i8x16.splat(0x20), 0)
  const none = i8x16.splat(0)
  let floor = from
  let at = from
  while (at + 16 <= to) {
    const here = ptr + <usize>at
    const v = v128.load(here)
    // Most of what is no text has one of these.
    const other = v128.or(v128.or(v, i8x16.eq(v, none)), i8x16.eq(v, space))
    if (
      i8x16.bitmask(other) !== 0 ||
      !isTextBlock(here) ||
      (i8x16.bitmask(isText(v128.load(here, 16))) & behind) !== behind
    ) {
      at += step
      continue
    }
    let begin = at
    while (begin - 16 >= floor && isTextBlock(ptr + <usize>(begin - 16))) begin -= 16
    while (begin > floor && isTextAt(ptr + <usize>(begin - 1))) begin--
    let end = at + 16
    while (end + 16 <= to && isTextBlock(ptr + <usize>end)) end += 16
    while (end < to && isTextAt(ptr + <usize>end)) end++
    at = ((end - from) & ~15) + from + step
    floor = end
    if (end - begin < least) continue
    if (found < cap) {
      store<u32>(out + ((<usize>found) << 3), begin)
      store<u32>(out + ((<usize>found) << 3), end, 4)
    }
    found++
  }
  return found
}

/** Text of {@link isText} in two bytes a character, in either order. */
function isWideText(at: usize): bool {
  const v = v128.load(at)
  const text = i8x16.bitmask(isText(v))
  const zero = i8x16.bitmask(i8x16.eq(v, i8x16.splat(0)))
  if ((text & 0x5555) === 0x5555) return (zero & 0xaaaa) === 0xaaaa
  return (text & 0xaaaa) === 0xaaaa && (zero & 0x5555) === 0x5555
}

/** {@link text_runs} of UTF-16, in blocks of 16 from `from`; ends may lack 15 bytes. */
export function wide_runs(ptr: usize, from: i32, to: i32, least: i32, out: usize, cap: i32): i32 {
  let found = 0
  const step = (least + 15) & ~15
  let floor = from
  let at = from
  while (at + 16 <= to) {
    if (!isWideText(ptr + <usize>at)) {
      at += step
      continue
    }
    let begin = at
    while (begin - 16 >= floor && isWideText(ptr + <usize>(begin - 16))) begin -= 16
    let end = at + 16
    while (end + 16 <= to && isWideText(ptr + <usize>end)) end += 16
    floor = end
    at = end + step
    if (end - begin < least) continue
    if (found < cap) {
      store<u32>(out + ((<usize>found) << 3), begin)
      store<u32>(out + ((<usize>found) << 3), end, 4)
    }
    found++
  }
  return found
}
