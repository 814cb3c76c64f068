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
  for (let k = 0; k < count && work < budget; k++) {
    const g = indexes === 0 ? k : <i32>load<u32>(indexes + ((<usize>k) << 2))
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const within = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
    const sides = load<u32>(marks + ((<usize>g) << 3))
    const near = sides | (sides >> 16) | load<u32>(marks + ((<usize>g) << 3), 4)
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
        if (top === 0) continue
        for (let key = 0; key < keyCount; key++) {
          const c = keys + ((<usize>key) << 4)
          const whole = load<u64>(c, 8)
          // Less than the fraction by 2^-31 at most: by less than a bucket.
          const rough = top * whole + (top >> 32) * <u64>load<u32>(c, 4)
          const bucket = <u32>(rough >> 47) & 0xffff
          if (((<u32>load<u8>(close + <usize>(bucket >> 3)) >> (bucket & 7)) & 1) === 0) continue
          if (!isClose(top * whole + high64(top, load<u64>(c)), (whole + 2) << room)) continue
          if (found < cap) {
            store<u32>(out + ((<usize>found) << 3), entry(position, order, PRIME))
            store<u32>(out + ((<usize>found) << 3), key, 4)
          }
          found++
        }
      }
    }
  }
  return found
}

/** Whether a fraction, or an even multiple of it up to 64, is `error` below an integer at most. */
function isClose(fraction: u64, error: u64): bool {
  if (0 - fraction <= error) return true
  for (let g: u64 = 2; g <= 64; g += 2) if (0 - fraction * g <= error * g) return true
  return false
}
