// asc: --importMemory
/**
 * Divides known moduli by the numbers of windows, or of those beside them. Nothing is allocated;
 * positions are relative to `ptr`, with 16 readable bytes before and a number and 32 behind.
 */
import { LIMB, LIMB_BITS, limbsOf, normalise } from './lib/limbs.ts'
import { BESIDE, HALVED, inverse64, NEGATED } from './lib/number.ts'
import { isSieved } from './lib/sieve.ts'
import { gather } from './lib/windows.ts'

const PAIR: u64 = ((1 as u64) << 56) - 1

let work: i64 = 0
let hitCount: i32 = 0

/** Nanoseconds, about, that {@link test} has spent since {@link reset}. */
export function spent(): i64 {
  return work
}

/** Hits that {@link test} has written since {@link reset}. */
export function hits_written(): i32 {
  return hitCount
}

export function reset(): void {
  work = 0
  hitCount = 0
}

/** What must be a prime if the window is of this kind. `up`: of p - 1 and p + 1. */
function primeOf(number: usize, length: i32, bits: i32, kind: i32, up: bool): void {
  if (kind === BESIDE && up) store<u8>(number, load<u8>(number) | 1)
  else if (kind === BESIDE) {
    // From p back to p - 1 (the low bit was set by `up` before), then one less.
    store<u8>(number, load<u8>(number) & 0xfe)
    let at = number
    while (load<u64>(at) === 0 && at < number + <usize>length) {
      store<u64>(at, ~(0 as u64))
      at += 8
    }
    store<u64>(at, load<u64>(at) - 1)
  } else if (kind === NEGATED) {
    for (let k = 0; k < length; k += 16) {
      v128.store(number + <usize>k, v128.not(v128.load(number + <usize>k)))
    }
    store<u8>(number, load<u8>(number) | 1)
    const spare = (length << 3) - bits
    const top = number + <usize>(length - 1)
    store<u8>(top, <u8>(<i32>load<u8>(top) & (0xff >> spare)))
    v128.store(number + <usize>length, i8x16.splat(0))
  } else if (kind === HALVED) {
    let carry: u64 = 1
    for (let k = 0; k < length; k += 8) {
      const word = load<u64>(number + <usize>k)
      store<u64>(number + <usize>k, (word << 1) | carry)
      carry = word >> 63
    }
  }
}

/**
 * Whether x divides n: the quotient from the lowest limb up must end two limbs early. Both have
 * `digits` limbs, x then six zeros. `sums`: 2 * digits + 8 u64; 255 terms of 2^56 fit a column,
 * longer numbers carry on the way.
 */
function divides(x: usize, n: usize, digits: i32, inv: u64, sums: usize): bool {
  for (let k = 0; k < (digits + 4) << 3; k += 16) v128.store(sums + <usize>k, i8x16.splat(0))
  let carry: u64 = 0
  const x0 = <u64>load<u32>(x)
  const x1 = <u64>load<u32>(x, 4)
  for (let i = 0; i < digits; i += 2) {
    const at = sums + ((<usize>i) << 3)
    const wanted = load<u64>(n + ((<usize>i) << 2))
    const first = load<u64>(at) + carry
    const second = load<u64>(at, 8)
    const rest = (wanted & 0xffffffff) + ((wanted >> 32) << 28) - first - (second << 28)
    const pair = (rest * inv) & PAIR
    const low = pair & LIMB
    const high = pair >> 28
    if (low !== 0 && i >= digits - 2) return false
    if (i + 1 === digits) return true
    if (high !== 0 && i + 1 >= digits - 2) return false
    carry = (((first + x0 * low) >> 28) + second + x1 * low + x0 * high) >> 28
    // The two columns themselves are done: nothing is added to them.
    addRows(x, digits - i - 2, <u32>low, <u32>high, at + 16)
    if ((i & 127) === 126) normalise(sums, i + 2, digits)
  }
  return true
}

