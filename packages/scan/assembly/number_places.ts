// asc: --importMemory
/**
 * Lists places where a number of a known size can lie: random-looking bytes, and what their first and last byte, and
 * what stands beside them, allow.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory. `ptr` is the begin of a slice;
 * positions are relative to it, and the caller keeps 64 readable bytes before it and as many as a number takes, and 64
 * more, behind the last position. `runs`, `sums` and `edges` are as `slice_map.ts` writes them.
 *
 * `chains` has a byte for each 8 places: its high bit is set where a group of places is listed, the low one where the
 * place is marked, or a few numbers away from such a place.
 */
import { lengthBefore } from './lib/marks.ts'
import { BESIDE, entry, HALVED, lowAt, NEGATED, PRIME, places, topAt } from './lib/number.ts'
import { leastCounts, roomOfCounts } from './lib/random_look.ts'

/** Numbers that lie one behind the other without anything between: so many are told by what is before the first. */
const CHAIN: i32 = 7

/** Places at multiples of 8 in a group of 16. */
const EIGHTHS: i32 = 0x0101

const LISTED: u8 = 0x80
const BOTH_LISTED: u16 = 0x8080

/**
 * Lists the groups of 16 places in [0, to) at which numbers of `length` bytes can be random, by the blocks that all
 * numbers beginning there hold. Writes u32, and returns how many. Clears `chainBytes` of `chains`.
 */
export function random_groups(
  runs: usize,
  runCount: i32,
  sums: usize,
  to: i32,
  length: i32,
  chains: usize,
  chainBytes: i32,
  out: usize,
): i32 {
  memory.fill(chains, 0, chainBytes)
  const groups = (to + 15) >> 4
  // Blocks from the second of a number to the last that all numbers of its group hold.
  const width = length >> 4
  let found = 0
  if (width < 2) {
    // No block is in all of them: one that most of a number is in must be random.
    let next = 0
    for (let r = 0; r < runCount; r++) {
      const begin = <i32>load<u32>(runs + ((<usize>r) << 3))
      const end = min(<i32>load<u32>(runs + ((<usize>r) << 3), 4), groups)
      for (let g = max(begin - 1, next); g < end; g++) {
        found = putGroup(out, found, chains, g, true)
      }
      next = max(next, end)
    }
    return found
  }
  const n = (width - 1) << 4
  const least = leastCounts(n)
  const room = roomOfCounts(n)
  for (let r = 0; r < runCount; r++) {
    const begin = <i32>load<u32>(runs + ((<usize>r) << 3))
    const end = min(<i32>load<u32>(runs + ((<usize>r) << 3), 4) - width, groups - 1)
    for (let g = max(begin - 1, 0); g <= end; g += 2) {
      const from = v128.load(sums + ((<usize>(g + 1)) << 3))
      const upTo = v128.load(sums + ((<usize>(g + width)) << 3))
      const over = i16x8.sub(i16x8.sub(upTo, from), least)
      const fits = i16x8.bitmask(i16x8.le_u(over, room))
      found = putGroup(out, found, chains, g, (fits & 0xf) === 0xf)
      if (g < end) found = putGroup(out, found, chains, g + 1, fits >> 4 === 0xf)
    }
  }
  return found
}

/** Appends group `g` if it is one, without a branch: that cannot be foretold. What is written otherwise is written over. */
function putGroup(out: usize, found: i32, chains: usize, g: i32, isOne: bool): i32 {
  const one = <i32>isOne
  store<u32>(out + ((<usize>found) << 2), g << 4)
  store<u16>(chains + ((<usize>g) << 1), <u16>(-one & <i32>BOTH_LISTED))
  return found + one
}

/**
 * Writes for each group two u32: bits 0 to 15 where something ends before a number, 16 to 31 where something begins
 * behind it; then bits 0 to 15 where its length stands before it. Marks `chains`.
 */
