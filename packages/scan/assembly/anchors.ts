// asc: --importMemory
/**
 * Finds many short patterns in one pass.
 *
 * Each pattern has a fragment: four neighbouring bytes of it, the rarest. Fragments are dealt to eight buckets,
 * and two nibble tables for each of the four bytes say which buckets still fit: two shuffles and an AND a byte.
 * What is left is looked up in a bitmap of hashed fragments, then compared with the patterns of its bucket.
 *
 * Fragments of which too few bits count are not in the bitmap: their buckets are open, and skip it.
 *
 * Layout of `tables`: 128 bytes nibble tables (low and high, byte 0 to 3), 8 KiB bitmap at 128, eight u32
 * at 8320 with the index behind each bucket's last entry, a u32 at 8352 with a bit for each open bucket,
 * entries of 48 bytes at 8368:
 * u32 fragment, u32 its mask, u16 id, u8 place of the fragment in the pattern, u8 length, u32 not 0 = off,
 * 16 bytes pattern, 16 bytes mask.
 * No static data: the memory is shared with the other kernels.
 */
const BITMAP: usize = 128
const ENDS: usize = 8320
const OPEN: usize = 8352
const ENTRIES: usize = 8368
const ENTRY: usize = 48

/** First place in `[ptr, end)` from which 16 bytes are not all zero, in steps of 16 from `ptr`; `end` if none. */
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

// Of the search under way.
let low: usize = 0
let high: usize = 0
let limit: usize = 0
let tables: usize = 0
let out: usize = 0
let count: i32 = 0

/** Compares the patterns of one bucket at the fragment's place. */
function compare_bucket(bucket: usize, at: usize, word: u32): void {
  const ends = tables + ENDS + (bucket << 2)
  let entry = tables + ENTRIES + (bucket === 0 ? 0 : <usize>load<u32>(ends - 4)) * ENTRY
  const last = tables + ENTRIES + <usize>load<u32>(ends) * ENTRY
  for (; entry < last; entry += ENTRY) {
    if ((word & load<u32>(entry, 4)) !== load<u32>(entry)) continue
    if (load<u32>(entry, 12) !== 0) continue
    const start = at - <usize>load<u8>(entry, 10)
    if (start < low || start >= high || start + <usize>load<u8>(entry, 11) > limit) continue
    const differ = v128.and(v128.xor(v128.load(start), v128.load(entry, 16)), v128.load(entry, 32))
    if (v128.any_true(differ)) continue
    store<u32>(out, <u32>start)
    store<u32>(out, <u32>load<u16>(entry, 8), 4)
    out += 8
    count++
  }
}

/**
 * Writes to `hits` (u32 place, u32 id each) where patterns begin in `[from, to)` and end at most at `end`.
 *
 * Ascending by fragment, which may differ from the pattern's begin by up to 15. Looks at fragments from `at`
 * on. `cap` must be at least the number of patterns. When there may be no room for one more fragment's hits,
 * it stops; `resume` receives the place to go on from as `at`, or 0 when it is done. `scratch` is 32 bytes.
 * Reads at most 64 bytes beyond `end`.
 */
export function find_anchors(
  at: usize,
  from: usize,
  to: usize,
  end: usize,
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
  tables = table
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
  const open = load<u32>(table, OPEN)
  const nibble = i8x16.splat(15)
  const zero = i8x16.splat(0)
  let p0 = zero,
    p1 = zero,
    p2 = zero
  // A fragment lies at most 12 bytes behind its pattern's begin, and ends 3 bytes behind its own.
  const stop = min(to + 12, end) + 3
  for (let i = at; i < stop; i += 16) {
    const bytes = v128.load(i)
    const lo = v128.and(bytes, nibble)
    const hi = i8x16.shr_u(bytes, 4)
    const r0 = v128.and(i8x16.swizzle(lo0, lo), i8x16.swizzle(hi0, hi))
    const r1 = v128.and(i8x16.swizzle(lo1, lo), i8x16.swizzle(hi1, hi))
    const r2 = v128.and(i8x16.swizzle(lo2, lo), i8x16.swizzle(hi2, hi))
    const r3 = v128.and(i8x16.swizzle(lo3, lo), i8x16.swizzle(hi3, hi))
    const m0 = i8x16.shuffle(p0, r0, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28)
    const m1 = i8x16.shuffle(p1, r1, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
    const m2 = i8x16.shuffle(p2, r2, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
    p0 = r0
    p1 = r1
    p2 = r2
    const fit = v128.and(v128.and(m0, m1), v128.and(m2, r3))
    if (!v128.any_true(fit)) continue
    v128.store(scratch, fit)
    let lanes = ~i8x16.bitmask(i8x16.eq(fit, zero)) & 0xffff
    while (lanes !== 0) {
      const lane = <usize>ctz(lanes)
      lanes &= lanes - 1
      const place = i + lane - 3
      const word = load<u32>(place)
      const hash = (word * 0x9e3779b1) >>> 16
      let buckets = <u32>load<u8>(scratch + lane)
      if (((load<u8>(table + <usize>(hash >>> 3), BITMAP) >>> (hash & 7)) & 1) === 0)
        buckets &= open
      if (buckets === 0) continue
      if (count + patterns > cap) {
        store<u32>(resume, <u32>place)
        return count
      }
      while (buckets !== 0) {
        compare_bucket(<usize>ctz(buckets), place, word)
        buckets &= buckets - 1
      }
    }
  }
  store<u32>(resume, 0)
  return count
}
