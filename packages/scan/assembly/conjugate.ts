// asc: --importMemory
/**
 * Conjugate-limb test: pairs of windows whose low limbs multiply to that of a known modulus.
 * Nothing is allocated; positions are relative to `ptr`, with 16 readable bytes before and a number
 * and 32 behind.
 */
import { enterLimb, indexOf, putPair } from './lib/limb_table.ts'
import { GOLDEN, inverse64, PRIME } from './lib/number.ts'
import { isSieved } from './lib/sieve.ts'
import { gather, lowOf } from './lib/windows.ts'

let limbCount: i32 = 0

/** Low limbs that are kept since {@link forget_limbs}. */
export function limbs_kept(): i32 {
  return limbCount
}

export function forget_limbs(): void {
  limbCount = 0
}

/**
 * Keeps each factor's low 64 bits and entry: u64, u32, u32 0, at most `cap`. `sieved` drops what
 * small primes divide; `scratch` has `length` + 64 bytes.
 */
export function low_limbs(
  ptr: usize,
  list: usize,
  count: i32,
  length: i32,
  sieved: i32,
  limbs: usize,
  cap: i32,
  scratch: usize,
): void {
  for (let k = 0; k < count && limbCount < cap; k++) {
    const item = load<u32>(list + ((<usize>k) << 2))
    if (((item >> 24) & 3) !== PRIME) continue
    const at = ptr + <usize>(item & 0x1fffff)
    const order = (item >> 21) & 7
    if (sieved !== 0) {
      gather(at, order, length, scratch)
      if (!isSieved(scratch, length)) continue
    }
    const to = limbs + ((<usize>limbCount) << 4)
    // Which of the plain orders it is cannot be predicted: both are read.
    if (order < 2) {
      const swapped = bswap<u64>(load<u64>(at + <usize>length - 8))
      store<u64>(to, select(load<u64>(at), swapped, order === 0))
    } else store<u64>(to, lowOf(at, order, length))
    store<u32>(to, item, 8)
    store<u32>(to, 0, 12)
    limbCount++
  }
}

/** Where the filter of 2^18 bits has that of a limb. */
function bitOf(limb: u64): u32 {
  return <u32>((limb * GOLDEN) >> 46)
}

/** A filter, and a table of limbs (16 bytes each, fewer than 2^18), see `lib/limb_table.ts`. */
function indexLimbs(limbs: usize, count: i32, filter: usize, table: usize, mask: u32): void {
  memory.fill(table, 0, (<usize>mask + 1) << 2)
  memory.fill(filter, 0, 1 << 15)
  for (let k = 0; k < count; k++) {
    const limb = load<u64>(limbs + ((<usize>k) << 4))
    const bit = bitOf(limb)
    const location = filter + <usize>(bit >> 3)
    store<u8>(location, <u8>(<u32>load<u8>(location) | ((1 as u32) << (bit & 7))))
    enterLimb(limbs, k, table, mask)
  }
}

/**
 * For each limb p0 and low limb n0 (u64 at `keys`), whether n0 / p0 modulo 2^64 is among the limbs.
 * Writes u32 (index, index, key), each pair once for either of its two, at most `cap`.
 * `filter` has 2^18 bits, `table` mask + 1 u32.
 */
export function conjugates(
  limbs: usize,
  count: i32,
  filter: usize,
  table: usize,
  mask: u32,
  keys: usize,
  keyCount: i32,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  indexLimbs(limbs, count, filter, table, mask)
  for (let k = 0; k < count; k++) {
    const inv = inverse64(load<u64>(limbs + ((<usize>k) << 4)))
    for (let key = 0; key < keyCount; key++) {
      const sought = load<u64>(keys + ((<usize>key) << 3)) * inv
      const bit = bitOf(sought)
      if (((<u32>load<u8>(filter + <usize>(bit >> 3)) >> (bit & 7)) & 1) === 0) continue
      const other = indexOf(limbs, sought, table, mask)
      if (other < 0) continue
      if (found < cap) putPair(out + <usize>found * 12, k, other, key)
      found++
    }
  }
  return found
}
