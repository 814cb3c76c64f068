// asc: --importMemory
/**
 * Which keys of one list are in another, where both are in the order of their highest bits, or nearly.
 *
 * The keys are those of `match_key.ts`: above {@link HASH_BITS} stands what the tables are ordered by, below a hash.
 * Nothing is allocated and there is no static data: the caller lays out the memory. 0 is no key, whatever was made.
 * `seen` has a byte for each used key: 1 once it was found among the made ones.
 */

const HASH_BITS: u64 = 40
/** A byte of 1, eight times. */
const ONES: u64 = ~(<u64>0) / 255

/** The first key whose highest bits are not below these; `from` steps ahead are taken first, then longer ones. */
function firstNotBelow(from: usize, end: usize, group: u64): usize {
  let low = from
  let step: usize = 8
  while (low + step <= end && load<u64>(low + step - 8) >> HASH_BITS < group) {
    low += step
    step <<= 1
  }
  let high = min(low + step, end)
  while (low < high) {
    const middle = low + (((high - low) >> 4) << 3)
    if (load<u64>(middle) >> HASH_BITS < group) low = middle + 8
    else high = middle
  }
  return low
}

/**
 * Marks most of the used keys that were made: four walks over both lists, each over its quarter of the used keys, one
 * step of each at a time. No branch hangs on a key, and none waits for another.
 *
 * Passed over may be keys in a group of equal highest bits, what is not in order, and the end of a list.
 */
export function walk(made: usize, madeCount: i32, used: usize, usedCount: i32, seen: usize): void {
  const quarter = (<usize>(usedCount >> 2)) << 3
  const end = made + ((<usize>madeCount) << 3)
  // Where the byte of a used key is, from an eighth of its place.
  const marks = seen - (used >> 3)
  let u0 = used
  let u1 = u0 + quarter
  let u2 = u1 + quarter
  let u3 = u2 + quarter
  let m0 = firstNotBelow(made, end, load<u64>(u0) >> HASH_BITS)
  let m1 = firstNotBelow(m0, end, load<u64>(u1) >> HASH_BITS)
  let m2 = firstNotBelow(m1, end, load<u64>(u2) >> HASH_BITS)
  let m3 = firstNotBelow(m2, end, load<u64>(u3) >> HASH_BITS)
  const end0 = u1
  const end1 = u2
  const end2 = u3
  const end3 = u3 + quarter
  let h0: i32 = 0
  let h1: i32 = 0
  let h2: i32 = 0
  let h3: i32 = 0
  for (;;) {
    const most = min(
      min(min(end0 - u0, end1 - u1), min(end2 - u2, end3 - u3)),
      end - max(max(m0, m1), max(m2, m3)),
    )
    if (most === 0) return
    for (let left = most >> 3; left > 0; left--) {
      const a0 = load<u64>(m0)
      const b0 = load<u64>(u0)
      const p0 = <usize>i32(a0 >> HASH_BITS > b0 >> HASH_BITS)
      h0 |= i32(a0 === b0) & i32(b0 !== 0)
      store<u8>(marks + (u0 >> 3), load<u8>(marks + (u0 >> 3)) | h0)
      m0 += (p0 ^ 1) << 3
      u0 += p0 << 3
      h0 &= i32(load<u64>(u0) === b0)

      const a1 = load<u64>(m1)
      const b1 = load<u64>(u1)
      const p1 = <usize>i32(a1 >> HASH_BITS > b1 >> HASH_BITS)
      h1 |= i32(a1 === b1) & i32(b1 !== 0)
      store<u8>(marks + (u1 >> 3), load<u8>(marks + (u1 >> 3)) | h1)
      m1 += (p1 ^ 1) << 3
      u1 += p1 << 3
      h1 &= i32(load<u64>(u1) === b1)

      const a2 = load<u64>(m2)
      const b2 = load<u64>(u2)
      const p2 = <usize>i32(a2 >> HASH_BITS > b2 >> HASH_BITS)
      h2 |= i32(a2 === b2) & i32(b2 !== 0)
      store<u8>(marks + (u2 >> 3), load<u8>(marks + (u2 >> 3)) | h2)
      m2 += (p2 ^ 1) << 3
      u2 += p2 << 3
      h2 &= i32(load<u64>(u2) === b2)

      const a3 = load<u64>(m3)
      const b3 = load<u64>(u3)
      const p3 = <usize>i32(a3 >> HASH_BITS > b3 >> HASH_BITS)
      h3 |= i32(a3 === b3) & i32(b3 !== 0)
      store<u8>(marks + (u3 >> 3), load<u8>(marks + (u3 >> 3)) | h3)
      m3 += (p3 ^ 1) << 3
      u3 += p3 << 3
      h3 &= i32(load<u64>(u3) === b3)
    }
  }
}

