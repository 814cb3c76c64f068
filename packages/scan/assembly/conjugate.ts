/**
 * Finds windows that can be a prime factor of a known modulus, and windows that can be its private exponent.
 *
 * A window is the bytes of one number, in one of six byte orders (see `order` below). Nothing is allocated and there
 * is no static data: the caller lays out the memory. `ptr` is the begin of a chunk; positions are relative to it, and
 * the caller keeps 16 readable bytes before it and {@link word8} of a window plus 32 behind the last position.
 *
 * Orders: 0 little-endian, 1 big-endian, 2 big-endian order of little-endian u32 (Java int[]), 3 the same of u64,
 * 4 little-endian order of big-endian u64 (limbs of a big-endian processor), 5 the same of u32.
 */

const LIMB: u64 = 0xfffffff // 28 bits
const LIMB_BITS: i32 = 28
const SIX_BYTES: u64 = 0xffffffffffff
/** 2^64 divided by the golden ratio: spreads the low bits of what it multiplies over the high ones. */
const GOLDEN: u64 = ((0x9e3779b9 as u64) << 32) | 0x7f4a7c15

// Kinds of candidates: what a window must be for its number to give a prime.
const PRIME: i32 = 0
const BESIDE: i32 = 1 // p - 1 or p + 1
const NEGATED: i32 = 2 // 2^bits - p

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

function word4(length: i32): i32 {
  return (length + 3) & ~3
}

function word8(length: i32): i32 {
  return (length + 7) & ~7
}

function span(order: i32, length: i32): i32 {
  if (order < 2) return length
  return order === 2 || order === 5 ? word4(length) : word8(length)
}

/** Where the least significant byte of a window lies in it. */
function lowAt(order: i32, length: i32): i32 {
  if (order === 0) return 0
  if (order === 1) return length - 1
  if (order === 2) return word4(length) - 4
  if (order === 3) return word8(length) - 8
  return order === 4 ? 7 : 3
}

/** Where its most significant byte lies. */
function topAt(order: i32, length: i32): i32 {
  if (order === 0) return length - 1
  if (order === 1) return 0
  if (order === 2) return (length - 1) & 3
  if (order === 3) return (length - 1) & 7
  if (order === 4) return word8(length) - 8 + (7 - ((length - 1) & 7))
  return word4(length) - 4 + (3 - ((length - 1) & 3))
}

/** Bit i: an order's window may begin at position i of a group of 16. */
function places(order: i32): i32 {
  if (order < 2) return 0xffff
  return order === 2 || order === 5 ? 0x1111 : 0x0101
}

/**
 * Sums over blocks of 16 bytes: out[b] is of all blocks before b, modulo 2^16 each: zero bytes in the low half, bytes
 * of 0x80 and more in the high half. Writes blocks + 1 u32.
 */
export function classify(ptr: usize, blocks: i32, out: usize): void {
  const zero = i8x16.splat(0)
  let zeros: u32 = 0
  let highs: u32 = 0
  store<u32>(out, 0)
  for (let b = 0; b < blocks; b++) {
    const v = v128.load(ptr + ((b as usize) << 4))
    zeros += popcnt(i8x16.bitmask(i8x16.eq(v, zero)))
    highs += popcnt(i8x16.bitmask(v))
    store<u32>(out + (((b + 1) as usize) << 2), (zeros & 0xffff) | (highs << 16))
  }
}

/**
 * Whether every window that begins in the group of 16 at `at` can be a random number, by the blocks all of them hold.
 *
 * Of n random bytes n / 256 are zero and half are 0x80 and more; the bounds are some five standard deviations off.
 */
function looksRandom(counts: usize, at: i32, length: i32): bool {
  const first = (at >> 4) + 1
  const last = (at + length) >> 4
  const n = (last - first) << 4
  if (n < 16) return true
  const a = load<u32>(counts + ((first as usize) << 2))
  const b = load<u32>(counts + ((last as usize) << 2))
  const zeros = ((b & 0xffff) - (a & 0xffff)) & 0xffff
  if (zeros > <u32>(2 + n / 18)) return false
  const highs = <i32>(((b >> 16) - (a >> 16)) & 0xffff)
  const off = highs - (n >> 1)
  return <i64>off * <i64>off <= <i64>n * 7
}

