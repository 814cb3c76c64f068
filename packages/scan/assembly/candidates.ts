// asc: --importMemory
/**
 * Lists windows that can be, or be beside, a factor of a known modulus, by lowest and highest byte.
 * Nothing is allocated; positions are relative to `ptr`, with 64 readable bytes before and a number
 * and 64 behind. `runs` and `records` are of `number_offsets.ts`.
 */

import {
  chainedOf,
  EIGHTHS,
  FOURTHS,
  groupOf,
  lengthsOf,
  markedOf,
  nearOf,
  offsetsBefore,
  runBegin,
  runEnd,
  sidesOf,
  surelyOf,
  wellOf,
} from './lib/marked_offsets.ts'
import {
  BESIDE,
  entry,
  HALVED,
  lowAt,
  lowBits,
  NEGATED,
  PRIME,
  positions,
  topAt,
} from './lib/number.ts'
import { pinned } from './lib/pinned.ts'
import { isOfAddresses, isRandom } from './lib/random_bytes.ts'

/** Byte orders of programs' numbers: non-primes marked by one side alone are tried in these. */
const WORKED: i32 = 3

/**
 * Lists windows of `length` bytes before `to` that can be a prime, beside one, negated, or half of
 * one beside it: in marked groups, or with `every` in all. Highest bytes: `low` to `high`, `usual`
 * where unmarked, `negated` and `few` of 2^bits - factor. `beside`: a bit for each offset of 16 at
 * which numbers beside a factor are tried if unmarked. `orders`: how many byte orders.
 * Five lists of `cap` u32 at `out`: marked factors; factors at multiples of 8 in plain orders; other
 * factors; unmarked others; marked others (by one side alone only at multiples of 4). Without
 * `every` lists two to four stay empty. What is marked some numbers away counts as a factor in plain
 * orders, as others in the first. Adds to `sizes` (5 u32); returns what did not fit.
 */
export function candidates(
  ptr: usize,
  runs: usize,
  runCount: i32,
  records: usize,
  recordCount: i32,
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
  let next = 0
  const lowest = pinned(i8x16.splat(<i8>low), 0)
  const highest = pinned(i8x16.splat(<i8>high), 1)
  const halfLowest = pinned(i8x16.splat(<i8>(low >> 1)), 2)
  const halfHighest = pinned(i8x16.splat(<i8>(high >> 1)), 3)
  const mostNegated = pinned(i8x16.splat(<i8>negated), 4)
  const rounds = every === 0 ? recordCount : runCount
  for (let r = 0; r < rounds; r++) {
    const begin = every === 0 ? groupOf(records, r) : runBegin(runs, r)
    const end = every === 0 ? begin + 1 : runEnd(runs, r)
    for (let g = begin; g < end; g++) {
      const at = g << 4
      const within = offsetsBefore(to, at)
      let marked = 0
      let chained = 0
      let sure = 0
      if (next < recordCount && groupOf(records, next) === g) {
        marked = markedOf(records, next)
        chained = <i32>chainedOf(records, next)
        sure = surelyOf(records, next)
        next++
      }
      for (let order = 0; order < orders; order++) {
        const allowed = positions(order) & within
        // Numbers on end are limbs, or primes that a blob holds.
        const near = order < 2 ? marked | chained : marked
        const nearOther = order === 0 ? near : marked
        const fair = (order < WORKED ? nearOther & FOURTHS : 0) | sure
        const well = (order < WORKED ? nearOther & EIGHTHS : 0) | sure
        const rest = every === 0 ? 0 : allowed & ~fair
        if (((allowed & near) | rest) === 0) continue
        const here = ptr + <usize>at
        const lows = v128.load(here + <usize>lowAt(order, length))
        const tops = v128.load(here + <usize>topAt(order, length))
        const odd = i8x16.bitmask(lowBits(lows))
        const most = i8x16.le_u(tops, highest)
        const factor = i8x16.bitmask(v128.and(most, i8x16.ge_u(tops, lowest)))
        const small = i8x16.bitmask(i8x16.le_u(tops, mostNegated))
        const half = i8x16.bitmask(
          v128.and(i8x16.ge_u(tops, halfLowest), i8x16.le_u(tops, halfHighest)),
        )
        const base = entry(at, order, 0)
        lost += put(out, 0, cap, sizes, base, PRIME, odd & factor & near & allowed)
        lost += put(out, 4, cap, sizes, base, BESIDE, ~odd & factor & fair & allowed)
        lost += put(out, 4, cap, sizes, base, NEGATED, odd & small & fair & allowed)
        lost += put(out, 4, cap, sizes, base, HALVED, half & well & allowed)
        if (rest === 0) continue
        const common = i8x16.bitmask(v128.and(most, i8x16.ge_u(tops, i8x16.splat(<i8>usual))))
        const least = i8x16.bitmask(i8x16.le_u(tops, i8x16.splat(<i8>few)))
        const primes = odd & common & rest & ~near
        const plain = order < 2 ? EIGHTHS : 0
        lost += put(out, 1, cap, sizes, base, PRIME, primes & plain)
        lost += put(out, 2, cap, sizes, base, PRIME, primes & ~plain)
        lost += put(out, 3, cap, sizes, base, BESIDE, ~odd & common & rest & beside)
        lost += put(out, 3, cap, sizes, base, NEGATED, odd & least & rest & beside)
      }
    }
  }
  return lost
}

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

