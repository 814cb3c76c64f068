// asc: --importMemory --enable relaxed-simd
/**
 * Finds many short patterns in one pass by a fragment of each: its four rarest bytes in a row.
 * Nibble tables of eight buckets, a filter of hashes and a table with chains leave few to compare.
 * Fragments with many bits that do not count are in the last bucket and all compared.
 * No static data: the memory is shared. Layout of `tables`:
 *     0: nibble tables, 128 bytes (low and high, byte 0 to 3)
 *   128: 8192 u16, first entry by a hash's first 13 bits (from 1; 0 for none)
 * 16512: u32 number of open entries, which come first; u32 their bucket's bit, or 0; u32 offset of
 *        the switches (by id a byte, not 0 is off), and behind them by id: u8 how far behind a
 *        pattern's begin a random number is, u8 its bytes to examine (a multiple of 16, or 0)
 * 16528: u8 a bucket: where fragments may end, bit k for k bytes behind a multiple of 8
 * 16544: filter of 2^16 bits by a hash's first 16
 * 24736: entries of 48 bytes: u32 fragment, u32 mask, u16 id, u8 offset in the pattern, u8 length,
 *        u16 next entry, u8 where the pattern may begin, u8 unused, 16 bytes pattern, 16 bytes mask
 */
import { pinned } from './lib/pinned.ts'
import { byIndex } from './lib/swizzle.ts'

const HEADS: usize = 128
const OPEN_ENTRIES: usize = 16512
const OPEN_BIT: usize = 16516
const SWITCHES: usize = 16520
const ALIGNMENTS: usize = 16528
const FILTER: usize = 16544
const ENTRIES: usize = 24736
const ENTRY: usize = 48

/** In steps of 16 from `ptr`; `end` if all is zero. */
export function next_nonzero(ptr: usize, end: usize): usize {
  while (ptr + 64 <= end) {
    const any = v128.or(
      v128.or(v128.load(ptr), v128.load(ptr, 16)),
      v128.or(v128.load(ptr, 32), v128.load(ptr, 48)),
    )
    if (v128.any_true(any)) break
    ptr += 64
  }
  while (ptr + 16 <= end) {
    if (v128.any_true(v128.load(ptr))) return ptr
    ptr += 16
  }
  for (let at = ptr; at < end; at++) if (load<u8>(at) !== 0) return ptr
  return end
}

/**
 * A multiple of `page` before `gap` zeros, or `end`. `resume` gets {@link next_nonzero} from there.
 */
export function data_end(ptr: usize, end: usize, page: usize, gap: usize, resume: usize): usize {
  let last = ptr
  let next = ptr
  while (next < end && next - last < gap) {
    last = min(end, next + page)
    next = next_nonzero(last, end)
  }
  store<u32>(resume, <u32>next)
  return last
}

/** Blocks of 16 bytes that are gone through before what fits in any is examined. */
const BLOCKS: usize = 128
/** Of a list of offsets, behind two bytes for each of those blocks. */
const OFFSETS: usize = (BLOCKS << 1) + 16
/** Behind the list: by byte, a bit for each bucket whose fragments may end there. */
const LANES: usize = OFFSETS + (BLOCKS << 6) + 16

// Of the search under way.
let low: usize = 0
let high: usize = 0
let limit: usize = 0
let switches: usize = 0
/** A multiple of 8 in the process; where none is known, patterns may begin anywhere. */
let origin: usize = 0
let anywhere: u32 = 0
let out: usize = 0
let count: i32 = 0

/** Of a random number so many bytes are never 0, nor of its digits. */
const MOST_ZEROS: i32 = 11

/** At most one word is an address or small, few bytes are 0, not all are text. */
function mayBeRandom(at: usize, length: usize): bool {
  const none = i8x16.splat(0)
  let all = none
  let plain = 0
  let zeros = 0
  for (let i: usize = 0; i < length; i += 16) {
    const v = v128.load(at + i)
    all = v128.or(all, v)
    zeros += popcnt(i8x16.bitmask(i8x16.eq(v, none)))
    plain += popcnt(i64x2.bitmask(i64x2.eq(i64x2.shr_u(v, 48), none)))
  }
  return plain < 2 && zeros <= MOST_ZEROS && i8x16.bitmask(all) !== 0
}

