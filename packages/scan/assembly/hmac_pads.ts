// asc: --importMemory
/**
 * Finds pairs of blocks that differ by 0x6a in every byte: a key XOR 0x36 and XOR 0x5c. A table has
 * the last offset of each 8-byte word by a hash that its partner shares; bytes are then compared.
 * No static data.
 */
import { pinned } from './lib/pinned.ts'

const DIFFERENCE: u64 = ((<u64>0x6a6a6a6a) << 32) | 0x6a6a6a6a
/** Odd, to spread either half. The difference flips bit 1: if set, the partner is hashed. */
const MIXERS: u64 = ((<u64>0x85ebca6b) << 32) | 0x9e3779b1
/** Bits of a word that a pointer has not. */
const UPPERS: u64 = (<u64>0xffff) << 48
const TABLE_BITS: u32 = 12
const TABLE_BYTES: usize = 4 << 12
/** Longer runs are no pads, but patterns that repeat. */
const LONGEST: usize = 144
const SHORTEST: usize = 64
/** Bytes beside a block that may fit by chance. */
const CHANCE: usize = 7
/** How far the second block may begin behind the first. */
const FARTHEST: usize = 1024

let table: usize = 0
let begin: usize = 0
let end: usize = 0
let from: usize = 0
let to: usize = 0
let step: usize = 0
let out: usize = 0
let count: i32 = 0
let room: i32 = 0
// Of the last run that was reported or rejected, with its distance.
let doneUntil: usize = 0
let doneDistance: usize = 0

/** Reports the run around a word and its partner if it is as long as pads are. */
function probe(i: usize, before: usize): void {
  const distance = i - before
  if (distance < SHORTEST || distance > FARTHEST || distance % step !== 0) return
  if (distance === doneDistance && i < doneUntil) return
  let first = before
  const lowest = before > begin + LONGEST ? before - LONGEST : begin
  while (first > lowest && (load<u8>(first - 1) ^ load<u8>(first - 1 + distance)) === 0x6a) first--
  let last = i + 8
  const highest = min(end, i + LONGEST + 8)
  while (last < highest && (load<u8>(last) ^ load<u8>(last - distance)) === 0x6a) last++
  doneUntil = last
  doneDistance = distance
  const length = last - distance - first
  if (length < SHORTEST || length > LONGEST || length > distance + CHANCE) return
  if (first < from || first >= to) return
  store<u32>(out, <u32>first)
  store<u32>(out, <u32>distance, 4)
  store<u32>(out, <u32>length, 8)
  out += 12
  count++
}

/** False where there is no room for what a partner at `before` may give. */
function take(i: usize, before: usize): bool {
  if ((load<u64>(before) ^ load<u64>(i)) !== DIFFERENCE) return true
  if (count >= room) return false
  probe(i, before)
  return true
}

/** Keeps an offset for each slot of the table, so that each leads to bytes that can be compared. */
function clear(location: usize): void {
  const locations = i32x4.splat(<i32>location)
  for (let at = table; at < table + TABLE_BYTES; at += 16) v128.store(at, locations)
}

/** Offsets in the table in the lowest 32 bits of each lane. The constants are in both lanes. */
function slotsOf(words: v128, difference: v128, mixers: v128): v128 {
  // Bit 1 of each word in all of its bits.
  const lows = i32x4.shuffle(words, words, 0, 0, 2, 2)
  const flipped = i32x4.shr_s(i32x4.shl(lows, 30), 31)
  const canonical = v128.xor(words, v128.and(flipped, difference))
  const mixed = i32x4.mul(canonical, mixers)
  const hash = v128.xor(mixed, i64x2.shr_u(mixed, 32))
  return i32x4.shl(i32x4.shr_u(hash, 32 - TABLE_BITS), 2)
}

