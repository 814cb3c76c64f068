// asc: --importMemory
/**
 * Tells windows that can be the private exponent of a known key by their upper half.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory. `ptr` is the begin of a slice;
 * positions are relative to it, and the caller keeps as many readable bytes behind the last one as a number takes.
 */
import { EIGHTHS, groupOf, placesBefore, runBegin, runEnd, toldOf } from './lib/marked_places.ts'
import { entry, PRIME, places, span } from './lib/number.ts'
import { topOf } from './lib/windows.ts'

let work: i64 = 0

/** Nanoseconds, about, that {@link exponents} has spent since {@link reset_exponents}. */
export function exponents_spent(): i64 {
  return work
}

export function reset_exponents(): void {
  work = 0
}

function high64(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff
  const a1 = a >> 32
  const b0 = b & 0xffffffff
  const b1 = b >> 32
  const m = a1 * b0 + ((a0 * b0) >> 32)
  const n = a0 * b1 + (m & 0xffffffff)
  return a1 * b1 + (m >> 32) + (n >> 32)
}

/**
 * Lists windows that can be the private exponent d of a key: the fraction of g * d * e / n lies just below an integer for
 * g = 1 or an even g up to 64. Only the top 64 bits of the window count. `runs` and `records` are as `number_places.ts`
 * writes them; where no place is looked at but marked ones, the records alone are gone through.
 *
 * `keys`: for each key c = 2^bits * e / n as two u64, fraction first. `spare`: bits of the window above those of n.
 * `lanes`: places in a group of 16 that are looked at in the two plain byte orders, `others` in the others; where a number
 * is marked they are anyway. The first `orders` byte orders are looked at. `close`: a table of 2^16 bits, by the top bits of twice the fraction, of those that can be just below a
 * fraction with a denominator up to 32. Writes u32 (entry, key) pairs, at most `cap`, and returns how many there are;
 * stops when `budget` nanoseconds, about, are spent ({@link exponents_spent}).
 */
export function exponents(
  ptr: usize,
  runs: usize,
  runCount: i32,
  records: usize,
  recordCount: i32,
  to: i32,
  length: i32,
  spare: i32,
  keys: usize,
  keyCount: i32,
  lanes: i32,
  others: i32,
  orders: i32,
  close: usize,
  budget: i64,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  // Most places are told by nothing: there the two plain orders alone are looked at, at multiples of 8.
  const isUsual = lanes === EIGHTHS && others === 0
  const usualWork = <i64>keyCount * 8 + 8
  const isEvery = (lanes | others) !== 0
  const rounds = isEvery ? runCount : recordCount
  let next = 0
  let marked = recordCount > 0 ? groupOf(records, 0) : NONE
  for (let r = 0; r < rounds && work < budget; r++) {
    const begin = isEvery ? runBegin(runs, r) : groupOf(records, r)
    const end = isEvery ? runEnd(runs, r) : begin + 1
    for (let g = begin; g < end && work < budget; g++) {
      if (isUsual && g < marked) {
        // As far as nothing is marked, but for the last group, and as far as there is time.
        const most = g + <i32>min((budget - work) / usualWork + 1, <i64>(end - g))
        const last = min(min(most, marked), (to - 9) >> 4)
        if (g < last) {
          found = usualGroups(
            ptr,
            g,
            last,
            length,
            <u64>spare,
            keys,
            keyCount,
            close,
            out,
            found,
            cap,
          )
          work += <i64>(last - g) * usualWork
          g = last - 1
          continue
        }
      }
      const at = g << 4
      let near = 0
      if (g === marked) {
        near = toldOf(records, next)
        next++
        marked = next < recordCount ? groupOf(records, next) : NONE
      }
      if ((near | lanes | others) === 0) continue
      const within = placesBefore(to, at)
      for (let order = 0; order < orders; order++) {
        const looked = order < 2 ? lanes : others
        const isPlain = order < 2
        let mask = (isPlain ? 0xffff : places(order)) & within & (looked | near)
        const beyond = isPlain ? 0 : span(order, length) - length
        const room = <u64>(spare + (beyond << 3))
        work += <i64>popcnt(mask) * <i64>(keyCount * 2 + 2)
        while (mask !== 0) {
          const position = at + ctz(mask)
          mask &= mask - 1
          const here = ptr + <usize>position
          let top: u64
          if (order === 0) top = load<u64>(here + <usize>length - 8)
          else if (isPlain) top = bswap<u64>(load<u64>(here))
          else top = topOf(here, order, length)
          top <<= room
          for (let key = 0; key < keyCount; key++) {
            const c = keys + ((<usize>key) << 4)
            if (!canBe(top, ratioOf(c), close) || !isExponent(top, c, room)) continue
            found = put(out, found, cap, entry(position, order, PRIME), key)
          }
        }
      }
    }
  }
  return found
}