/** Keeps hits that can be before a random number where they must be; returns how many. */
function keepRandom(hits: usize, written: i32, numbers: usize): i32 {
  let kept = hits
  const all = hits + ((<usize>written) << 3)
  for (let item = hits; item < all; item += 8) {
    const start = <usize>load<u32>(item)
    const id = load<u32>(item, 4)
    const own = numbers + ((<usize>id) << 1)
    const number = start + <usize>load<u8>(own)
    const length = <usize>load<u8>(own, 1)
    if (length !== 0 && number + length <= limit && !mayBeRandom(number, length)) continue
    store<u32>(kept, <u32>start)
    store<u32>(kept, id, 4)
    kept += 8
  }
  return <i32>((kept - hits) >> 3)
}

function compare(entry: usize, at: usize, word: u32): void {
  if ((word & load<u32>(entry, 4)) !== load<u32>(entry)) return
  const id = <u32>load<u16>(entry, 8)
  if (load<u8>(switches + <usize>id) !== 0) return
  const start = at - <usize>load<u8>(entry, 10)
  if (start < low || start >= high || start + <usize>load<u8>(entry, 11) > limit) return
  if ((((<u32>load<u8>(entry, 14) | anywhere) >> (<u32>(start - origin) & 7)) & 1) === 0) return
  const differ = v128.and(v128.xor(v128.load(start), v128.load(entry, 16)), v128.load(entry, 32))
  if (v128.any_true(differ)) return
  store<u32>(out, <u32>start)
  store<u32>(out, id, 4)
  out += 8
  count++
}

// What is one to three bytes before each byte of a block: `a` is the block before it.

function moved3(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28)
}

function moved2(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
}

function moved1(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
}

/**
 * Lists u32 offsets. `masks`: a u16 a block from `first` on, a bit where a fragment ends. Returns
 * the list's end; writes up to 16 bytes behind it.
 */
function listOffsets(masks: usize, end: usize, first: usize, locations: usize): usize {
  let listed = locations
  let base = <u32>first - 3
  // Of two blocks at a time: of none behind the last one.
  store<u16>(end, 0)
  for (let mask = masks; mask < end; mask += 4) {
    let rest = load<u32>(mask)
    const next = listed + ((<usize>popcnt(rest)) << 2)
    // Which there are cannot be predicted: mostly it is no more than four.
    store<u32>(listed, base + ctz(rest))
    rest &= rest - 1
    store<u32>(listed, base + ctz(rest), 4)
    rest &= rest - 1
    store<u32>(listed, base + ctz(rest), 8)
    rest &= rest - 1
    store<u32>(listed, base + ctz(rest), 12)
    rest &= rest - 1
    for (let at = listed + 16; at < next; at += 4) {
      store<u32>(at, base + ctz(rest))
      rest &= rest - 1
    }
    listed = next
    base += 32
  }
  return listed
}

function isHashed(table: usize, hash: u32): usize {
  return (<usize>load<u8>(table + <usize>(hash >>> 19), FILTER) >> (<usize>(hash >>> 16) & 7)) & 1
}

function hashAt(location: usize): u32 {
  return load<u32>(location) * 0x9e3779b1
}

/** Keeps offsets whose fragment the filter has. Returns the end of the list. */
function keepHashed(table: usize, locations: usize, end: usize): usize {
  let kept = locations
  for (let item = locations; item < end; item += 4) {
    const location = <usize>load<u32>(item)
    store<u32>(kept, <u32>location)
    kept += isHashed(table, hashAt(location)) << 2
  }
  return kept
}

/** Whether the tables say that an open fragment may be at an offset. */
function isOpenAt(table: usize, location: usize): bool {
  let buckets = load<u32>(table, OPEN_BIT)
  for (let i: usize = 0; i < 4; i++) {
    const byte = <usize>load<u8>(location + i)
    const sets = table + (i << 5)
    buckets &= <u32>load<u8>(sets + (byte & 15)) & <u32>load<u8>(sets + (byte >> 4), 16)
  }
  return buckets !== 0
}

/** Compares the patterns whose fragment an offset may have; open ones only with `open`. */
function compareAt(table: usize, location: usize, open: bool): void {
  const word = load<u32>(location)
  const hash = hashAt(location)
  if (isHashed(table, hash) !== 0) {
    let number = <usize>load<u16>(table + ((<usize>(hash >>> 19)) << 1), HEADS)
    while (number !== 0) {
      const entry = table + ENTRIES + (number - 1) * ENTRY
      compare(entry, location, word)
      number = <usize>load<u16>(entry, 12)
    }
  }
  if (!open || !isOpenAt(table, location)) return
  const openEnd = table + ENTRIES + <usize>load<u32>(table, OPEN_ENTRIES) * ENTRY
  for (let entry = table + ENTRIES; entry < openEnd; entry += ENTRY) compare(entry, location, word)
}