/** Adds unmarked factors at multiples of 8 in plain orders, up to `most`; returns groups left. */
export function aligned_factors(
  ptr: usize,
  runs: usize,
  runCount: i32,
  records: usize,
  recordCount: i32,
  to: i32,
  length: i32,
  usual: i32,
  high: i32,
  most: i32,
  out: usize,
  cap: i32,
  sizes: usize,
): i32 {
  const least = pinned(i8x16.splat(<i8>usual), 0)
  const spread = pinned(i8x16.splat(<i8>(high - usual)), 1)
  // A group has four at most.
  const enough = <u32>min(most, cap - 3)
  let next = 0
  for (let r = 0; r < runCount; r++) {
    const end = runEnd(runs, r)
    for (let g = runBegin(runs, r); g < end; g++) {
      if (load<u32>(sizes, 4) >= enough) return end - g + groupsFrom(runs, r + 1, runCount)
      const at = g << 4
      let allowed = EIGHTHS & offsetsBefore(to, at)
      if (next < recordCount && groupOf(records, next) === g) allowed &= ~nearOf(records, next++)
      if (allowed === 0) continue
      const first = v128.load(ptr + <usize>at)
      const last = v128.load(ptr + <usize>(at + length - 1))
      const fitsFirst = i8x16.bitmask(i8x16.le_u(i8x16.sub(first, least), spread))
      const fitsLast = i8x16.bitmask(i8x16.le_u(i8x16.sub(last, least), spread))
      const little = i8x16.bitmask(lowBits(first)) & fitsLast & allowed
      const big = i8x16.bitmask(lowBits(last)) & fitsFirst & allowed
      put(out, 1, cap, sizes, entry(at, 0, 0), PRIME, little)
      put(out, 1, cap, sizes, entry(at, 1, 0), PRIME, big)
    }
  }
  return 0
}

function groupsFrom(runs: usize, first: i32, runCount: i32): i32 {
  let groups = 0
  for (let r = first; r < runCount; r++) groups += runEnd(runs, r) - runBegin(runs, r)
  return groups
}

/**
 * Lists well marked offsets before `to` as u32 (position, boundaries), at most `cap`. Boundaries: 1
 * before, 2 behind, 4 a length before, 8 (with `further`) some numbers further. With `looked` only
 * random-looking ones without addresses, see `isRandom`: the first `mostEnclosed` of boundaries 3
 * and more, `mostOthers` of others.
 */
export function bounded(
  ptr: usize,
  records: usize,
  recordCount: i32,
  to: i32,
  further: i32,
  probed: i32,
  least: i32,
  most: i32,
  seen: usize,
  mostEnclosed: i32,
  mostOthers: i32,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  let enclosedLeft = mostEnclosed
  let othersLeft = mostOthers
  for (let k = 0; k < recordCount && (enclosedLeft | othersLeft) !== 0; k++) {
    const at = groupOf(records, k) << 4
    let mask = wellOf(records, k) & offsetsBefore(to, at)
    const sides = sidesOf(records, k)
    const lengths = lengthsOf(records, k)
    while (mask !== 0) {
      const i = ctz(mask)
      mask &= mask - 1
      let kinds = ((sides >> i) & 1) | (((sides >> (16 + i)) & 1) << 1)
      kinds |= ((lengths >> i) & 1) << 2
      if (kinds === 0 && further === 0) continue
      if (kinds === 0) kinds = 8
      const isEnclosed = kinds >= 3
      if ((isEnclosed ? enclosedLeft : othersLeft) === 0) continue
      const here = ptr + <usize>(at + i)
      if (probed !== 0 && isOfAddresses(here, probed)) continue
      if (probed !== 0 && !isRandom(here, probed, least, most, seen)) continue
      if (isEnclosed) enclosedLeft--
      else othersLeft--
      if (found < cap) {
        store<u32>(out + ((<usize>found) << 3), at + i)
        store<u32>(out + ((<usize>found) << 3), kinds, 4)
      }
      found++
    }
  }
  return found
}
