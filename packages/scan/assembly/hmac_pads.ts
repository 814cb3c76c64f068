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
/** Bits that the difference flips: a word and its partner become the same where this one is cleared. */
const FLIPPED: u64 = 2
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

/** One word; false where there is no room for what it may give. */
function take(i: usize): bool {
  const word = load<u64>(i)
  const canonical = (word & FLIPPED) !== 0 ? word ^ DIFFERENCE : word
  const hash = (<u32>canonical * 0x9e3779b1) ^ (<u32>(canonical >>> 32) * 0x85ebca6b)
  const slot = table + ((<usize>(hash >>> (32 - TABLE_BITS))) << 2)
  const before = <usize>load<u32>(slot)
  const isNear = before < i && before >= begin && i - before <= FARTHEST
  if (isNear && (load<u64>(before) ^ word) === DIFFERENCE) {
    if (count >= room) return false
    look(i, before)
  }
  if (((i - from) & 7) === 0) store<u32>(slot, <u32>i)
  return true
}

/**
 * Writes to `hits` (u32 place, u32 distance, u32 length each) the runs of 64 to 144 bytes that begin in
 * `[low, high)`, lie in `[first, last)` and differ by 0x6a from the bytes `distance` further on.
 *
 * Words are kept in steps of 8 from `low`, and partners looked for in steps of `stride`, 1 or 8, from `at` on,
 * which is `low` at first; distances are multiples of `stride`. Words with a zero byte are passed over: of the
 * words of a key, some have none. When there is no more room it stops; `resume` receives the `at` to go on
 * from, or 0 when it is done. `slots` is 4096 u32, of any content. Reads at most 16 bytes beyond `last`.
 */
export function find_pads(
  at: usize,
  low: usize,
  high: usize,
  first: usize,
  last: usize,
  stride: usize,
  slots: usize,
  hits: usize,
  cap: i32,
  resume: usize,
): i32 {
  table = slots
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
  const zero = i64x2.splat(0)
  const stop = min(to + FARTHEST + LONGEST, end)
  const pace: usize = stride === 8 ? 16 : 1
  for (let i = at; i + 8 <= stop; i += pace) {
    // Lanes without a zero byte.
    let lanes = i64x2.bitmask(i64x2.eq(i8x16.eq(v128.load(i), zero), zero))
    if (stride !== 8 || i + 16 > stop) lanes &= 1
    if ((lanes & 1) !== 0 && !take(i)) {
      store<u32>(resume, <u32>i)
      return count
    }
    if ((lanes & 2) !== 0 && !take(i + 8)) {
      // The first of the two is taken once more, which changes nothing.
      store<u32>(resume, <u32>i)
      return count
    }
  }
  store<u32>(resume, 0)
  return count
}