/** Writes for each byte of blocks at `at` which buckets have fragments that may end there. */
function writeLanes(table: usize, at: usize, lanes: usize): void {
  for (let k: usize = 0; k < 16; k++) {
    const location = <u32>(at + k - origin) & 7
    let buckets: u32 = 0
    for (let bucket: usize = 0; bucket < 8; bucket++) {
      const ends = <u32>load<u8>(table + bucket, ALIGNMENTS) | anywhere
      buckets |= ((ends >> location) & 1) << (<u32>bucket)
    }
    store<u8>(lanes + k, <u8>buckets)
  }
}

/**
 * Writes to `hits` (u32 location, u32 id each) patterns that begin in `[from, to)` and end by `end`,
 * in order of fragments: up to 15 off. `aligned` is a multiple of 8 in the process, or 0: then
 * patterns may begin anywhere. `cap` is at least the number of patterns; `resume` receives the next
 * `at`, or 0. Reads 64 bytes beyond `end`. `scratch` is 8.5 KiB.
 */
export function find_anchors(
  at: usize,
  from: usize,
  to: usize,
  end: usize,
  aligned: usize,
  table: usize,
  patterns: i32,
  hits: usize,
  cap: i32,
  resume: usize,
  scratch: usize,
): i32 {
  low = from
  high = to
  limit = end
  origin = aligned
  anywhere = aligned === 0 ? 0xff : 0
  switches = table + <usize>load<u32>(table, SWITCHES)
  out = hits
  count = 0
  const lo0 = v128.load(table, 0),
    hi0 = v128.load(table, 16)
  const lo1 = v128.load(table, 32),
    hi1 = v128.load(table, 48)
  const lo2 = v128.load(table, 64),
    hi2 = v128.load(table, 80)
  const lo3 = v128.load(table, 96),
    hi3 = v128.load(table, 112)
  const nibble = pinned(i8x16.splat(15), 0)
  const zero = i8x16.splat(0)
  const lanes = scratch + LANES
  writeLanes(table, at, lanes)
  let p0 = zero,
    p1 = zero,
    p2 = zero
  // A fragment is at most 12 bytes behind its pattern's begin, and ends 3 bytes behind its own.
  const stop = min(to + 12, end) + 3
  const openBit = load<u32>(table, OPEN_BIT)
  const locations = scratch + OFFSETS
  const numbers = switches + <usize>patterns
  for (let i = at; i < stop; ) {
    // Listed and filtered without branches: which blocks fit cannot be predicted.
    const first = i
    const until = min(i + (BLOCKS << 4), stop)
    let mask = scratch
    let buckets = zero
    do {
      const bytes = v128.load(i)
      const lo = v128.and(bytes, nibble)
      const hi = v128.and(i16x8.shr_u(bytes, 4), nibble)
      const r0 = v128.and(byIndex(lo0, lo), byIndex(hi0, hi))
      const r1 = v128.and(byIndex(lo1, lo), byIndex(hi1, hi))
      const r2 = v128.and(byIndex(lo2, lo), byIndex(hi2, hi))
      const r3 = v128.and(byIndex(lo3, lo), byIndex(hi3, hi))
      const m0 = moved3(p0, r0)
      const m1 = moved2(p1, r1)
      const m2 = moved1(p2, r2)
      p0 = r0
      p1 = r1
      p2 = r2
      const fit = v128.and(v128.and(m0, m1), v128.and(m2, v128.and(r3, v128.load(lanes))))
      buckets = v128.or(buckets, fit)
      store<u16>(mask, <u16>~i8x16.bitmask(i8x16.eq(fit, i8x16.splat(0))))
      mask += 2
      i += 16
    } while (i < until)
    let listed = listOffsets(scratch, mask, first, locations)
    // The open bucket is the last.
    const open = openBit !== 0 && i8x16.bitmask(buckets) !== 0
    if (!open) listed = keepHashed(table, locations, listed)
    for (let item = locations; item < listed; item += 4) {
      const location = <usize>load<u32>(item)
      if (count + patterns > cap) {
        store<u32>(resume, <u32>location)
        return keepRandom(hits, count, numbers)
      }
      compareAt(table, location, open)
    }
  }
  store<u32>(resume, 0)
  return keepRandom(hits, count, numbers)
}
