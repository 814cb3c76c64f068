// asc: --importMemory
/**
 * Finds pairs of blocks that differ by 0x6a in every byte: a key XOR 0x36 and the same key XOR 0x5c.
 *
 * The last place of each 8-byte word is kept in a table under a hash that is the same for the word and its
 * partner. What the table says is always compared with the bytes themselves, so it needs no clearing.
 *
 * No static data: the memory is shared with the other kernels.
 */
const DIFFERENCE: u64 = ((<u64>0x6a6a6a6a) << 32) | 0x6a6a6a6a
/** Odd numbers that spread the bits of either half of a word. The difference flips bit 1: where it is set, the partner is hashed. */
const MIXERS: u64 = ((<u64>0x85ebca6b) << 32) | 0x9e3779b1
const TABLE_BITS: u32 = 12
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
// Of the last run that was told or turned down, with its distance.
let doneUntil: usize = 0
let doneDistance: usize = 0

/** The run around a word and its partner before it; it is told where it is as long as pads are. */
function look(i: usize, before: usize): void {
  const distance = i - before
  if (distance < SHORTEST || distance % step !== 0) return
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

/**
 * What the table knows of a word at `i`, whose place in it is `slot`; false where there is no room for what it may give.
 *
 * Without branches but the last: whatever lay in the table before, and which words come again, cannot be foretold.
 */
function take(i: usize, slot: usize): bool {
  const distance = <i64>i - <i64>load<u32>(slot)
  // All ones where the distance is 1 to FARTHEST.
  const near = ((distance - 1 - <i64>FARTHEST) & (0 - distance)) >> 63
  const before = i - <usize>(distance & near)
  if ((load<u64>(before) ^ load<u64>(i)) !== DIFFERENCE || before < begin) return true
  if (count >= room) return false
  look(i, before)
  return true
}

/** For both words of a block where in the table they lie, as bytes from its begin: the lowest 32 bits of each lane. */
function slotsOf(words: v128): v128 {
  const flipped = i64x2.neg(v128.and(i64x2.shr_u(words, 1), i64x2.splat(1)))
  const canonical = v128.xor(words, v128.and(flipped, i64x2.splat(DIFFERENCE)))
  const mixed = i32x4.mul(canonical, i64x2.splat(MIXERS))
  const hash = v128.xor(mixed, i64x2.shr_u(mixed, 32))
  return i32x4.shl(i32x4.shr_u(hash, 32 - TABLE_BITS), 2)
}

/**
 * Writes to `hits` (u32 place, u32 distance, u32 length each) the runs of 64 to 144 bytes that begin in
 * `[low, high)`, lie in `[first, last)` and differ by 0x6a from the bytes `distance` further on.
 *
 * Words are kept in steps of 8 from `low`, and partners looked for in steps of `stride`, 1 or 8, from `at` on,
 * which is `low` at first; distances are multiples of `stride`. When there is no more room it stops; `resume` receives the `at` to go on
 * from, or 0 when it is done. `kept` is 4096 u32, of any content. Reads at most 16 bytes beyond `last`.
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
  const pace: usize = stride === 8 ? 16 : 1
  for (let i = at; i + 8 <= stop; i += pace) {
    const slots = slotsOf(v128.load(i))
    const slot = table + <usize>i32x4.extract_lane(slots, 0)
    if (!take(i, slot)) {
      store<u32>(resume, <u32>i)
      return count
    }
    if (stride !== 8) {
      if (((i - from) & 7) === 0) store<u32>(slot, <u32>i)
      continue
    }
    store<u32>(slot, <u32>i)
    const next = table + <usize>i32x4.extract_lane(slots, 2)
    if (i + 16 > stop) continue
    if (!take(i + 8, next)) {
      // The first of the two is taken once more, which changes nothing.
      store<u32>(resume, <u32>i)
      return count
    }
    store<u32>(next, <u32>(i + 8))
  }
  store<u32>(resume, 0)
  return count
}