export function mark_groups(
  ptr: usize,
  groups: usize,
  count: i32,
  length: i32,
  edges: usize,
  marks: usize,
  chains: usize,
  chainBytes: i32,
): void {
  const step = (length & 7) === 0 ? length >> 3 : chainBytes
  const none = i8x16.splat(0)
  // Of the last byte of a length, and of the byte before it, none has these bits: see `lengthBefore`.
  const lasts = length | (length >> 8)
  const others = i8x16.splat(<i8>~lasts)
  const one = length + 1
  const tags = 2 | (length < 128 ? 4 : 0x81)
  const othersBefore = i8x16.splat(<i8>~(lasts | one | (one >> 8) | tags))
  for (let g = 0; g < count; g++) {
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const next = at + length + 8
    const before = <i32>load<u16>(edges + (<usize>at >> 3))
    const behind = (load<u32>(edges + (<usize>next >> 3)) >> (next & 7)) & 0xffff
    const last = i8x16.eq(v128.and(v128.load(ptr + <usize>at - 1), others), none)
    const second = i8x16.eq(v128.and(v128.load(ptr + <usize>at - 2), othersBefore), none)
    const lengths =
      v128.any_true(v128.and(last, second)) || (before & EIGHTHS) !== 0
        ? lengthBefore(ptr + <usize>at, length, before)
        : 0
    const place = marks + ((<usize>g) << 3)
    store<u32>(place, before | (behind << 16))
    store<u32>(place, lengths, 4)
    const first = before | lengths
    if (step === chainBytes || ((first | behind) & EIGHTHS) === 0) continue
    const cell = at >> 3
    if (first & 1) chain(chains, chainBytes, cell, step)
    if (first & 0x100) chain(chains, chainBytes, cell + 1, step)
    if (behind & 1) chain(chains, chainBytes, cell, -step)
    if (behind & 0x100) chain(chains, chainBytes, cell + 1, -step)
  }
}

/** Marks a place and some that are whole numbers away from it, as far as such places are listed. */
function chain(chains: usize, chainBytes: i32, cell: i32, step: i32): void {
  let at = cell
  for (let k = 0; k < CHAIN && at >= 0 && at < chainBytes; k++) {
    const held = load<u8>(chains + <usize>at)
    if ((held & LISTED) === 0) return
    store<u8>(chains + <usize>at, held | 1)
    at += step
  }
}

/** Lists the indexes of the groups in which a place is marked, or in a chain: u32. Returns how many. */
export function marked_groups(
  groups: usize,
  count: i32,
  marks: usize,
  chains: usize,
  out: usize,
): i32 {
  let found = 0
  for (let g = 0; g < count; g++) {
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const isMarked = load<u64>(marks + ((<usize>g) << 3)) !== 0 || chained(chains, at) !== 0
    store<u32>(out + ((<usize>found) << 2), g)
    found += isMarked ? 1 : 0
  }
  return found
}

/** Bits 0 and 8: the places at multiples of 8 of a group are marked, or in a chain. */
function chained(chains: usize, at: i32): i32 {
  return <i32>load<u16>(chains + (<usize>at >> 3)) & 0x0101
}

/** Places of a group where a number is marked on either side. */
function marked(marks: usize, g: i32, chains: usize, at: i32): i32 {
  const sides = load<u32>(marks + ((<usize>g) << 3))
  const lengths = load<u32>(marks + ((<usize>g) << 3), 4)
  return ((sides | (sides >> 16) | lengths) & 0xffff) | chained(chains, at)
}

/** Places where that is enough to try what is dear: at multiples of 8, or on both sides, or behind its length. */
function wellMarked(marks: usize, g: i32, near: i32): i32 {
  const sides = load<u32>(marks + ((<usize>g) << 3))
  const lengths = load<u32>(marks + ((<usize>g) << 3), 4)
  return (near & 0x0101) | (sides & (sides >> 16)) | lengths
}

