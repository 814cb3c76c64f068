// asc: --importMemory
/**
 * Pairs of windows whose low limbs multiply to that of a known modulus: the conjugate-limb test.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory. `ptr` is the begin of a slice;
 * positions are relative to it, and the caller keeps 16 readable bytes before it and as many as a number takes, and 32
 * more, behind the last position.
 */
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
 * Keeps the low 64 bits of each factor of a list, and its entry: u64, u32, u32 0 each, at most `cap` with those that are
 * kept already. With `sieved` those alone that small primes leave: `scratch` has room for `length` + 64 bytes.
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
    // Which of the plain orders it is cannot be foretold: both are read.
    if (order < 2) {
      const swapped = bswap<u64>(load<u64>(at + <usize>length - 8))
      store<u64>(to, select(load<u64>(at), swapped, order === 0))
    } else store<u64>(to, lowOf(at, order, length))
    store<u32>(to, item, 8)
    store<u32>(to, 0, 12)
    limbCount++
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
 * index + 1 below and 14 bits of the limb above.
 */
export function index_limbs(limbs: usize, count: i32, table: usize, mask: u32): void {
  memory.fill(table, 0, (<usize>mask + 1) << 2)
  for (let k = 0; k < count; k++) {
    const limb = load<u64>(limbs + ((<usize>k) << 4))
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

// Modulo 2^18 each odd number is a power of 5 or minus one: what two multiply to is told by the sum of their logarithms.
const RESIDUE: u32 = 0x3ffff
const LOG_BITS: u32 = 16
const LOG: u32 = 0xffff

/** Bytes of a map with a bit for each logarithm. */
const MAP: usize = 1 << 13
/** Of one with all twice, the greatest logarithm first, and room behind it. */
const TURNED: usize = (MAP << 1) + 16
/** Of all maps: of each sign one of either kind. */
const MAPS: usize = 2 * (MAP + TURNED)
/** Of fewer limbs each is looked at, instead of the maps. */
const FEW: i32 = 512

/** Writes the logarithms of all odd residues: 2^17 u16. */
export function enter_logs(logs: usize): void {
  let power: u32 = 1
  for (let log: u32 = 0; log <= LOG; log++) {
    store<u16>(logs + <usize>(power & ~1), <u16>log)
    store<u16>(logs + <usize>((0 - power) & RESIDUE & ~1), <u16>log)
    power = (power * 5) & RESIDUE
  }
}

// Of the search under way.
let kept: usize = 0
let logs: usize = 0
let maps: usize = 0
let table: usize = 0
let mask: u32 = 0
let out: usize = 0
let cap: i32 = 0
let found: i32 = 0

/** The logarithm of an odd number, and above it whether it is minus a power. */
function classOf(limb: u64): u32 {
  const low = <u32>limb
  const log = <u32>load<u16>(logs + <usize>(low & RESIDUE & ~1))
  return log | ((low & 2) << (LOG_BITS - 1))
}

function setBit(map: usize, bit: u32): void {
  const at = map + <usize>(bit >> 3)
  store<u8>(at, <u8>(<u32>load<u8>(at) | ((1 as u32) << (bit & 7))))
}

function mapOf(sign: u32): usize {
  return maps + (sign === 0 ? 0 : MAP)
}

function turnedOf(sign: u32): usize {
  return maps + 2 * MAP + (sign === 0 ? 0 : TURNED)
}

/** Writes limb `k` down with `key` if the number that it multiplies with to the low limb `n0` is in the table. */
function takePair(k: i32, n0: u64, key: i32): void {
  const sought = n0 * inverse64(load<u64>(kept + ((<usize>k) << 4)))
  let slot = slotOf(sought, mask)
  for (let steps = 0; steps < 8; steps++) {
    const held = load<u32>(table + ((<usize>slot) << 2))
    if (held === 0) return
    const other = (held & 0x3ffff) - 1
    const isLike = (held ^ tagOf(sought)) >> INDEX_BITS === 0
    if (isLike && load<u64>(kept + ((<usize>other) << 4)) === sought) {
      if (found < cap) {
        const to = out + <usize>found * 12
        store<u32>(to, k)
        store<u32>(to, other, 4)
        store<u32>(to, key, 8)
      }
      found++
      return
    }
    slot = (slot + 1) & mask
  }
}

/** Looks at each limb for itself. */
function takeFew(count: i32, n0: u64, key: i32): void {
  const own = classOf(n0)
  for (let k = 0; k < count; k++) {
    const held = load<u32>(kept + ((<usize>k) << 4), 12)
    const other = (own - held) & LOG
    const map = mapOf((own ^ held) >> LOG_BITS)
    if (((<u32>load<u8>(map + <usize>(other >> 3)) >> (other & 7)) & 1) !== 0) takePair(k, n0, key)
  }
}

/** Looks at all classes at once: of which both one and the one that it multiplies with to that of the key have limbs. */
function takeMany(heads: usize, n0: u64, key: i32): void {
  const own = classOf(n0)
  // The turned map begins with logarithm 0, and goes down: from here on with that of the key.
  const begin = (0 - own) & LOG
  const shift = <i32>(begin & 7)
  for (let sign: u32 = 0; sign < 2; sign++) {
    const map = mapOf(sign)
    const turned = turnedOf(sign ^ (own >> LOG_BITS)) + <usize>(begin >> 3)
    for (let at: usize = 0; at < MAP; at += 16) {
      const low = i64x2.shr_u(v128.load(turned + at), shift)
      const high = i64x2.shl(i64x2.shl(v128.load(turned + at, 8), 1), 63 - shift)
      const both = v128.and(v128.load(map + at), v128.or(low, high))
      if (!v128.any_true(both)) continue
      const first = heads + (((<usize>sign) << (LOG_BITS + 2)) | (at << 5))
      takeClasses(first, i64x2.extract_lane(both, 0), n0, key)
      takeClasses(first + 256, i64x2.extract_lane(both, 1), n0, key)
    }
  }
}

/** Looks at the limbs of those of 64 classes that `bits` names; the first of each is at `heads`. */
function takeClasses(heads: usize, bits: u64, n0: u64, key: i32): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    let next = load<u32>(heads + ((<usize>ctz(rest)) << 2))
    while (next !== 0) {
      const k = <i32>next - 1
      takePair(k, n0, key)
      next = load<u32>(kept + ((<usize>k) << 4), 12)
    }
  }
}