/** Adds to `count` columns: `low` times x from its third limb, `high` from its second. */
function addRows(x: usize, count: i32, low: u32, high: u32, to: usize): void {
  if (count <= 0) return
  const a = i32x4.splat(low)
  const b = i32x4.splat(high)
  const end = x + ((<usize>count) << 2)
  let row = to
  let at = x
  do {
    const u = v128.load(at, 8)
    const v = v128.load(at, 4)
    const left = i64x2.add(i64x2.extmul_low_i32x4_u(u, a), i64x2.extmul_low_i32x4_u(v, b))
    const right = i64x2.add(i64x2.extmul_high_i32x4_u(u, a), i64x2.extmul_high_i32x4_u(v, b))
    v128.store(row, i64x2.add(v128.load(row), left))
    v128.store(row, i64x2.add(v128.load(row, 16), right), 16)
    row += 32
    at += 16
  } while (at < end)
}

/** `digits` limbs of 28 bits of 1 / x modulo 2^(28 * digits), as {@link divides}. */
function invert(x: usize, digits: i32, inv: u64, sums: usize, out: usize): void {
  for (let k = 0; k < (digits + 4) << 3; k += 16) v128.store(sums + <usize>k, i8x16.splat(0))
  let carry: u64 = 0
  let wanted: u64 = 1
  const x0 = <u64>load<u32>(x)
  const x1 = <u64>load<u32>(x, 4)
  for (let i = 0; i < digits; i += 2) {
    const at = sums + ((<usize>i) << 3)
    const first = load<u64>(at) + carry
    const second = load<u64>(at, 8)
    const pair = ((wanted - first - (second << 28)) * inv) & PAIR
    wanted = 0
    const low = pair & LIMB
    const high = pair >> 28
    carry = (((first + x0 * low) >> 28) + second + x1 * low + x0 * high) >> 28
    store<u64>(out + ((<usize>i) << 2), low | (high << 32))
    addRows(x, digits - i - 2, <u32>low, <u32>high, at + 16)
    if ((i & 127) === 126) normalise(sums, i + 2, digits)
  }
}

/**
 * Digits of 16 bits (i16, from -2^15) of limbs of 28, lowest first unless `isReversed`; zeros to a
 * multiple of 8, and 8 more.
 */
function digits16(limbs: usize, count: i32, isReversed: bool, out: usize): void {
  let carry: i32 = 0
  for (let j = 0; j < count; j++) {
    const bit = j << 4
    const limb = limbs + ((<usize>(bit / LIMB_BITS)) << 2)
    const pair = <u64>load<u32>(limb) | ((<u64>load<u32>(limb, 4)) << 28)
    const digit = <i32>((pair >> <u64>(bit % LIMB_BITS)) & 0xffff) + carry
    carry = digit >= 0x8000 ? 1 : 0
    store<i16>(out + ((<usize>(isReversed ? count - 1 - j : j)) << 1), <i16>digit)
  }
  for (let j = count; j < ((count + 15) & ~7); j++) store<i16>(out + ((<usize>j) << 1), 0)
}

/** Digits of 16 bits that a screen takes for a number of `bits` bits: two more than it has. */
function screenDigits(bits: i32): i32 {
  return ((bits + 15) >> 4) + 2
}

/** Rows of `stride` bytes, digits as {@link digits16}, highest first. */
export function enter_screens(
  keys: usize,
  keyCount: i32,
  keyStride: i32,
  bits: i32,
  out: usize,
  stride: i32,
): void {
  for (let key = 0; key < keyCount; key++) {
    const limbs = keys + <usize>key * <usize>keyStride
    digits16(limbs, screenDigits(bits), true, out + <usize>key * <usize>stride)
  }
}

/**
 * Whether n / x modulo 2^k can be below 2^bits, as of one in 2^11 by chance. Only the two digits
 * above `bits` are added, modulo 2^32; a column of m products below carries less than m * 2^30.
 */
