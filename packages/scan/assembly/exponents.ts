// asc: --importMemory
/**
 * Filters windows that can be the private exponent of a known key by their upper half.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory. `ptr` is the begin of a slice;
 * positions are relative to it, and the caller keeps as many readable bytes behind the last one as a number takes.
 */
import {
  EIGHTHS,
  groupOf,
  markedOf,
  offsetsBefore,
  runBegin,
  runEnd,
} from './lib/marked_offsets.ts'
import { entry, PRIME, places, span } from './lib/number.ts'
import { pinned } from './lib/pinned.ts'
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
 * Lists windows that can be the private exponent d of a key: the fraction of g * d * e / n is just below an integer for
 * g = 1 or an even g up to 64. Only the top 64 bits of the window count. `runs` and `records` are as `number_offsets.ts`
 * writes them; where no offset is examined but marked ones, the records alone are gone through.
 *
 * `keys`: for each key c = 2^bits * e / n as two u64, fraction first. `spare`: bits of the window above those of n.
 * `lanes`: offsets in a group of 16 that are examined in the two plain byte orders, `others` in the others; where a number
 * is marked they are anyway. The first `orders` byte orders are examined. `close`: 2^16 bytes by the top bits of twice the
 * fraction, for those that can be just below a fraction with a denominator up to 32, and some beside them, that denominator.
 * `scratch`: room for {@link CHUNK} + 1 u32. Writes u32 (entry, key) pairs, at most `cap`, and returns how many there are;
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
  scratch: usize,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  // Most offsets are identified by nothing: there the two plain orders alone are examined, at multiples of 8.
  const isUsual = lanes === EIGHTHS && others === 0 && areUsual(keys, keyCount)
  const usualWork = <i64>keyCount * 8 + 8
  const isEvery = (lanes | others) !== 0
  const rounds = isEvery ? runCount : recordCount
  let next = nextMarked(records, 0, recordCount)
  let marked = next < recordCount ? groupOf(records, next) : NONE
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
            scratch,
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
        near = markedOf(records, next)
        next = nextMarked(records, next + 1, recordCount)
        marked = next < recordCount ? groupOf(records, next) : NONE
      }
      if ((near | lanes | others) === 0) continue
      const within = offsetsBefore(to, at)
      for (let order = 0; order < orders; order++) {
        const probed = order < 2 ? lanes : others
        const isPlain = order < 2
        let mask = (isPlain ? 0xffff : places(order)) & within & (probed | near)
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

/** Groups that are gone through before what can be an exponent in any is examined. */
const CHUNK: i32 = 256

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
  scratch: usize,
  out: usize,
  index: i32,
  cap: i32,
): i32 {
  let found = index
  for (let begin = from; begin < to; begin += CHUNK) {
    const end = min(begin + CHUNK, to)
    for (let key = 0; key < keyCount; key++) {
      const c = keys + ((<usize>key) << 4)
      const behind = closeGroups(ptr, begin, end, length, spare, wholeRatio(c), close, scratch)
      for (let item = scratch; item < behind; item += 4) {
        found = inGroup(ptr, load<u32>(item), length, spare, c, key, close, out, found, cap)
      }
    }
  }
  return found
}

/** Keys whose ratio is above 2^24 have public exponents above 2^23. */
function areUsual(keys: usize, keyCount: i32): bool {
  for (let key = 0; key < keyCount; key++) {
    if (load<u64>(keys + ((<usize>key) << 4), 8) >> 24 !== 0) return false
  }
  return true
}

/** The ratio of the key at `c`, of which 53 bits count. */
function wholeRatio(c: usize): f64 {
  return <f64>load<u64>(c, 8) + <f64>load<u64>(c) * 2 ** -64
}

/** Numbers from this on to twice of it have bits down to 2^-16. */
const SIXTEENTH: f64 = 2 ** 36

/**
 * Lists at `list` the offsets (u32) of those groups in [from, to), one at least, that have a window which `close` lets
 * through, and returns the end of the list. Without branches: which groups do cannot be predicted.
 */