/**
 * Marks used keys that were made and not marked yet. What is not in order may be passed over.
 *
 * @param most comparisons within groups of equal highest bits; more are not made
 * @returns how many of these are left; below 0 where they did not do
 */
export function mark(
  made: usize,
  madeCount: i32,
  used: usize,
  usedCount: i32,
  seen: usize,
  most: i32,
): i32 {
  const end = made + ((<usize>madeCount) << 3)
  let next = made
  let left = most
  for (let i = 0; i < usedCount && left >= 0; i++) {
    if (load<u8>(seen + <usize>i) !== 0) continue
    const key = load<u64>(used + ((<usize>i) << 3))
    if (key === 0) continue
    const group = key >> HASH_BITS
    next = firstNotBelow(next, end, group)
    let found: i32 = 0
    let at = next
    // Not "equal": what is no key stands where its row does.
    for (; at < end; at += 8) {
      const there = load<u64>(at)
      if (there >> HASH_BITS > group) break
      found |= i32(there === key)
    }
    left -= <i32>((at - next) >> 3)
    store<u8>(seen + <usize>i, <u8>found)
  }
  return left
}

/** How many of the keys are not marked. */
export function unseen(count: i32, seen: usize): i32 {
  let marked = 0
  let at = 0
  for (; at + 8 <= count; at += 8) marked += <i32>((load<u64>(seen + <usize>at) * ONES) >> 56)
  for (; at < count; at++) marked += load<u8>(seen + <usize>at)
  return count - marked
}

/** The slot of the key, or the empty one where it belongs. */
function slotOf(table: usize, bits: i32, key: u64): usize {
  const mask: u64 = ((<u64>1) << bits) - 1
  let place = table + ((<usize>((key >> (HASH_BITS - bits)) & mask)) << 3)
  const behind = table + ((<usize>8) << bits)
  let there = load<u64>(place)
  while (there !== 0 && there !== key) {
    place += 8
    if (place === behind) place = table
    there = load<u64>(place)
  }
  return place
}

/** Puts keys into a table of `2 ** bits` slots of 8 bytes, which are 0 at first; some must stay so. */
export function fill(table: usize, bits: i32, made: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const key = load<u64>(made + ((<usize>i) << 3))
    if (key !== 0) store<u64>(slotOf(table, bits, key), key)
  }
}

/** Marks used keys that the table has. */
export function look(table: usize, bits: i32, used: usize, count: i32, seen: usize): void {
  for (let i = 0; i < count; i++) {
    const key = load<u64>(used + ((<usize>i) << 3))
    if (key !== 0 && load<u64>(slotOf(table, bits, key)) === key) store<u8>(seen + <usize>i, 1)
  }
}

/** Writes the places of keys that are not marked, as u32, to `out`, and one more; returns how many. */
export function places(count: i32, seen: usize, out: usize): i32 {
  let found = 0
  for (let at = 0; at < count; at++) {
    // Nearly all are marked.
    while (at + 8 <= count && load<u64>(seen + <usize>at) === ONES) at += 8
    if (at === count) break
    store<u32>(out + ((<usize>found) << 2), at)
    found += 1 - load<u8>(seen + <usize>at)
  }
  return found
}

/** Writes the keys at these places to `out`, one that follows itself once; returns how many. */
export function keysAt(used: usize, places: usize, count: i32, out: usize): i32 {
  let found = 0
  let last: u64 = 0
  for (let i = 0; i < count; i++) {
    const place = load<u32>(places + ((<usize>i) << 2))
    const key = load<u64>(used + ((<usize>place) << 3))
    if (found !== 0 && key === last) continue
    store<u64>(out + ((<usize>found) << 3), key)
    last = key
    found++
  }
  return found
}