function canDivide(screen: usize, inverse: usize, count: i32): bool {
  let low = i32x4.splat(0)
  let high = i32x4.splat(0)
  for (let k = 0; k < count << 1; k += 16) {
    const x = v128.load(inverse + <usize>k)
    const n = screen + <usize>k
    high = i32x4.add(high, i32x4.dot_i16x8_s(v128.load(n), x))
    low = i32x4.add(low, i32x4.dot_i16x8_s(v128.load(n, 2), x))
  }
  const sum = i32x4.add(low, i32x4.shl(high, 16))
  const both = i32x4.add(sum, i32x4.shuffle(sum, sum, 2, 3, 0, 1))
  const value = i32x4.extract_lane(both, 0) + i32x4.extract_lane(both, 1)
  const bound = (<u32>(count + 4)) << 14
  return <u32>value + bound <= bound << 1
}

/** Keys from which on the inverse of a window is worth its time. */
const MANY_KEYS: i32 = 3

/** What a window costs in nanoseconds, about. */
function priceOf(digits: i32, keyCount: i32): i64 {
  const division = <i64>(digits * digits) / 4 + 40
  if (keyCount < MANY_KEYS) return division * <i64>keyCount
  return division + 100 + <i64>keyCount * <i64>(digits / 4 + 2)
}

/**
 * Tests a list's windows against keys of one size until `budget` is spent; returns how many. Hits:
 * u32 (entry, key, 1 if p + 1), at most `hitCap`, see {@link hits_written}. `keys`: `keyCount` rows
 * of `stride` bytes, `digits` limbs of 28 bits, lowest first; `screens`: see {@link enter_screens}.
 * `scratch`: length + 20 * digits + 1024 bytes.
 */
export function test(
  ptr: usize,
  list: usize,
  count: i32,
  length: i32,
  bits: i32,
  keys: usize,
  keyCount: i32,
  digits: i32,
  stride: i32,
  screens: usize,
  screenStride: i32,
  budget: i64,
  hits: usize,
  hitCap: i32,
  scratch: usize,
): i32 {
  const number = scratch
  const x = (number + <usize>length + 64) & ~15
  const sums = (x + ((<usize>digits) << 2) + 48) & ~15
  const quotient = (sums + ((<usize>digits) << 3) + 96) & ~15
  const inverse16 = (quotient + ((<usize>digits) << 2) + 48) & ~15
  v128.store(x + ((<usize>digits) << 2), i8x16.splat(0))
  v128.store(x + ((<usize>digits) << 2), i8x16.splat(0), 16)
  const price = priceOf(digits, keyCount)
  const screened = screenDigits(bits)
  for (let k = 0; k < count; k++) {
    if (work >= budget) return k
    const item = load<u32>(list + ((<usize>k) << 2))
    const kind = <i32>(item >> 24) & 3
    gather(ptr + <usize>(item & 0x1fffff), (item >> 21) & 7, length, number)
    const rounds = kind === BESIDE ? 2 : 1
    for (let round = 0; round < rounds; round++) {
      primeOf(number, length, bits, kind, round === 0)
      work += 25
      if (!isSieved(number, length)) continue
      work += price
      limbsOf(number, digits, length, x)
      const inv = inverse64(load<u64>(number))
      const isMany = keyCount >= MANY_KEYS
      if (isMany) {
        invert(x, digits, inv, sums, quotient)
        store<u32>(quotient + ((<usize>digits) << 2), 0)
        digits16(quotient, screened, false, inverse16)
      }
      for (let key = 0; key < keyCount; key++) {
        if (isMany && !canDivide(screens + <usize>key * <usize>screenStride, inverse16, screened))
          continue
        if (!divides(x, keys + <usize>key * <usize>stride, digits, inv, sums)) continue
        if (hitCount >= hitCap) break
        const hit = hits + <usize>hitCount * 12
        store<u32>(hit, item)
        store<u32>(hit, key, 4)
        store<u32>(hit, round, 8)
        hitCount++
      }
    }
  }
  return count
}