/** How many of eight bytes are zero. */
function zeroBytes(v: u64): i32 {
  const low: u64 = (0x7f7f7f7f as u64) * 0x100000001
  return <i32>popcnt(~(((v & low) + low) | v | low))
}

/**
 * Whether eight bytes are a length, a size, a pointer, a gap or text, and not the middle of a number: four are zero, or
 * four 0xff, or the upper two zero, or all printable.
 */
function isStructure(v: u64): bool {
  if (v >> 48 === 0 || zeroBytes(v) >= 4 || zeroBytes(~v) >= 4) return true
  const tops: u64 = (0x80808080 as u64) * 0x100000001
  const shift: u64 = (0x60606060 as u64) * 0x100000001
  return (v & tops) === 0 && ((v + shift) & tops) === tops
}

/** The bytes before `at` are a length field of DER or SSH for `length` bytes, with or without a sign byte. */
function isAfterLength(at: usize, length: i32): bool {
  const b1 = <i32>load<u8>(at - 1)
  const b2 = <i32>load<u8>(at - 2)
  const b3 = <i32>load<u8>(at - 3)
  if (length > 255) {
    if (((b2 << 8) | b1) === length) return true
    return b1 === 0 && ((b3 << 8) | b2) === length + 1
  }
  if (b1 === length && (b2 === 0x81 || b2 === 0 || b2 === 2 || b2 === 4)) return true
  return b1 === 0 && b2 === length + 1 && (b3 === 0x81 || b3 === 0 || b3 === 2)
}

/** 1 a boundary before, 2 a boundary behind, 4 a length field before. */
function boundaries(at: usize, length: i32, extent: i32): i32 {
  let found = 0
  if (isStructure(load<u64>(at - 8))) found |= 1
  if (isStructure(load<u64>(at + <usize>extent))) found |= 2
  if (isAfterLength(at, length)) found |= 4
  return found
}

/** An entry of a list: position in bits 0 to 20, order in 21 to 23, kind in 24 and 25. */
function entry(at: i32, order: i32, kind: i32): u32 {
  return <u32>at | ((<u32>order) << 21) | ((<u32>kind) << 24)
}

/**
 * Lists windows of `length` bytes that begin in [from, to) and whose lowest and highest byte and whose look allow
 * them to be a prime factor, one beside it, or one negated. `from` is a multiple of 16.
 *
 * `low` and `high` bound the highest byte of the factor, `negated` that of 2^bits - factor. `beside` has a bit for
 * each place in a group of 16 at which the latter two kinds are looked for where there is no boundary.
 *
 * Writes to four lists of `cap` u32 each at `out`, and how many to `sizes` (4 u32): first those with a boundary,
 * then factors at multiples of 8, then factors elsewhere, then the others. Returns what did not fit.
 */
export function candidates(
  ptr: usize,
  from: i32,
  to: i32,
  counts: usize,
  length: i32,
  low: i32,
  high: i32,
  negated: i32,
  beside: i32,
  out: usize,
  cap: i32,
  sizes: usize,
): i32 {
  const lowest = i8x16.splat(<i8>low)
  const highest = i8x16.splat(<i8>high)
  const most = i8x16.splat(<i8>negated)
  let lost = 0
  for (let at = from; at < to; at += 16) {
    if (!looksRandom(counts, at, length)) continue
    const within = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
    for (let order = 0; order < 6; order++) {
      const here = ptr + <usize>at
      const lows = v128.load(here + <usize>lowAt(order, length))
      const tops = v128.load(here + <usize>topAt(order, length))
      const odd = i8x16.bitmask(i8x16.shl(lows, 7))
      const factor = i8x16.bitmask(v128.and(i8x16.ge_u(tops, lowest), i8x16.le_u(tops, highest)))
      const small = i8x16.bitmask(i8x16.le_u(tops, most))
      const allowed = places(order) & within
      for (let kind = PRIME; kind <= NEGATED; kind++) {
        let mask = kind === PRIME ? odd & factor : kind === BESIDE ? ~odd & factor : odd & small
        mask &= allowed
        while (mask !== 0) {
          const position = at + ctz(mask)
          mask &= mask - 1
          const extent = span(order, length)
          let list = kind === PRIME ? ((position & 7) === 0 ? 1 : 2) : 3
          if (boundaries(ptr + <usize>position, length, extent) !== 0) list = 0
          if (list === 3 && ((beside >> (position & 15)) & 1) === 0) continue
          const size = load<u32>(sizes + ((<usize>list) << 2))
          if (size >= <u32>cap) {
            lost++
            continue
          }
          store<u32>(
            out + ((<usize>list * <usize>cap + <usize>size) << 2),
            entry(position, order, kind),
          )
          store<u32>(sizes + ((<usize>list) << 2), size + 1)
        }
      }
    }
  }
  return lost
}

