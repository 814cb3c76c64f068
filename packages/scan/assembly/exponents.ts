// asc: --importMemory
/**
 * Tells windows that can be the private exponent of a known key by their upper half.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory. `ptr` is the begin of a slice;
 * positions are relative to it, and the caller keeps as many readable bytes behind the last one as a number takes.
 */
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
 * Lists windows at the places of groups (those whose indexes are at `indexes`, or all where that is 0) that can be the private exponent d of a key: the fraction of g * d * e / n lies
 * just below an integer for g = 1 or an even g up to 64. Only the top 64 bits of the window count.
 *
 * `keys`: for each key c = 2^bits * e / n as two u64, fraction first. `spare`: bits of the window above those of n.
 * `lanes`: places in a group of 16 that are looked at in the two plain byte orders, `others` in the others; where a number
 * is marked they are anyway. The first `orders` byte orders are looked at. `close`: a table of 2^16 bits, by the top bits of twice the fraction, of those that can be just below a
 * fraction with a denominator up to 32. Writes u32 (entry, key) pairs, at most `cap`, and returns how many there are;
 * stops when `budget` nanoseconds, about, are spent ({@link exponents_spent}).
 */
export function exponents(
  ptr: usize,
  groups: usize,
  indexes: usize,
  count: i32,
  marks: usize,
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
  for (let k = 0; k < count && work < budget; k++) {
    const g = indexes === 0 ? k : <i32>load<u32>(indexes + ((<usize>k) << 2))
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const sides = load<u32>(marks + ((<usize>g) << 3))
    const near = sides | (sides >> 16) | load<u32>(marks + ((<usize>g) << 3), 4)
    if (isUsual && (near & 0xffff) === 0 && to - at > 8) {
      const here = ptr + <usize>at
      const high = here + <usize>length - 8
      const shift = <u64>spare
      work += usualWork
      const top0 = load<u64>(high) << shift
      const top1 = load<u64>(high, 8) << shift
      const top2 = bswap<u64>(load<u64>(here)) << shift
      const top3 = bswap<u64>(load<u64>(here, 8)) << shift
      for (let key = 0; key < keyCount; key++) {
        const c = keys + ((<usize>key) << 4)
        const whole = load<u64>(c, 8)
        const fraction = <u64>load<u32>(c, 4)
        const can0 = bitAt(close, bucketOf(top0, whole, fraction))
        const can1 = bitAt(close, bucketOf(top1, whole, fraction))
        const can2 = bitAt(close, bucketOf(top2, whole, fraction))
        const can3 = bitAt(close, bucketOf(top3, whole, fraction))
        if ((can0 | can1 | can2 | can3) === 0) continue
        if (can0 && isExponent(top0, c, shift))
          found = put(out, found, cap, entry(at, 0, PRIME), key)
        if (can1 && isExponent(top1, c, shift))
          found = put(out, found, cap, entry(at + 8, 0, PRIME), key)
        if (can2 && isExponent(top2, c, shift))
          found = put(out, found, cap, entry(at, 1, PRIME), key)
        if (can3 && isExponent(top3, c, shift))
          found = put(out, found, cap, entry(at + 8, 1, PRIME), key)
      }
      continue
    }
    const within = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
    if ((<i32>near | lanes | others) === 0) continue
    for (let order = 0; order < orders; order++) {
      const looked = order < 2 ? lanes : others
      const isPlain = order < 2
      let mask = (isPlain ? 0xffff : places(order)) & within & (looked | <i32>near)
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
          const bucket = bucketOf(top, load<u64>(c, 8), <u64>load<u32>(c, 4))
          if (bitAt(close, bucket) === 0 || !isExponent(top, c, room)) continue
          found = put(out, found, cap, entry(position, order, PRIME), key)
        }
      }
    }
  }
  return found
}

/** Places at multiples of 8 in a group of 16. */
const EIGHTHS: i32 = 0x0101

function put(out: usize, index: i32, cap: i32, item: u32, key: i32): i32 {
  if (index < cap) {
    store<u32>(out + ((<usize>index) << 3), item)
    store<u32>(out + ((<usize>index) << 3), key, 4)
  }
  return index + 1
}

/**
 * The top 16 bits of twice the fraction of top * c / 2^64, of c = whole + fraction / 2^32 and a little more: less than it is
 * by 2^-31 at most, by less than a bucket.
 */
function bucketOf(top: u64, whole: u64, fraction: u64): u32 {
  return <u32>((top * whole + (top >> 32) * fraction) >> 47) & 0xffff
}

function bitAt(bits: usize, index: u32): u32 {
  return (<u32>load<u8>(bits + <usize>(index >> 3)) >> (index & 7)) & 1
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
