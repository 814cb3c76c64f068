// asc: --importMemory
/**
 * Which keys of one list are not in another, both of any order and with repetitions.
 *
 * Both lists are split by their highest bits first, so that the table of one part stays in a processor's cache. The
 * keys must be spread evenly, as hashes are. Nothing is allocated and there is no static data: the caller lays out
 * the memory. 0 is no key: among the made ones it is passed over, among the used ones it is always missing.
 *
 * A list is split in three steps: `count` for each of its blocks, `begin`, `copy` for each of its blocks. `places`
 * has a u32 for each part, zero at first: how many keys it has, then where the next one goes, then where it ends.
 */

const PART_BITS: u64 = 8
const PARTS: i32 = 256

export function count(block: usize, keys: i32, places: usize): void {
  const behind = block + ((<usize>keys) << 3)
  for (let at = block; at < behind; at += 8) {
    const place = places + ((<usize>(load<u64>(at) >> (64 - PART_BITS))) << 2)
    store<u32>(place, load<u32>(place) + 1)
  }
}

/** Returns how many keys the list has. */
export function begin(places: usize): i32 {
  let next: u32 = 0
  for (let part = 0; part < PARTS; part++) {
    const place = places + ((<usize>part) << 2)
    const own = load<u32>(place)
    store<u32>(place, next)
    next += own
  }
  return next
}

export function copy(block: usize, keys: i32, list: usize, places: usize): void {
  const behind = block + ((<usize>keys) << 3)
  for (let at = block; at < behind; at += 8) {
    const key = load<u64>(at)
    const place = places + ((<usize>(key >> (64 - PART_BITS))) << 2)
    const next = load<u32>(place)
    store<u64>(list + ((<usize>next) << 3), key)
    store<u32>(place, next + 1)
  }
}

/** Slots of a table for so many keys, as bits: at most two thirds of them are used. */
function bitsFor(keys: u32): i32 {
  return keys < 8 ? 4 : 32 - clz<u32>(keys + (keys >> 1))
}

/** Slots of the largest part's table, as bits. */
export function tableBits(madePlaces: usize, usedPlaces: usize): i32 {
  let most: u32 = 0
  let before: u32 = 0
  for (let part = 0; part < PARTS; part++) {
    const place = (<usize>part) << 2
    const madeEnd = load<u32>(madePlaces + place)
    const usedEnd = load<u32>(usedPlaces + place)
    most = max(most, madeEnd + usedEnd - before)
    before = madeEnd + usedEnd
  }
  return bitsFor(most)
}

/** The slot of the key, or the empty one where it belongs. */
function slotOf(table: usize, bits: i32, key: u64): usize {
  const mask: u64 = ((<u64>1) << bits) - 1
  let place = table + ((<usize>((key >> (64 - PART_BITS - bits)) & mask)) << 3)
  const behind = table + ((<usize>8) << bits)
  let there = load<u64>(place)
  while (there !== 0 && there !== key) {
    place += 8
    if (place === behind) place = table
    there = load<u64>(place)
  }
  return place
}

/**
 * Writes each used key that was not made to `out`, once, and returns how many there are. `table` has room for
 * `tableBits` slots of 8 bytes.
 */
export function difference(
  made: usize,
  madePlaces: usize,
  used: usize,
  usedPlaces: usize,
  table: usize,
  out: usize,
): i32 {
  let found = 0
  let isZeroFound = false
  let madeAt: u32 = 0
  let usedAt: u32 = 0
  for (let part = 0; part < PARTS; part++) {
    const madeEnd = load<u32>(madePlaces + ((<usize>part) << 2))
    const usedEnd = load<u32>(usedPlaces + ((<usize>part) << 2))
    if (usedAt < usedEnd) {
      const bits = bitsFor(madeEnd - madeAt + usedEnd - usedAt)
      memory.fill(table, 0, (<usize>8) << bits)
      for (; madeAt < madeEnd; madeAt++) {
        const key = load<u64>(made + ((<usize>madeAt) << 3))
        if (key !== 0) store<u64>(slotOf(table, bits, key), key)
      }
      for (; usedAt < usedEnd; usedAt++) {
        const key = load<u64>(used + ((<usize>usedAt) << 3))
        if (key === 0) {
          if (isZeroFound) continue
          isZeroFound = true
        } else {
          const slot = slotOf(table, bits, key)
          if (load<u64>(slot) === key) continue
          store<u64>(slot, key)
        }
        store<u64>(out + ((<usize>found) << 3), key)
        found++
      }
    }
    madeAt = madeEnd
    usedAt = usedEnd
  }
  return found
}
