// asc: --importMemory
/**
 * Filters windows that can be the private exponent of a known key by their upper half. Nothing is
 * allocated; positions are relative to `ptr`, with a number's readable bytes behind the last.
 */
import { groupOf, markedOf, offsetsBefore, runBegin, runEnd } from './lib/marked_offsets.ts'
import { entry, PRIME, positions, span } from './lib/number.ts'
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
 * Lists windows that can be d: the fraction of g * d * e / n is just below an integer for g = 1 or
 * an even g up to 64, by the top 64 bits. `keys`: c = 2^bits * e / n as two u64, fraction first.
 * `spare`: window bits above n. `lanes`, `others`: offsets of 16 examined in plain and other orders
 * where unmarked. `orders`: byte orders. `close`: 2^16 bytes by the top bits of twice the fraction,
 * the denominator up to 32 or 0. Writes u32 (entry, key), at most `cap`, until `budget` nanoseconds
 * ({@link exponents_spent}).
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
  const isEvery = (lanes | others) !== 0
  const rounds = isEvery ? runCount : recordCount
  let next = nextMarked(records, 0, recordCount)
  let marked = next < recordCount ? groupOf(records, next) : NONE
  for (let r = 0; r < rounds && work < budget; r++) {
    const begin = isEvery ? runBegin(runs, r) : groupOf(records, r)
    const end = isEvery ? runEnd(runs, r) : begin + 1
    for (let g = begin; g < end && work < budget; g++) {
      const at = g << 4
      let near = 0
      if (g === marked) {
        near = markedOf(records, next)
        next = nextMarked(records, next + 1, recordCount)
        marked = next < recordCount ? groupOf(records, next) : NONE
      }
      if ((near | lanes | others) === 0) continue
      const within = offsetsBefore(to, at)
      for (let order = 0; order < orders; order++) {
        const probed = order < 2 ? lanes : others
        const isPlain = order < 2
        let mask = (isPlain ? 0xffff : positions(order)) & within & (probed | near)
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
            if (canBe(top, ratioOf(c), close) === 0 || !isExponent(top, c, room)) continue
            found = put(out, found, cap, entry(position, order, PRIME), key)
          }
        }
      }
    }
  }
  return found
}

/** The first record from `k` on that marks an offset by itself, or `count`. */
function nextMarked(records: usize, k: i32, count: i32): i32 {
  let next = k
  while (next < count && markedOf(records, next) === 0) next++
  return next
}

/** Behind every group. */
const NONE: i32 = i32.MAX_VALUE

function put(out: usize, index: i32, cap: i32, item: u32, key: i32): i32 {
  if (index < cap) {
    store<u32>(out + ((<usize>index) << 3), item)
    store<u32>(out + ((<usize>index) << 3), key, 4)
  }
  return index + 1
}

/** Twice the ratio of the key at `c` in units of 2^-24. */
function ratioOf(c: usize): u64 {
  return (load<u64>(c, 8) << 25) | (<u64>load<u32>(c, 4) >> 7)
}

/**
 * A denominator or 0 by the top 16 bits of twice the fraction of top * ratio / 2^64, which is at
 * most 2^-20 too small: a sixteenth of a bucket.
 */
function canBe(top: u64, ratio: u64, close: usize): u32 {
  return <u32>load<u8>(close + <usize>(((top >> 24) * ratio) >> 48))
}

/** Whether `top`, 64 bits with `room` beyond the window, can be of d of the key at `c`. */
function isExponent(top: u64, c: usize, room: u64): bool {
  return top !== 0 && isClose(fractionOf(top, c), errorOf(c, room))
}

/** The fraction of top * ratio / 2^64, of which errors make less. */
function fractionOf(top: u64, c: usize): u64 {
  return top * load<u64>(c, 8) + high64(top, load<u64>(c))
}

function errorOf(c: usize, room: u64): u64 {
  return (load<u64>(c, 8) + 2) << room
}

/** Whether a fraction, or an even multiple of it up to 64, is `error` below an integer at most. */
function isClose(fraction: u64, error: u64): bool {
  if (0 - fraction <= error) return true
  for (let g: u64 = 2; g <= 64; g += 2) if (0 - fraction * g <= error * g) return true
  return false
}