/**
 * Lists windows of `length` bytes at places before `to` whose lowest and highest byte allow them to be a prime factor, one
 * beside it, one negated, or half of one beside it: of the groups whose indexes are `indexes` (u32), or of all where
 * that is 0.
 *
 * `low` and `high` bound the highest byte of the factor, `usual` that of a factor where nothing marks it; `negated` and
 * `few` bound that of 2^bits - factor likewise. `beside` has a bit for each place in a group of 16 at which numbers
 * beside a factor are looked for where nothing marks them. The first `orders` byte orders are looked at. `marks` and
 * `chains` are for windows of `length` bytes.
 *
 * Writes to five lists of `cap` u32 each at `out`: first factors that are marked, then factors at multiples of 8 in the two
 * plain byte orders, then other factors, then what is no factor itself and not marked, then what is. Without `every` the
 * second to fourth get nothing. Adds how many to `sizes` (5 u32). Returns what did not fit.
 */
export function candidates(
  ptr: usize,
  groups: usize,
  indexes: usize,
  count: i32,
  marks: usize,
  chains: usize,
  to: i32,
  length: i32,
  low: i32,
  usual: i32,
  high: i32,
  negated: i32,
  few: i32,
  beside: i32,
  orders: i32,
  every: i32,
  out: usize,
  cap: i32,
  sizes: usize,
): i32 {
  let lost = 0
  for (let k = 0; k < count; k++) {
    const g = indexes === 0 ? k : <i32>load<u32>(indexes + ((<usize>k) << 2))
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const within = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
    const near = marked(marks, g, chains, at)
    const well = wellMarked(marks, g, near)
    for (let order = 0; order < orders; order++) {
      const allowed = places(order) & within
      const rest = every === 0 ? 0 : allowed & ~near
      if (((allowed & near) | rest) === 0) continue
      const here = ptr + <usize>at
      const lows = v128.load(here + <usize>lowAt(order, length))
      const tops = v128.load(here + <usize>topAt(order, length))
      const odd = i8x16.bitmask(i8x16.shl(lows, 7))
      const most = i8x16.le_u(tops, i8x16.splat(<i8>high))
      const factor = i8x16.bitmask(v128.and(most, i8x16.ge_u(tops, i8x16.splat(<i8>low))))
      const small = i8x16.bitmask(i8x16.le_u(tops, i8x16.splat(<i8>negated)))
      const half = i8x16.bitmask(
        v128.and(
          i8x16.ge_u(tops, i8x16.splat(<i8>(low >> 1))),
          i8x16.le_u(tops, i8x16.splat(<i8>(high >> 1))),
        ),
      )
      const base = entry(at, order, 0)
      lost += put(out, 0, cap, sizes, base, PRIME, odd & factor & near & allowed)
      lost += put(out, 4, cap, sizes, base, BESIDE, ~odd & factor & near & allowed)
      lost += put(out, 4, cap, sizes, base, NEGATED, odd & small & near & allowed)
      lost += put(out, 4, cap, sizes, base, HALVED, half & well & allowed)
      if (rest === 0) continue
      const common = i8x16.bitmask(v128.and(most, i8x16.ge_u(tops, i8x16.splat(<i8>usual))))
      const least = i8x16.bitmask(i8x16.le_u(tops, i8x16.splat(<i8>few)))
      const primes = odd & common & rest
      const plain = order < 2 ? 0x0101 : 0
      lost += put(out, 1, cap, sizes, base, PRIME, primes & plain)
      lost += put(out, 2, cap, sizes, base, PRIME, primes & ~plain)
      lost += put(out, 3, cap, sizes, base, BESIDE, ~odd & common & rest & beside)
      lost += put(out, 3, cap, sizes, base, NEGATED, odd & least & rest & beside)
    }
  }
  return lost
}

/**
 * Adds to the second list of {@link candidates} the factors at multiples of 8 in the two plain byte orders that nothing
 * marks, until it holds `most`. Returns the groups that were left out.
 */