/**
 * Writes to `hits` (u32 location, u32 distance, u32 length) runs of 64 to 144 bytes that begin in
 * `[low, high)`, within `[first, last)`. Words are kept every 8 from `low`, searched every `stride`
 * (1 or 8) from `at`. `resume` receives the next `at`, or 0 when done. `kept`: 4096 u32, as left.
 * Reads 32 bytes beyond `last`.
 */
export function find_pads(
  at: usize,
  low: usize,
  high: usize,
  first: usize,
  last: usize,
  stride: usize,
  kept: usize,
  hits: usize,
  cap: i32,
  resume: usize,
): i32 {
  table = kept
  begin = first
  end = last
  from = low
  to = high
  step = stride
  out = hits
  count = 0
  room = cap
  doneUntil = 0
  doneDistance = 0
  const stop = min(to + FARTHEST + LONGEST, end)
  if (at === low) clear(low)
  const isDone = stride === 8 ? words(at, stop) : bytes(at, stop)
  store<u32>(resume, isDone ? 0 : <u32>stopped)
  return count
}

/** Where there was no room for more. */
let stopped: usize = 0

/** Words at each byte, 16 at a time, kept at every eighth; none where half are zeros. */
function bytes(at: usize, stop: usize): bool {
  const partner = pinned(i64x2.splat(DIFFERENCE), 0)
  const mixers = pinned(i64x2.splat(MIXERS), 1)
  const none = i8x16.splat(0)
  for (let i = at; i + 8 <= stop; i += 16) {
    const first = v128.load(i)
    if (popcnt(i8x16.bitmask(i8x16.eq(first, none))) < 8) {
      for (let at = i; at < i + 8; at++) {
        const both = v128.load(at)
        const slots = slotsOf(both, partner, mixers)
        const before = load<u32>(table + <usize>i32x4.extract_lane(slots, 0))
        const beforeNext = load<u32>(table + <usize>i32x4.extract_lane(slots, 2))
        const lanes = v128.load_lane<u64>(beforeNext, v128.load64_zero(before), 1)
        if (!v128.any_true(i64x2.eq(v128.xor(both, lanes), partner))) continue
        if (takeWhole(at, before, stop) && takeWhole(at + 8, beforeNext, stop)) continue
        stopped = i
        return false
      }
    }
    const kept = slotsOf(first, partner, mixers)
    store<u32>(table + <usize>i32x4.extract_lane(kept, 0), <u32>i)
    // At the end it is not whole, and nothing comes behind it.
    store<u32>(table + <usize>i32x4.extract_lane(kept, 2), <u32>(i + 8))
  }
  return true
}

/** {@link take}, unless the word does not end before `stop`. */
function takeWhole(i: usize, before: usize, stop: usize): bool {
  return i + 8 > stop || take(i, before)
}

/** Two words at a time, unless neither has upper 16 bits: one of a pad's eight is enough. */
function words(at: usize, stop: usize): bool {
  const partner = pinned(i64x2.splat(DIFFERENCE), 0)
  const mixers = pinned(i64x2.splat(MIXERS), 1)
  const uppers = pinned(i64x2.splat(UPPERS), 2)
  for (let i = at; i + 8 <= stop; i += 16) {
    const both = v128.load(i)
    if (!v128.any_true(v128.and(both, uppers))) continue
    const slots = slotsOf(both, partner, mixers)
    const first = table + <usize>i32x4.extract_lane(slots, 0)
    const second = table + <usize>i32x4.extract_lane(slots, 2)
    const before = load<u32>(first)
    const beforeNext = load<u32>(second)
    const lanes = v128.load_lane<u64>(beforeNext, v128.load64_zero(before), 1)
    if (v128.any_true(i64x2.eq(v128.xor(both, lanes), partner))) {
      // Where there is no room for the second, the first is taken again, which changes nothing.
      if (!take(i, before) || (i + 16 <= stop && !take(i + 8, beforeNext))) {
        stopped = i
        return false
      }
    }
    store<u32>(first, <u32>i)
    // At the end it is not whole, and nothing comes behind it.
    store<u32>(second, <u32>(i + 8))
  }
  return true
}