/** Whether so many of 32 bits are set as chance allows: all but one of 10^4 random words pass. */
function isEven32(low: i32, high: i32): bool {
  const set = popcnt((low & 0xffff) | (high << 16))
  return set >= 6 && set <= 26
}

/**
 * Whether the first 32 bytes at `at` can be random: few zeros, and three of their bits set now and then. For numbers
 * that are too short for {@link looksRandom} to tell.
 */
function looksRandom32(at: usize): bool {
  const a = v128.load(at)
  const b = v128.load(at, 16)
  const zero = i8x16.splat(0)
  const zeros = i8x16.bitmask(i8x16.eq(a, zero)) | (i8x16.bitmask(i8x16.eq(b, zero)) << 16)
  if (popcnt(zeros) > 2) return false
  if (!isEven32(i8x16.bitmask(a), i8x16.bitmask(b))) return false
  if (!isEven32(i8x16.bitmask(i8x16.shl(a, 1)), i8x16.bitmask(i8x16.shl(b, 1)))) return false
  return isEven32(i8x16.bitmask(i8x16.shl(a, 7)), i8x16.bitmask(i8x16.shl(b, 7)))
}

/**
 * Lists the positions in [from, to) of random-looking windows of `length` bytes that have a boundary: at a multiple
 * of 8 one is enough, elsewhere it takes both or a length field. Writes u32 (position, boundaries) pairs, at most
 * `cap`, and returns how many there are.
 */
export function bounded(
  ptr: usize,
  from: i32,
  to: i32,
  counts: usize,
  length: i32,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  for (let at = from; at < to; at += 16) {
    if (!looksRandom(counts, at, length)) continue
    const end = at + 16 < to ? at + 16 : to
    for (let position = at; position < end; position++) {
      const here = ptr + <usize>position
      // Most places fail by what is before them, which is looked at first.
      const before = isStructure(load<u64>(here - 8))
      if (!before && (position & 7) !== 0 && !isAfterLength(here, length)) continue
      if (!looksRandom32(here)) continue
      const sides = boundaries(here, length, length)
      if (sides === 0) continue
      if ((position & 7) !== 0 && sides < 3) continue
      if (found < cap) {
        store<u32>(out + ((<usize>found) << 3), position)
        store<u32>(out + ((<usize>found) << 3), sides, 4)
      }
      found++
    }
  }
  return found
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
  }
}