/** Behind every group. */
const NONE: i32 = i32.MAX_VALUE

/** What {@link exponents} lists of the groups in [from, to), one at least, at multiples of 8 in the two plain byte orders. */
function usualGroups(
  ptr: usize,
  from: i32,
  to: i32,
  length: i32,
  spare: u64,
  keys: usize,
  keyCount: i32,
  close: usize,
  out: usize,
  index: i32,
  cap: i32,
): i32 {
  let found = index
  let at = from << 4
  const end = to << 4
  do {
    const here = ptr + <usize>at
    const high = here + <usize>length - 8
    const top0 = load<u64>(high) << spare
    const top1 = load<u64>(high, 8) << spare
    const top2 = bswap<u64>(load<u64>(here)) << spare
    const top3 = bswap<u64>(load<u64>(here, 8)) << spare
    for (let key = 0; key < keyCount; key++) {
      const c = keys + ((<usize>key) << 4)
      const ratio = ratioOf(c)
      const can0 = canBe(top0, ratio, close)
      const can1 = canBe(top1, ratio, close)
      const can2 = canBe(top2, ratio, close)
      const can3 = canBe(top3, ratio, close)
      if ((can0 | can1 | can2 | can3) === 0) continue
      if (can0 && isExponent(top0, c, spare)) found = put(out, found, cap, entry(at, 0, PRIME), key)
      if (can1 && isExponent(top1, c, spare))
        found = put(out, found, cap, entry(at + 8, 0, PRIME), key)
      if (can2 && isExponent(top2, c, spare)) found = put(out, found, cap, entry(at, 1, PRIME), key)
      if (can3 && isExponent(top3, c, spare))
        found = put(out, found, cap, entry(at + 8, 1, PRIME), key)
    }
    at += 16
  } while (at < end)
  return found
}

function put(out: usize, index: i32, cap: i32, item: u32, key: i32): i32 {
  if (index < cap) {
    store<u32>(out + ((<usize>index) << 3), item)
    store<u32>(out + ((<usize>index) << 3), key, 4)
  }
  return index + 1
}

/** The ratio of the key at `c` in units of 2^-24. */
function ratioOf(c: usize): u64 {
  return (load<u64>(c, 8) << 24) | (<u64>load<u32>(c, 4) >> 8)
}

/**
 * What `close` says of top * ratio / 2^64: a bit of it by the top 16 bits of twice the fraction. The fraction is taken
 * for less than it is by 2^-21 at most, a sixteenth of a bucket.
 */
function canBe(top: u64, ratio: u64, close: usize): u32 {
  const fraction = (top >> 24) * ratio
  const byte = <u32>load<u8>(close + <usize>((fraction >> 50) & 0x1fff))
  return (byte >> (<u32>(fraction >> 47) & 7)) & 1
}

/** Whether a number whose top 64 bits are `top`, `room` of them beyond the window, can be d of the key at `c`. */
function isExponent(top: u64, c: usize, room: u64): bool {
  const whole = load<u64>(c, 8)
  return top !== 0 && isClose(top * whole + high64(top, load<u64>(c)), (whole + 2) << room)
}

/** Whether a fraction, or an even multiple of it up to 64, is `error` below an integer at most. */
function isClose(fraction: u64, error: u64): bool {
  if (0 - fraction <= error) return true
  for (let g: u64 = 2; g <= 64; g += 2) if (0 - fraction * g <= error * g) return true
  return false
}