/**
 * Pairs whose low limbs multiply to that of a modulus: for each limb p0 and each of `keyCount` low limbs n0 (u64 at
 * `keys`), whether n0 / p0 modulo 2^64 is in the table of {@link index_limbs}. Writes three u32 (index, index, key) a pair,
 * each pair once for either of its two, at most `room`; returns how many there are.
 *
 * `logarithms` as {@link enter_logs} wrote them, `bitmaps` has room for {@link MAPS} bytes, and `heads` for 2^17 u32, all 0,
 * as they are again when this returns.
 */
export function conjugates(
  limbs: usize,
  count: i32,
  slots: usize,
  slotMask: u32,
  logarithms: usize,
  bitmaps: usize,
  heads: usize,
  keys: usize,
  keyCount: i32,
  hits: usize,
  room: i32,
): i32 {
  kept = limbs
  logs = logarithms
  maps = bitmaps
  table = slots
  mask = slotMask
  out = hits
  cap = room
  found = 0
  const isFew = count < FEW
  memory.fill(maps, 0, isFew ? 2 * MAP : MAPS)
  for (let k = 0; k < count; k++) enterLimb(k, heads, isFew)
  for (let key = 0; key < keyCount; key++) {
    const n0 = load<u64>(keys + ((<usize>key) << 3))
    if (isFew) takeFew(count, n0, key)
    else takeMany(heads, n0, key)
  }
  for (let k = 0; k < count; k++) {
    const at = kept + ((<usize>k) << 4)
    if (!isFew) store<u32>(heads + ((<usize>classOf(load<u64>(at))) << 2), 0)
    store<u32>(at, 0, 12)
  }
  return found
}

/** Enters a limb into the maps, with its class beside it; of many instead the limb of its class that was entered before. */
function enterLimb(k: i32, heads: usize, isFew: bool): void {
  const at = kept + ((<usize>k) << 4)
  const own = classOf(load<u64>(at))
  const sign = own >> LOG_BITS
  setBit(mapOf(sign), own & LOG)
  if (isFew) {
    store<u32>(at, own, 12)
    return
  }
  const turned = (0 - own) & LOG
  setBit(turnedOf(sign), turned)
  setBit(turnedOf(sign), turned + LOG + 1)
  const head = heads + ((<usize>own) << 2)
  store<u32>(at, load<u32>(head), 12)
  store<u32>(head, k + 1)
}
