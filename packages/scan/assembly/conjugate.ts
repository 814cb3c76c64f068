// asc: --importMemory
/**
 * Arithmetic on windows: which of them divide a known modulus, have a low limb that fits another's, or are a private
 * exponent.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory. `ptr` is the begin of a slice;
 * positions are relative to it, and the caller keeps 16 readable bytes before it and as many as a number takes, and 32
 * more, behind the last position.
 */
import { BESIDE, entry, GOLDEN, HALVED, NEGATED, PRIME, places, span } from './lib/number.ts'

const LIMB: u64 = 0xfffffff // 28 bits
const LIMB_BITS: i32 = 28

let work: i64 = 0
let hitCount: i32 = 0
let limbCount: i32 = 0

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
  limbCount = 0
}

function reverse16(v: v128): v128 {
  return i8x16.shuffle(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
}

function swap8(v: v128): v128 {
  return i8x16.shuffle(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)
}

function swap4(v: v128): v128 {
  return i8x16.shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}

/**
 * Writes the number of a window to `out` as little-endian bytes, zeros up to `length` + 32.
 *
 * Reads up to 15 bytes before and behind the window; writes up to 15 behind `out` + `length` before it clears them.
 */
export function gather(at: usize, order: i32, length: i32, out: usize): void {
  const extent = span(order, length)
  for (let k = 0; k < extent; k += 16) {
    const forward = at + <usize>k
    const backward = at + <usize>extent - 16 - <usize>k
    let v: v128
    if (order === 0) v = v128.load(forward)
    else if (order === 1) v = reverse16(v128.load(backward))
    else if (order === 2) v = swap4(reverse16(v128.load(backward)))
    else if (order === 3) v = swap8(reverse16(v128.load(backward)))
    else if (order === 4) v = swap8(v128.load(forward))
    else v = swap4(v128.load(forward))
    v128.store(out + <usize>k, v)
  }
  const end = out + <usize>length
  v128.store(end, i8x16.splat(0))
  v128.store(end, i8x16.splat(0), 16)
}

/** Turns the number at `number` into what must be a prime if the window is of this kind. `up`: of p - 1 and p + 1. */
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
    for (let k = 0; k < length; k++) {
      store<u8>(number + <usize>k, ~load<u8>(number + <usize>k))
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
 * Whether none of 3, 5, 7, 11, 13, 17, 29, 31, 41, 43, 113 and 127 divides the number: each divides 2^48 - 1, 2^40 - 1 or
 * 2^56 - 1, so that its digits of six, five or seven bytes are added up. Reads up to 7 bytes behind, which are zero.
 */
function isSieved(number: usize, length: i32): bool {
  const six = <u32>(digitSum(number, length, 6) % 23205)
  if (six % 3 === 0 || six % 5 === 0 || six % 7 === 0 || six % 13 === 0 || six % 17 === 0) {
    return false
  }
  const five = <u32>(digitSum(number, length, 5) % 13981)
  if (five % 11 === 0 || five % 31 === 0 || five % 41 === 0) return false
  const seven = <u32>(digitSum(number, length, 7) % 17895697)
  return seven % 29 !== 0 && seven % 43 !== 0 && seven % 113 !== 0 && seven % 127 !== 0
}

/** The sum of a number's digits of so many bytes. */
function digitSum(number: usize, length: i32, width: i32): u64 {
  const mask = ((1 as u64) << ((<u64>width) << 3)) - 1
  let sum: u64 = 0
  for (let k = 0; k < length; k += width) sum += load<u64>(number + <usize>k) & mask
  return sum
}

/** Writes `digits` limbs of 28 bits (u32) of the number at `number`. */
function limbsOf(number: usize, digits: i32, length: i32, out: usize): void {
  const filled = ((length << 3) + LIMB_BITS - 1) / LIMB_BITS
  for (let j = 0; j < digits; j++) {
    let limb: u32 = 0
    if (j < filled) {
      const bit = j * LIMB_BITS
      limb = <u32>((load<u64>(number + <usize>(bit >> 3)) >> <u64>(bit & 7)) & LIMB)
    }
    store<u32>(out + ((<usize>j) << 2), limb)
  }
}

/** The inverse of an odd limb modulo 2^28, negative or not, by Newton's iteration. */
function inverse(limb: u32): u32 {
  let x = limb
  x *= 2 - limb * x
  x *= 2 - limb * x
  x *= 2 - limb * x
  x *= 2 - limb * x
  return x & <u32>LIMB
}

/**
 * Whether the number x divides n: its quotient, built from the lowest limb up, must end before its last two limbs.
 *
 * x and n are `digits` limbs, x followed by six zeros. `sums` has room for 2 * digits + 8 u64 and is
 * zeroed here: column i adds up what the limbs so far give to limb i of their product, at most 2^56 each, so that 255
 * of them fit; longer numbers carry on the way.
 */
function divides(x: usize, n: usize, digits: i32, inv: u32, sums: usize): bool {
  for (let k = 0; k < (digits + 4) << 3; k += 16) v128.store(sums + <usize>k, i8x16.splat(0))
  let carry: u64 = 0
  const x0 = <u64>load<u32>(x)
  const x1 = <u64>load<u32>(x, 4)
  for (let i = 0; i < digits; i += 2) {
    const at = sums + ((<usize>i) << 3)
    const wanted = n + ((<usize>i) << 2)
    const sum = load<u64>(at) + carry
    const low = ((load<u32>(wanted) - <u32>sum) * inv) & <u32>LIMB
    if (low !== 0 && i >= digits - 2) return false
    if (i + 1 === digits) return true
    const next = load<u64>(at, 8) + ((sum + x0 * <u64>low) >> 28) + x1 * <u64>low
    const high = ((load<u32>(wanted, 4) - <u32>next) * inv) & <u32>LIMB
    if (high !== 0 && i + 1 >= digits - 2) return false
    carry = (next + x0 * <u64>high) >> 28
    // The two columns themselves are done: nothing is added to them.
    addRows(x, digits - i - 2, low, high, at + 16)
    if ((i & 127) === 126) normalise(sums, i + 2, digits)
  }
  return true
}

/**
 * Adds to `count` columns from `to` on what two limbs of a quotient give: `low` times x from its third limb on, `high`
 * times x from its second.
 */
function addRows(x: usize, count: i32, low: u32, high: u32, to: usize): void {
  const a = i32x4.splat(low)
  const b = i32x4.splat(high)
  const end = x + ((<usize>count) << 2)
  let row = to
  for (let at = x; at < end; at += 16) {
    const u = v128.load(at, 8)
    const v = v128.load(at, 4)
    const left = i64x2.add(i64x2.extmul_low_i32x4_u(u, a), i64x2.extmul_low_i32x4_u(v, b))
    const right = i64x2.add(i64x2.extmul_high_i32x4_u(u, a), i64x2.extmul_high_i32x4_u(v, b))
    v128.store(row, i64x2.add(v128.load(row), left))
    v128.store(row, i64x2.add(v128.load(row, 16), right), 16)
    row += 32
  }
}

/** Carries what is above 28 bits from each column to the next. */
function normalise(sums: usize, from: i32, digits: i32): void {
  for (let k = from; k < digits; k++) {
    const at = sums + ((<usize>k) << 3)
    const sum = load<u64>(at)
    store<u64>(at, sum & LIMB)
    store<u64>(at, load<u64>(at, 8) + (sum >> 28), 8)
  }
}

/** Writes `digits` limbs of 28 bits of the inverse of x modulo 2^(28 * digits); as {@link divides} of 1 by x. */
function invert(x: usize, digits: i32, inv: u32, sums: usize, out: usize): void {
  for (let k = 0; k < (digits + 4) << 3; k += 16) v128.store(sums + <usize>k, i8x16.splat(0))
  let carry: u64 = 0
  let wanted: u32 = 1
  const x0 = <u64>load<u32>(x)
  const x1 = <u64>load<u32>(x, 4)
  for (let i = 0; i < digits; i += 2) {
    const at = sums + ((<usize>i) << 3)
    const sum = load<u64>(at) + carry
    const low = ((wanted - <u32>sum) * inv) & <u32>LIMB
    wanted = 0
    const next = load<u64>(at, 8) + ((sum + x0 * <u64>low) >> 28) + x1 * <u64>low
    const high = ((0 - <u32>next) * inv) & <u32>LIMB
    carry = (next + x0 * <u64>high) >> 28
    store<u32>(out + ((<usize>i) << 2), low)
    store<u32>(out + ((<usize>i) << 2), high, 4)
    addRows(x, digits - i - 2, low, high, at + 16)
    if ((i & 127) === 126) normalise(sums, i + 2, digits)
  }
}

/**
 * Writes `count` digits of 16 bits (i16, from -2^15 on) of limbs of 28 bits, lowest first or, with `isReversed`, last;
 * zeros up to a multiple of 8, and 8 more.
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

/** Makes the screens of moduli from their limbs: rows of `stride` bytes, digits as {@link digits16}, highest first. */
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
 * Whether n times the inverse of x can be below 2^bits: one of 2^11 numbers that do not divide n can, too.
 *
 * Of the product only the two digits above `bits` are added up, modulo 2^32. What lower digits carry into them is
 * bounded: each column of m products of digits from -2^15 on is below m * 2^30.
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
 * Tests the windows of a list against all keys of one size until `budget` is spent; returns how many it has looked at.
 *
 * Writes a hit as three u32 (entry of the list, key, 1 if it was p + 1) to `hits`, at most `hitCap`, and how many to
 * {@link hits_written}. Keeps the low limb of each factor that the small primes leave, see {@link low_limbs}. `keys`: `keyCount` times `digits` limbs of 28 bits, the lowest of each modulus, rows of
 * `stride` bytes; `screens` as {@link enter_screens} made them. `scratch` has room for length + 20 * digits + 1024
 * bytes.
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
  limbs: usize,
  limbCap: i32,
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
      if (kind === PRIME) keepLimb(number, item, limbs, limbCap)
      limbsOf(number, digits, length, x)
      const inv = inverse(load<u32>(x))
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

/** Low limbs that are kept; those kept before are forgotten by {@link reset}. */
export function limbs_kept(): i32 {
  return limbCount
}

function keepLimb(number: usize, item: u32, limbs: usize, cap: i32): void {
  if (limbCount >= cap) return
  const to = limbs + ((<usize>limbCount) << 4)
  store<u64>(to, load<u64>(number))
  store<u32>(to, item, 8)
  store<u32>(to, 0, 12)
  limbCount++
}

/**
 * Keeps the low 64 bits of each factor of a list that the small primes leave, and its entry: u64, u32, u32 0 each, at
 * most `cap` with those that are kept already.
 */
export function low_limbs(
  ptr: usize,
  list: usize,
  count: i32,
  length: i32,
  limbs: usize,
  cap: i32,
  scratch: usize,
): void {
  for (let k = 0; k < count && limbCount < cap; k++) {
    const item = load<u32>(list + ((<usize>k) << 2))
    if (((item >> 24) & 3) !== PRIME) continue
    gather(ptr + <usize>(item & 0x1fffff), (item >> 21) & 7, length, scratch)
    work += 25
    if (isSieved(scratch, length)) keepLimb(scratch, item, limbs, cap)
  }
}

function slotOf(limb: u64, mask: u32): u32 {
  return <u32>((limb * GOLDEN) >> 32) & mask
}

const INDEX_BITS: u32 = 18

/** What the table holds of a limb beside its index: most others differ in it. */
function tagOf(limb: u64): u32 {
  return (<u32>((limb * GOLDEN) >> 18)) << INDEX_BITS
}

/**
 * Makes a table of the low limbs at `limbs` (16 bytes each, fewer than 2^18), by open addressing, mask + 1 slots: u32,
 * index + 1 below and 14 bits of the limb above. Before it a filter of 2^18 bits.
 */
export function index_limbs(
  limbs: usize,
  count: i32,
  filter: usize,
  table: usize,
  mask: u32,
): void {
  memory.fill(table, 0, (<usize>mask + 1) << 2)
  memory.fill(filter, 0, 1 << 15)
  for (let k = 0; k < count; k++) {
    const limb = load<u64>(limbs + ((<usize>k) << 4))
    const bit = <u32>((limb * GOLDEN) >> 46)
    const place = filter + <usize>(bit >> 3)
    store<u8>(place, <u8>(<u32>load<u8>(place) | ((1 as u32) << (bit & 7))))
    let slot = slotOf(limb, mask)
    // Equal limbs, such as copies of one prime, are entered once: eight steps are enough in a sparse table.
    for (let steps = 0; steps < 8; steps++) {
      const held = load<u32>(table + ((<usize>slot) << 2))
      if (held === 0) {
        store<u32>(table + ((<usize>slot) << 2), (k + 1) | tagOf(limb))
        break
      }
      if (load<u64>(limbs + ((<usize>((held & 0x3ffff) - 1)) << 4)) === limb) break
      slot = (slot + 1) & mask
    }
  }
}

function inverse64(limb: u64): u64 {
  let x = limb
  x *= 2 - limb * x
  x *= 2 - limb * x
  x *= 2 - limb * x
  x *= 2 - limb * x
  x *= 2 - limb * x
  return x
}

/**
 * Pairs whose low limbs multiply to that of a modulus: for each limb p0 and each of `keyCount` low limbs n0 (u64 at
 * `keys`), whether n0 / p0 modulo 2^64 is in the table. Writes three u32 (index, index, key) a pair, each pair once
 * for either of its two, at most `cap`; returns how many there are. Begins at limb `first`, and stops once it has
 * looked at `most` of them.
 */
export function conjugates(
  limbs: usize,
  count: i32,
  filter: usize,
  table: usize,
  mask: u32,
  keys: usize,
  keyCount: i32,
  first: i32,
  most: i32,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  const end = first + most < count ? first + most : count
  for (let k = first; k < end; k++) {
    const inv = inverse64(load<u64>(limbs + ((<usize>k) << 4)))
    for (let key = 0; key < keyCount; key++) {
      const sought = load<u64>(keys + ((<usize>key) << 3)) * inv
      const bit = <u32>((sought * GOLDEN) >> 46)
      if (((<u32>load<u8>(filter + <usize>(bit >> 3)) >> (bit & 7)) & 1) === 0) continue
      let slot = slotOf(sought, mask)
      for (let steps = 0; steps < 8; steps++) {
        const held = load<u32>(table + ((<usize>slot) << 2))
        if (held === 0) break
        const other = (held & 0x3ffff) - 1
        if (
          (held ^ tagOf(sought)) >> INDEX_BITS === 0 &&
          load<u64>(limbs + ((<usize>other) << 4)) === sought
        ) {
          if (found < cap) {
            const to = out + <usize>found * 12
            store<u32>(to, k)
            store<u32>(to, other, 4)
            store<u32>(to, key, 8)
          }
          found++
          break
        }
        slot = (slot + 1) & mask
      }
    }
  }
  return found
}

/** The most significant 64 bits of a window. */
function topOf(at: usize, order: i32, length: i32): u64 {
  if (order === 0) return load<u64>(at + <usize>length - 8)
  if (order === 1) return bswap<u64>(load<u64>(at))
  if (order === 2) return ((<u64>load<u32>(at)) << 32) | <u64>load<u32>(at, 4)
  if (order === 3) return load<u64>(at)
  const end = at + <usize>span(order, length)
  if (order === 4) return bswap<u64>(load<u64>(end - 8))
  return ((<u64>bswap<u32>(load<u32>(end - 4))) << 32) | <u64>bswap<u32>(load<u32>(end - 8))
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
 * Lists windows at the places of groups that can be the private exponent d of a key: the fraction of g * d * e / n lies
 * just below an integer for g = 1 or an even g up to 64. Only the top 64 bits of the window count.
 *
 * `keys`: for each key c = 2^bits * e / n as two u64, fraction first. `spare`: bits of the window above those of n.
 * `lanes`: places in a group of 16 that are looked at in the two plain byte orders, `others` in the others; where a number
 * is marked they are anyway. The first `orders` byte orders are looked at. `close`: a table of 2^16 bits, by the top bits of twice the fraction, of those that can be just below a
 * fraction with a denominator up to 32. Writes u32 (entry, key) pairs, at most `cap`, and returns how many there are;
 * stops when `budget` nanoseconds, about, are spent ({@link spent}).
 */
export function exponents(
  ptr: usize,
  groups: usize,
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
  for (let g = 0; g < count && work < budget; g++) {
    const at = <i32>load<u32>(groups + ((<usize>g) << 2))
    const within = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
    const sides = load<u32>(marks + ((<usize>g) << 3))
    const near = sides | (sides >> 16) | load<u32>(marks + ((<usize>g) << 3), 4)
    if ((<i32>near | lanes | others) === 0) continue
    for (let order = 0; order < orders; order++) {
      const looked = order < 2 ? lanes : others
      let mask = places(order) & within & (looked | <i32>near)
      const room = <u64>spare + ((<u64>(span(order, length) - length)) << 3)
      work += <i64>popcnt(mask) * <i64>(keyCount * 2 + 2)
      while (mask !== 0) {
        const position = at + ctz(mask)
        mask &= mask - 1
        const top = topOf(ptr + <usize>position, order, length) << room
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