export function aligned_factors(
  ptr: usize,
  groups: usize,
  count: i32,
  marks: usize,
  chains: usize,
  to: i32,
  length: i32,
  usual: i32,
  high: i32,
  most: i32,
  out: usize,
  cap: i32,
  sizes: usize,
): i32 {
  const bounds = i8x16.splat(<i8>usual)
  const limits = i8x16.splat(<i8>high)
  let size = <i32>load<u32>(sizes, 4)
  for (let g = 0; g < count; g++) {
    // A group has four at most.
    if (size >= most || size + 4 > cap) {
      store<u32>(sizes, size, 4)
      return count - g
    }
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const here = ptr + <usize>at
    const first = v128.load(here)
    const ends = v128.load(here + <usize>length - 8)
    const lows = i8x16.shuffle(first, ends, 0, 8, 23, 31, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    const tops = i8x16.shuffle(first, ends, 23, 31, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    const fits = v128.and(i8x16.le_u(tops, limits), i8x16.ge_u(tops, bounds))
    // Bits 0 and 1 are the two places, lowest byte first; 2 and 3 are they, highest byte first.
    const near = marked(marks, g, chains, at) & 0x0101
    const held = (near | (near >> 7)) & 3
    const behind = to - at <= 8 ? 2 : 0
    const found = i8x16.bitmask(v128.and(fits, i8x16.shl(lows, 7))) & ~((held | behind) * 5)
    // Without branches: one in three is a factor, and which cannot be foretold.
    const next = out + ((<usize>cap) << 2)
    store<u32>(next + ((<usize>size) << 2), entry(at, 0, PRIME))
    size += found & 1
    store<u32>(next + ((<usize>size) << 2), entry(at + 8, 0, PRIME))
    size += (found >> 1) & 1
    store<u32>(next + ((<usize>size) << 2), entry(at, 1, PRIME))
    size += (found >> 2) & 1
    store<u32>(next + ((<usize>size) << 2), entry(at + 8, 1, PRIME))
    size += (found >> 3) & 1
  }
  store<u32>(sizes, size, 4)
  return 0
}

/** Appends an entry for each bit; returns how many did not fit. */
function put(out: usize, list: i32, cap: i32, sizes: usize, base: u32, kind: i32, mask: i32): i32 {
  let rest = mask
  let lost = 0
  if (rest === 0) return 0
  let size = load<u32>(sizes + ((<usize>list) << 2))
  while (rest !== 0) {
    const position = ctz(rest)
    rest &= rest - 1
    if (size >= <u32>cap) lost++
    else {
      const to = out + ((<usize>list * <usize>cap + <usize>size) << 2)
      store<u32>(to, base + <u32>position + ((<u32>kind) << 24))
      size++
    }
  }
  store<u32>(sizes + ((<usize>list) << 2), size)
  return lost
}

/**
 * Lists the well marked places before `to` of the groups whose indexes are `indexes`: u32 (position, boundaries) pairs, at
 * most `cap`; returns how many there are. Boundaries: 1 before, 2 behind, 4 a length before, 8 some numbers further before or behind; the
 * latter places only with `further`.
 */
export function bounded(
  groups: usize,
  indexes: usize,
  count: i32,
  marks: usize,
  chains: usize,
  to: i32,
  further: i32,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  for (let k = 0; k < count; k++) {
    const g = <i32>load<u32>(indexes + ((<usize>k) << 2))
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const within = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
    let mask = wellMarked(marks, g, marked(marks, g, chains, at)) & within
    const sides = load<u32>(marks + ((<usize>g) << 3))
    const lengths = load<u32>(marks + ((<usize>g) << 3), 4)
    while (mask !== 0) {
      const i = ctz(mask)
      mask &= mask - 1
      let kinds = ((sides >> i) & 1) | (((sides >> (16 + i)) & 1) << 1)
      kinds |= ((lengths >> i) & 1) << 2
      if (kinds === 0 && further === 0) continue
      if (found < cap) {
        store<u32>(out + ((<usize>found) << 3), at + i)
        store<u32>(out + ((<usize>found) << 3), kinds === 0 ? 8 : kinds, 4)
      }
      found++
    }
  }
  return found
}