function closeGroups(
  ptr: usize,
  from: i32,
  to: i32,
  length: i32,
  spare: u64,
  ratio: f64,
  close: usize,
  list: usize,
): usize {
  // Tops are numbers in [1, 2), of the window's own bits.
  const factor = ratio * <f64>((1 as u64) << (spare + 1))
  const own = pinned(i64x2.splat(~(0 as u64) >> spare), 0)
  const one = pinned(f64x2.splat(1), 1)
  const twice = pinned(f64x2.splat(factor), 2)
  const rest = pinned(f64x2.splat(SIXTEENTH - factor), 3)
  const turn = pinned(i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8), 4)
  let here = ptr + ((<usize>from) << 4)
  let at = from << 4
  const end = to << 4
  let next = list
  do {
    const begins = v128.load(here)
    const ends = v128.load(here + <usize>length - 8)
    const turned = i8x16.swizzle(begins, turn)
    const plain = bucketsOf(ends, own, one, twice, rest)
    const swapped = bucketsOf(turned, own, one, twice, rest)
    const first = load<u8>(close + <usize>i16x8.extract_lane_u(plain, 0))
    const second = load<u8>(close + <usize>i16x8.extract_lane_u(plain, 4))
    const third = load<u8>(close + <usize>i16x8.extract_lane_u(swapped, 0))
    const fourth = load<u8>(close + <usize>i16x8.extract_lane_u(swapped, 4))
    store<u32>(next, at)
    next += (<usize>((first | second | third | fourth) !== 0)) << 2
    at += 16
    here += 16
  } while (at < end)
  return next
}

/**
 * Of two windows by their top 64 bits what `close` is asked for, in the lowest 16 bits of each: twice the fraction in units
 * of 2^-16, not more than 17 sixteenths off. The last 16 bits of a sum from {@link SIXTEENTH} on are those.
 */
function bucketsOf(tops: v128, own: v128, one: v128, twice: v128, rest: v128): v128 {
  const top = v128.or(i64x2.shr_u(v128.and(tops, own), 12), one)
  return f64x2.add(f64x2.mul(top, twice), rest)
}

/** Lists which of the four windows of the group at `at` can be the exponent of the key at `c`. */
function inGroup(
  ptr: usize,
  at: i32,
  length: i32,
  spare: u64,
  c: usize,
  key: i32,
  close: usize,
  out: usize,
  index: i32,
  cap: i32,
): i32 {
  let found = index
  const ratio = ratioOf(c)
  const begin = ptr + <usize>at
  const end = begin + <usize>length - 8
  const near =
    nearBit(load<u64>(end) << spare, ratio, close) |
    (nearBit(load<u64>(end, 8) << spare, ratio, close) << 1) |
    (nearBit(bswap<u64>(load<u64>(begin)) << spare, ratio, close) << 2) |
    (nearBit(bswap<u64>(load<u64>(begin, 8)) << spare, ratio, close) << 3)
  // Mostly one of the four.
  for (let rest = near; rest !== 0; rest &= rest - 1) {
    const k = ctz(rest)
    const half = (k & 1) << 3
    const order = k >> 1
    const top =
      order === 0 ? load<u64>(end + <usize>half) : bswap<u64>(load<u64>(begin + <usize>half))
    const own = top << spare
    if (!isJustBelow(own, c, spare, canBe(own, ratio, close))) continue
    found = put(out, found, cap, entry(at + half, order, PRIME), key)
  }
  return found
}

function nearBit(top: u64, ratio: u64, close: usize): i32 {
  return <i32>(canBe(top, ratio, close) !== 0)
}

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
 * What `close` says of top * ratio / 2^64: a denominator or 0 by the top 16 bits of twice the fraction. That is taken for
 * less than it is by 2^-20 at most, a sixteenth of a bucket.
 */
function canBe(top: u64, ratio: u64, close: usize): u32 {
  return <u32>load<u8>(close + <usize>(((top >> 24) * ratio) >> 48))
}

/** Whether a number whose top 64 bits are `top`, `room` of them beyond the window, can be d of the key at `c`. */
function isExponent(top: u64, c: usize, room: u64): bool {
  return top !== 0 && isClose(fractionOf(top, c), errorOf(c, room))
}

/**
 * The same where no other fraction than one with this denominator is near, none with 0, and the error is far smaller than
 * what is between two.
 */
function isJustBelow(top: u64, c: usize, room: u64, denominator: u32): bool {
  if (denominator === 0 || top === 0) return false
  const g = (<u64>denominator) << 1
  return 0 - fractionOf(top, c) * g <= errorOf(c, room) * g
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
