// asc: --importMemory
/**
 * Lists places where a number of a known size can lie: random-looking bytes, and what their first and last byte, and
 * what stands beside them, allow.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory. `ptr` is the begin of a slice;
 * positions are relative to it, and the caller keeps 64 readable bytes before it and as many as a number takes, and 64
 * more, behind the last position. `stats` is as in `lib/random_look.ts`, cleared for each slice.
 */
import { edgesBefore, edgesBeforeAny, lengthBefore } from './lib/marks.ts'
import { BESIDE, entry, HALVED, lowAt, NEGATED, PRIME, places, topAt } from './lib/number.ts'
import { isRandomBlock, isRandomSum, statOf } from './lib/random_look.ts'

/** Numbers that lie one behind the other without anything between: so many are told by what is before the first. */
const CHAIN: u8 = 7

/**
 * Lists the groups of 16 places in [from, to) at which numbers of `length` bytes can be random, by the blocks that all
 * numbers beginning there hold. `from` is a multiple of 16. Writes u32, and returns how many.
 *
 * The last block is looked at first, so that most of them are never looked at.
 */
export function random_groups(
  ptr: usize,
  from: i32,
  to: i32,
  length: i32,
  stats: usize,
  out: usize,
): i32 {
  let found = 0
  let known = 0
  let at = from
  while (at < to) {
    const first = (at >> 4) + 1
    const last = (at + length) >> 4
    const least = max(first, known)
    let b = last - 1
    while (b >= least && isRandomBlock(statOf(ptr, stats, b))) b--
    if (b >= least) {
      // Every number that holds block b is out.
      known = b + 1
      at = b << 4
      continue
    }
    known = last
    if (isRandomGroup(stats, first, last)) {
      store<u32>(out + ((<usize>found) << 2), at)
      found++
    }
    at += 16
  }
  return found
}

function isRandomGroup(stats: usize, first: i32, last: i32): bool {
  if (last <= first) return true
  let sum: u64 = 0
  for (let b = first; b < last; b++)
    sum += load<u64>(stats + ((<usize>b) << 3)) & ~((1 as u64) << 63)
  return isRandomSum(sum, (last - first) << 4)
}

/**
 * Writes for each group two u32: bits 0 to 15 where something ends before a number, 16 to 31 where something begins
 * behind it; then bits 0 to 15 where its length stands before it, bits 16 and 24 whether the places at multiples of 8
 * are a multiple of `length` away from such an end or begin. `edges` as in `lib/marks.ts`, cleared for each slice. `chains`: a byte for each 8 places, cleared here.
 */
export function mark_groups(
  ptr: usize,
  groups: usize,
  count: i32,
  length: i32,
  extent: i32,
  edges: usize,
  marks: usize,
  chains: usize,
  chainBytes: i32,
): void {
  memory.fill(chains, 0, chainBytes)
  const step = <usize>(length >> 3)
  const isChained = (length & 7) === 0
  for (let g = 0; g < count; g++) {
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const here = ptr + <usize>at
    const before = edgesBefore(ptr, edges, at)
    const behind = edgesBeforeAny(ptr, edges, at + extent + 8)
    const place = marks + ((<usize>g) << 3)
    store<u32>(place, before | (behind << 16))
    let lengths = lengthBefore(here, length)
    if (isChained) {
      for (let half = 0; half < 2; half++) {
        const cell = chains + <usize>(at >> 3) + <usize>half
        const held: u8 = <usize>(at >> 3) + <usize>half >= step ? load<u8>(cell - step) : 0
        if (((before | lengths) >> (half << 3)) & 1) store<u8>(cell, CHAIN)
        else if (held > 1) store<u8>(cell, held - 1)
        if (load<u8>(cell) !== 0) lengths |= 0x10000 << (half << 3)
      }
    }
    store<u32>(place, lengths, 4)
  }
  if (!isChained) return
  memory.fill(chains, 0, chainBytes)
  for (let g = count - 1; g >= 0; g--) {
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const place = marks + ((<usize>g) << 3)
    const behind = load<u32>(place) >> 16
    for (let half = 0; half < 2; half++) {
      const cell = chains + <usize>(at >> 3) + <usize>half
      const held: u8 =
        <usize>(at >> 3) + <usize>half + step < <usize>chainBytes ? load<u8>(cell + step) : 0
      if ((behind >> (half << 3)) & 1) store<u8>(cell, CHAIN)
      else if (held > 1) store<u8>(cell, held - 1)
      if (load<u8>(cell) !== 0) {
        store<u32>(place, load<u32>(place, 4) | ((<u32>0x10000) << (half << 3)), 4)
      }
    }
  }
}

/** Places of a group where a number is marked on either side. */
function marked(marks: usize, g: i32): i32 {
  const sides = load<u32>(marks + ((<usize>g) << 3))
  const more = load<u32>(marks + ((<usize>g) << 3), 4)
  return ((sides | (sides >> 16) | more) & 0xffff) | ((more >> 16) & 0x0101)
}