/** Whether none of 3, 5, 7, 13 and 17 divides the number: all divide 2^48 - 1, so its six-byte digits are added up. */
function isSieved(number: usize, length: i32): bool {
  let sum: u64 = 0
  for (let k = 0; k < length; k += 6) sum += load<u64>(number + <usize>k) & SIX_BYTES
  const rest = <u32>(sum % 23205)
  return rest % 3 !== 0 && rest % 5 !== 0 && rest % 7 !== 0 && rest % 13 !== 0 && rest % 17 !== 0
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
 * x and n are `digits` limbs, followed by zeros up to a multiple of 4. `sums` has room for 2 * digits + 8 u64 and is
 * zeroed here: column i adds up what the limbs so far give to limb i of their product, at most 2^56 each, so that 255
 * of them fit; longer numbers carry on the way.
 */
function divides(x: usize, n: usize, digits: i32, inv: u32, sums: usize): bool {
  for (let k = 0; k < (digits + 4) << 3; k += 16) v128.store(sums + <usize>k, i8x16.splat(0))
  let carry: u64 = 0
  const x0 = <u64>load<u32>(x)
  for (let i = 0; i < digits; i++) {
    const sum = load<u64>(sums + ((<usize>i) << 3)) + carry
    const rest = load<u32>(n + ((<usize>i) << 2)) - <u32>sum
    const limb = (rest * inv) & <u32>LIMB
    if (limb === 0) {
      carry = sum >> 28
      continue
    }
    if (i >= digits - 2) return false
    carry = (sum + x0 * <u64>limb) >> 28
    const factor = i32x4.splat(limb)
    // Column i itself is done: what is added to it here is not read again.
    let row = sums + ((<usize>i) << 3)
    const end = x + ((<usize>(digits - i)) << 2)
    for (let at = x; at < end; at += 16) {
      const a = v128.load(at)
      v128.store(row, i64x2.add(v128.load(row), i64x2.extmul_low_i32x4_u(a, factor)))
      v128.store(row, i64x2.add(v128.load(row, 16), i64x2.extmul_high_i32x4_u(a, factor)), 16)
      row += 32
    }
    if ((i & 127) === 127) normalise(sums, i + 1, digits)
  }
  return true
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

/**
 * Tests the windows of a list against all keys of one size until `budget` is spent; returns how many it has looked at.
 *
 * Writes a hit as three u32 (entry of the list, key, 1 if it was p + 1) to `hits`, at most `hitCap`, and how many to
 * {@link hits_written}. `keys`: `keyCount` times `digits` limbs of 28 bits, the lowest of each modulus, rows of
 * `stride` bytes. `scratch` has room for length + 12 * digits + 512 bytes.
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
  budget: i64,
  hits: usize,
  hitCap: i32,
  scratch: usize,
): i32 {
  const number = scratch
  const x = (number + <usize>length + 64) & ~15
  const sums = (x + ((<usize>digits) << 2) + 48) & ~15
  v128.store(x + ((<usize>digits) << 2), i8x16.splat(0))
  const price = <i64>((digits * digits) / 3 + 40) * <i64>keyCount + 60
  for (let k = 0; k < count; k++) {
    if (work >= budget) return k
    const item = load<u32>(list + ((<usize>k) << 2))
    const kind = <i32>(item >> 24) & 3
    gather(ptr + <usize>(item & 0x1fffff), (item >> 21) & 7, length, number)
    const rounds = kind === BESIDE ? 2 : 1
    for (let round = 0; round < rounds; round++) {
      primeOf(number, length, bits, kind, round === 0)
      work += 30
      if (!isSieved(number, length)) continue
      work += price
      limbsOf(number, digits, length, x)
      const inv = inverse(load<u32>(x))
      for (let key = 0; key < keyCount; key++) {
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

/**
 * Writes the low 64 bits of each factor of a list that the small primes leave, and its entry: u64, u32, u32 0 each,
 * at most `cap`; returns how many it wrote.
 */
export function low_limbs(
  ptr: usize,
  list: usize,
  count: i32,
  length: i32,
  out: usize,
  cap: i32,
  scratch: usize,
): i32 {
  let written = 0
  for (let k = 0; k < count && written < cap; k++) {
    const item = load<u32>(list + ((<usize>k) << 2))
    if (((item >> 24) & 3) !== PRIME) continue
    gather(ptr + <usize>(item & 0x1fffff), (item >> 21) & 7, length, scratch)
    work += 30
    if (!isSieved(scratch, length)) continue
    const to = out + ((<usize>written) << 4)
    store<u64>(to, load<u64>(scratch))
    store<u32>(to, item, 8)
    store<u32>(to, 0, 12)
    written++
  }
  return written
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
 * Lists windows in [from, to) that can be the private exponent d of a key: the fraction of g * d * e / n lies just
 * below an integer for g = 1 or an even g up to 64. Only the top 64 bits of the window count.
 *
 * `keys`: for each key c = 2^bits * e / n as two u64, fraction first. `spare`: bits of the window above those of n.
 * `lanes`: places in a group of 16 that are looked at in the two plain byte orders. `close`: a table of 2^16 bits, by
 * the top bits of twice the fraction, of those that can be just below a fraction with a denominator up to 32. Writes
 * u32 (entry, key) pairs, at most `cap`, and returns how many there are; stops when `budget` nanoseconds, about, are
 * spent ({@link spent}).
 */
export function exponents(
  ptr: usize,
  from: i32,
  to: i32,
  counts: usize,
  length: i32,
  spare: i32,
  keys: usize,
  keyCount: i32,
  lanes: i32,
  close: usize,
  budget: i64,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  for (let at = from; at < to && work < budget; at += 16) {
    if (!looksRandom(counts, at, length)) continue
    const within = to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
    for (let order = 0; order < 6; order++) {
      let mask = order < 2 ? lanes & within : places(order) & within
      const room = <u64>spare + ((<u64>(span(order, length) - length)) << 3)
      while (mask !== 0) {
        const position = at + ctz(mask)
        mask &= mask - 1
        const top = topOf(ptr + <usize>position, order, length) << room
        if (top === 0) continue
        work += <i64>keyCount * 12
        for (let key = 0; key < keyCount; key++) {
          const c = keys + ((<usize>key) << 4)
          const whole = load<u64>(c, 8)
          const fraction = top * whole + high64(top, load<u64>(c))
          const bucket = <u32>((fraction << 1) >> 48)
          if (((<u32>load<u8>(close + <usize>(bucket >> 3)) >> (bucket & 7)) & 1) === 0) continue
          const error = (whole + 2) << room
          let isClose = 0 - fraction <= error
          for (let g: u64 = 2; g <= 64 && !isClose; g += 2) isClose = 0 - fraction * g <= error * g
          if (!isClose) continue
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

function isBetween64(v: v128, low: v128, width: v128): v128 {
  const sign = i64x2.splat(i64.MIN_VALUE)
  return i64x2.le_s(v128.xor(i64x2.sub(v, low), sign), v128.xor(width, sign))
}

/**
 * Whether all `slots` words of a number are zero or in [least, most], and few of them zero, like the one before or less
 * than `large`, which one of 16 random digits is.
 */
function isNumber(at: usize, wide: bool, slots: i32, least: u64, large: u64, most: u64): bool {
  let dull = 0
  let last: u64 = 0
  for (let k = 0; k < slots; k++) {
    const v = wide ? load<u64>(at + ((<usize>k) << 3)) : <u64>load<u32>(at + ((<usize>k) << 2))
    if (v !== 0 && (v < least || v > most)) return false
    if ((v < large || v === last) && ++dull > 2 + (slots >> 2)) return false
    last = v
  }
  return true
}

function inRange(v: v128, wide: bool, low: v128, width: v128): v128 {
  return wide ? isBetween64(v, low, width) : i32x4.le_u(i32x4.sub(v, low), width)
}

/**
 * Lists positions in [from, to), multiples of the slot, at which `slots` words of 4 or 8 bytes can be the digits of
 * one number, lowest first: the top word in [low, high], the one below it in [second, most], all others in
 * [least, most] or zero, and most of them `large` or more. Writes u32, at most `cap`, and returns how many there are.
 */
export function digit_runs(
  ptr: usize,
  from: i32,
  to: i32,
  wide: i32,
  slots: i32,
  low: u64,
  high: u64,
  second: u64,
  least: u64,
  large: u64,
  most: u64,
  out: usize,
  cap: i32,
): i32 {
  return wide !== 0
    ? digitRuns(ptr, from, to, true, slots, low, high, second, least, large, most, out, cap)
    : digitRuns(ptr, from, to, false, slots, low, high, second, least, large, most, out, cap)
}

function digitRuns(
  ptr: usize,
  from: i32,
  to: i32,
  wide: bool,
  slots: i32,
  low: u64,
  high: u64,
  second: u64,
  least: u64,
  large: u64,
  most: u64,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  const shift = wide ? 3 : 2
  const top = (<usize>(slots - 1)) << (<usize>shift)
  const under = top - ((1 as usize) << (<usize>shift))
  const lows = wide ? i64x2.splat(low) : i32x4.splat(<i32>low)
  const widths = wide ? i64x2.splat(high - low) : i32x4.splat(<i32>(high - low))
  const seconds = wide ? i64x2.splat(second) : i32x4.splat(<i32>second)
  const rooms = wide ? i64x2.splat(most - second) : i32x4.splat(<i32>(most - second))
  for (let block = from; block < to; block += 64) {
    const tops = ptr + <usize>block + top
    const any = v128.or(
      v128.or(
        inRange(v128.load(tops), wide, lows, widths),
        inRange(v128.load(tops, 16), wide, lows, widths),
      ),
      v128.or(
        inRange(v128.load(tops, 32), wide, lows, widths),
        inRange(v128.load(tops, 48), wide, lows, widths),
      ),
    )
    if (!v128.any_true(any)) continue
    for (let at = block; at < block + 64; at += 16) {
      const here = ptr + <usize>at
      const first = inRange(v128.load(here + top), wide, lows, widths)
      const both = v128.and(first, inRange(v128.load(here + under), wide, seconds, rooms))
      let mask = wide ? i64x2.bitmask(both) : i32x4.bitmask(both)
      while (mask !== 0) {
        const position = at + (ctz(mask) << shift)
        mask &= mask - 1
        if (position >= to) break
        // A digit behind the number would make it the tail of a longer one; that is tested all the same.
        if (!isNumber(ptr + <usize>position, wide, slots, least, large, most)) continue
        if (found < cap) store<u32>(out + ((<usize>found) << 2), position)
        found++
      }
    }
  }
  return found
}

function hashWord(v: u64): u64 {
  return v * GOLDEN
}

/**
 * Enters `count` words (u64) into a filter of 2^20 bits and a table of mask + 1 slots (u64, zero is empty) with the
 * index + 1 of each (u32) at `indexes`. A word that is zero cannot be looked for, and of equal ones the first counts.
 */
export function enter_words(
  words: usize,
  count: i32,
  filter: usize,
  table: usize,
  indexes: usize,
  mask: u32,
): void {
  memory.fill(filter, 0, 1 << 17)
  memory.fill(table, 0, (<usize>mask + 1) << 3)
  for (let k = 0; k < count; k++) {
    const word = load<u64>(words + ((<usize>k) << 3))
    if (word === 0) continue
    const hash = hashWord(word)
    const bit = <u32>(hash >> 44)
    const place = filter + <usize>(bit >> 3)
    store<u8>(place, <u8>(<u32>load<u8>(place) | ((1 as u32) << (bit & 7))))
    let slot = <u32>(hash >> 12) & mask
    for (;;) {
      const held = load<u64>(table + ((<usize>slot) << 3))
      if (held === word) break
      if (held === 0) {
        store<u64>(table + ((<usize>slot) << 3), word)
        store<u32>(indexes + ((<usize>slot) << 2), k + 1)
        break
      }
      slot = (slot + 1) & mask
    }
  }
}

/**
 * Lists the positions in [from, to) whose next eight bytes are one of the words entered: u32 (position, index) pairs,
 * at most `cap`; returns how many there are. With a `length`, only where numbers of so many bytes look random.
 */
export function find_words(
  ptr: usize,
  from: i32,
  to: i32,
  counts: usize,
  length: i32,
  filter: usize,
  table: usize,
  indexes: usize,
  mask: u32,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  for (let at = from; at < to; at++) {
    if (length !== 0 && ((at & 15) === 0 || at === from) && !looksRandom(counts, at, length)) {
      at |= 15
      continue
    }
    const word = load<u64>(ptr + <usize>at)
    const hash = hashWord(word)
    const bit = <u32>(hash >> 44)
    if (((load<u8>(filter + <usize>(bit >> 3)) >> <u8>(bit & 7)) & 1) === 0) continue
    if (word === 0) continue
    let slot = <u32>(hash >> 12) & mask
    for (;;) {
      const held = load<u64>(table + ((<usize>slot) << 3))
      if (held === 0) break
      if (held === word) {
        if (found < cap) {
          store<u32>(out + ((<usize>found) << 3), at)
          store<u32>(out + ((<usize>found) << 3), load<u32>(indexes + ((<usize>slot) << 2)) - 1, 4)
        }
        found++
        break
      }
      slot = (slot + 1) & mask
    }
  }
  return found
}

/** 0xff where a byte is one of A-Z a-z 0-9 + / - _ : LF CR. */
function isText(v: v128): v128 {
  const letter = i8x16.lt_u(
    i8x16.sub(v128.or(v, i8x16.splat(0x20)), i8x16.splat(0x61)),
    i8x16.splat(26),
  )
  // '/', the digits and ':' are neighbours.
  const digit = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x2f)), i8x16.splat(12))
  const sign = v128.or(
    v128.or(i8x16.eq(v, i8x16.splat(0x2b)), i8x16.eq(v, i8x16.splat(0x2d))),
    i8x16.eq(v, i8x16.splat(0x5f)),
  )
  const line = v128.or(i8x16.eq(v, i8x16.splat(10)), i8x16.eq(v, i8x16.splat(13)))
  return v128.or(v128.or(letter, digit), v128.or(sign, line))
}

function isTextAt(at: usize): bool {
  return (i8x16.bitmask(isText(v128.load(at))) & 1) !== 0
}

/**
 * Lists the runs of base64 characters and line ends in [from, to) that are at least `least` bytes long, as u32 (begin,
 * end) pairs, at most `cap`; returns how many there are. `least` is 32 or more. A run that reaches `to` ends there.
 */
export function text_runs(ptr: usize, from: i32, to: i32, least: i32, out: usize, cap: i32): i32 {
  let found = 0
  let at = from
  while (at + 16 <= to) {
    // A run of 31 bytes or more has a whole block of 16 in it: only those are looked for.
    if (i8x16.bitmask(isText(v128.load(ptr + <usize>at))) !== 0xffff) {
      at += 16
      continue
    }
    let begin = at
    while (begin > from && isTextAt(ptr + <usize>(begin - 1))) begin--
    at += 16
    while (at + 16 <= to && i8x16.bitmask(isText(v128.load(ptr + <usize>at))) === 0xffff) at += 16
    let end = at
    while (end < to && isTextAt(ptr + <usize>end)) end++
    at += 16
    if (end - begin < least) continue
    if (found < cap) {
      store<u32>(out + ((<usize>found) << 3), begin)
      store<u32>(out + ((<usize>found) << 3), end, 4)
    }
    found++
  }
  return found
}

/** Whether 16 bytes are characters of two bytes, text of {@link isText} and zero, in either order. */
function isWideText(at: usize): bool {
  const v = v128.load(at)
  const text = i8x16.bitmask(isText(v))
  const zero = i8x16.bitmask(i8x16.eq(v, i8x16.splat(0)))
  if ((text & 0x5555) === 0x5555) return (zero & 0xaaaa) === 0xaaaa
  return (text & 0xaaaa) === 0xaaaa && (zero & 0x5555) === 0x5555
}

/**
 * As {@link text_runs}, of text in UTF-16 of either byte order: blocks of 16 bytes from `from` on that are such text.
 * Up to 15 bytes of a run at either end are left out.
 */
export function wide_runs(ptr: usize, from: i32, to: i32, least: i32, out: usize, cap: i32): i32 {
  let found = 0
  let at = from
  while (at + 16 <= to) {
    if (!isWideText(ptr + <usize>at)) {
      at += 16
      continue
    }
    const begin = at
    while (at + 16 <= to && isWideText(ptr + <usize>at)) at += 16
    if (at - begin < least) continue
    if (found < cap) {
      store<u32>(out + ((<usize>found) << 3), begin)
      store<u32>(out + ((<usize>found) << 3), at, 4)
    }
    found++
  }
  return found
}
