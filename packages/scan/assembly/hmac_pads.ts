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

/**
 * Writes to `hits` (u32 place, u32 distance, u32 length each) the runs of 64 to 144 bytes that begin in
 * `[from, to)`, lie in `[begin, end)` and differ by 0x6a from the bytes `distance` further on.
 *
 * Looks at words in steps of `step`, 1 or 8, from `at` on, which is `from` at first; distances are multiples
 * of `step`. When there is no more room it stops; `resume` receives the `at` to go on from, or 0 when it is
 * done: a pair can then be told twice. `table` is 4096 u32, of any content.
 * Reads nothing outside `[begin, end)`.
 */
export function find_pads(
  at: usize,
  from: usize,
  to: usize,
  begin: usize,
  end: usize,
  step: usize,
  table: usize,
  hits: usize,
  cap: i32,
  resume: usize,
): i32 {
  let count = 0
  // Of the last run that was told or turned down, with its distance.
  let doneUntil: usize = 0
  let doneDistance: usize = 0
  const stop = min(to + FARTHEST + LONGEST, end)
  for (let i = at; i + 8 <= stop; i += step) {
    const word = load<u64>(i)
    if (word === 0 && i + 24 <= stop && step === 8) {
      // No key is all 0x36 or 0x5c.
      if (load<u64>(i, 8) === 0 && load<u64>(i, 16) === 0) {
        i += 16
        continue
      }
    }
    const canonical = (word & FLIPPED) !== 0 ? word ^ DIFFERENCE : word
    const hash = (<u32>canonical * 0x9e3779b1) ^ (<u32>(canonical >>> 32) * 0x85ebca6b)
    const slot = table + ((<usize>(hash >>> (32 - TABLE_BITS))) << 2)
    const before = <usize>load<u32>(slot)
    store<u32>(slot, <u32>i)
    if (
      before >= i ||
      before < begin ||
      i - before > FARTHEST ||
      (load<u64>(before) ^ word) !== DIFFERENCE
    )
      continue
    const distance = i - before
    if (
      distance < SHORTEST ||
      distance % step !== 0 ||
      (distance === doneDistance && i < doneUntil)
    )
      continue
    let first = before
    const lowest = before > begin + LONGEST ? before - LONGEST : begin
    while (first > lowest && (load<u8>(first - 1) ^ load<u8>(first - 1 + distance)) === 0x6a)
      first--
    let last = i + 8
    const highest = min(end, i + LONGEST + 8)
    while (last < highest && (load<u8>(last) ^ load<u8>(last - distance)) === 0x6a) last++
    doneUntil = last
    doneDistance = distance
    const length = last - distance - first
    if (
      length < SHORTEST ||
      length > LONGEST ||
      length > distance + CHANCE ||
      first < from ||
      first >= to
    )
      continue
    if (count >= cap) {
      store<u32>(slot, <u32>before)
      store<u32>(resume, <u32>i)
      return count
    }
    store<u32>(hits, <u32>first)
    store<u32>(hits, <u32>distance, 4)
    store<u32>(hits, <u32>length, 8)
    hits += 12
    count++
  }
  store<u32>(resume, 0)
  return count
}