/** Places where that is enough to try what is dear: at multiples of 8, or on both sides, or behind its length. */
function wellMarked(marks: usize, g: i32): i32 {
  const sides = load<u32>(marks + ((<usize>g) << 3))
  const lengths = load<u32>(marks + ((<usize>g) << 3), 4) & 0xffff
  return (marked(marks, g) & 0x0101) | (sides & (sides >> 16)) | lengths
}

/**
 * Lists windows of `length` bytes at the places of the groups in [from, to) whose lowest and highest byte allow them to
 * be a prime factor, one beside it, one negated, or half of one beside it.
 *
 * `low` and `high` bound the highest byte of the factor, `usual` that of a factor where nothing marks it; `negated` and
 * `few` bound that of 2^bits - factor likewise. `beside` has a bit for each place in a group of 16 at which numbers
 * beside a factor are looked for where nothing marks them. The first `orders` byte orders are looked at. Without `every` the last
 * two lists stay empty. `marks` are for
 * windows of `length` bytes.
 *
 * Writes to four lists of `cap` u32 each at `out`, and how many to `sizes` (4 u32): first those that are marked, then
 * factors at multiples of 8, then factors elsewhere, then others. Returns what did not fit.
 */
export function candidates(
  ptr: usize,
  groups: usize,
  count: i32,
  marks: usize,
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
  for (let g = 0; g < count; g++) {
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const within = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
    const near = marked(marks, g)
    const well = wellMarked(marks, g)
    for (let order = 0; order < orders; order++) {
      const here = ptr + <usize>at
      const lows = v128.load(here + <usize>lowAt(order, length))
      const tops = v128.load(here + <usize>topAt(order, length))
      const odd = i8x16.bitmask(i8x16.shl(lows, 7))
      const most = i8x16.le_u(tops, i8x16.splat(<i8>high))
      const factor = i8x16.bitmask(v128.and(most, i8x16.ge_u(tops, i8x16.splat(<i8>low))))
      const common = i8x16.bitmask(v128.and(most, i8x16.ge_u(tops, i8x16.splat(<i8>usual))))
      const small = i8x16.bitmask(i8x16.le_u(tops, i8x16.splat(<i8>negated)))
      const least = i8x16.bitmask(i8x16.le_u(tops, i8x16.splat(<i8>few)))
      const allowed = places(order) & within
      const rest = allowed & ~near
      const half = i8x16.bitmask(
        v128.and(
          i8x16.ge_u(tops, i8x16.splat(<i8>(low >> 1))),
          i8x16.le_u(tops, i8x16.splat(<i8>(high >> 1))),
        ),
      )
      const base = entry(at, order, 0)
      lost += put(out, 0, cap, sizes, base, PRIME, odd & factor & near & allowed)
      lost += put(out, 0, cap, sizes, base, BESIDE, ~odd & factor & near & allowed)
      lost += put(out, 0, cap, sizes, base, NEGATED, odd & small & near & allowed)
      lost += put(out, 0, cap, sizes, base, HALVED, half & well & allowed)
      const primes = odd & common & rest
      lost += put(out, 1, cap, sizes, base, PRIME, primes & 0x0101)
      if (every === 0) continue
      lost += put(out, 2, cap, sizes, base, PRIME, primes & ~0x0101)
      lost += put(out, 3, cap, sizes, base, BESIDE, ~odd & common & rest & beside)
      lost += put(out, 3, cap, sizes, base, NEGATED, odd & least & rest & beside)
    }
  }
  return lost
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
 * Lists the well marked places of the groups in [from, to): u32 (position, boundaries) pairs, at most `cap`; returns
 * how many there are. Boundaries: 1 before, 2 behind, 4 a length before, 8 some numbers further before or behind; the
 * latter places only with `chained`.
 */
export function bounded(
  groups: usize,
  count: i32,
  marks: usize,
  to: i32,
  chained: i32,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  for (let g = 0; g < count; g++) {
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const within = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
    let mask = wellMarked(marks, g) & within
    const sides = load<u32>(marks + ((<usize>g) << 3))
    const lengths = load<u32>(marks + ((<usize>g) << 3), 4)
    while (mask !== 0) {
      const i = ctz(mask)
      mask &= mask - 1
      let kinds = ((sides >> i) & 1) | (((sides >> (16 + i)) & 1) << 1)
      kinds |= ((lengths >> i) & 1) << 2
      if (kinds === 0 && chained === 0) continue
      if (found < cap) {
        store<u32>(out + ((<usize>found) << 3), at + i)
        store<u32>(out + ((<usize>found) << 3), kinds === 0 ? 8 : kinds, 4)
      }
      found++
    }
  }
  return found
}
