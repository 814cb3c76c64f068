// asc: --importMemory
/**
 * The conjugate-limb test for many keys at once: pairs of windows whose low limbs multiply to that of a modulus.
 *
 * Modulo 2^18 each odd number is a power of 5 or minus one, so that what two multiply to is told by the sum of their
 * logarithms: one map of those that are there, laid over another that goes down from a key's, has all pairs of that key.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory.
 */
import { indexOf, putPair } from './lib/limb_table.ts'
import { inverse64 } from './lib/number.ts'

const RESIDUE: u32 = 0x3ffff
const LOG_BITS: u32 = 16
const LOG: u32 = 0xffff

/** Bytes of a map with a bit for each logarithm: the lower 13 bits name the byte, the upper three the bit. */
const MAP: usize = 1 << 13
const BYTE_BITS: u32 = 13
const BYTE: u32 = 0x1fff
/** Of a map that goes down, with all once more behind it, each bit one further down, and room. */
const TURNED: usize = (MAP << 1) + 16
/** Maps of both signs, eight times, with the bits of each byte turned by so many. */
const TURNS: u32 = 8
/** Of all maps. */
const MAPS: usize = 2 * (<usize>TURNS * MAP + TURNED)

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

/** The map of a sign whose bits are turned by so many. */
function mapOf(sign: u32, turn: u32): usize {
  return maps + <usize>((turn << 1) | sign) * MAP
}

function turnedOf(sign: u32): usize {
  return maps + <usize>(TURNS << 1) * MAP + (sign === 0 ? 0 : TURNED)
}

function setBit(map: usize, byte: u32, bit: u32): void {
  const at = map + <usize>byte
  store<u8>(at, <u8>(<u32>load<u8>(at) | ((1 as u32) << (bit & 7))))
}

/** Writes limb `k` down with `key` if the number that it multiplies with to the low limb `n0` is in the table. */
function takePair(k: i32, n0: u64, key: i32): void {
  const sought = n0 * inverse64(load<u64>(kept + ((<usize>k) << 4)))
  const other = indexOf(kept, sought, table, mask)
  if (other < 0) return
  if (found < cap) putPair(out + <usize>found * 12, k, other, key)
  found++
}

/** Looks at all classes at once: of which both one and the one that it multiplies with to that of the key have limbs. */
function takeAll(heads: usize, n0: u64, key: i32): void {
  const own = classOf(n0)
  // Where the map that goes down has the logarithm of the key: from there on it has what is left of that.
  const begin = (0 - own) & LOG
  const turn = begin >> BYTE_BITS
  for (let sign: u32 = 0; sign < 2; sign++) {
    const map = mapOf(sign, turn)
    const turned = turnedOf(sign ^ (own >> LOG_BITS)) + <usize>(begin & BYTE)
    for (let at: usize = 0; at < MAP; at += 16) {
      const both = v128.and(v128.load(map + at), v128.load(turned + at))
      if (!v128.any_true(both)) continue
      const first = (sign << LOG_BITS) | <u32>at
      takeClasses(heads, first, turn, i64x2.extract_lane(both, 0), n0, key, own)
      takeClasses(heads, first + 8, turn, i64x2.extract_lane(both, 1), n0, key, own)
    }
  }
}

/** Looks at the limbs of those classes that `bits` names: of eight bytes of a map that is turned, from that of `first` on. */
function takeClasses(
  heads: usize,
  first: u32,
  turn: u32,
  bits: u64,
  n0: u64,
  key: i32,
  own: u32,
): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const place = <u32>ctz(rest)
    const one = (first + (place >> 3)) | (((place - turn) & 7) << BYTE_BITS)
    const other = ((own - one) & LOG) | ((own ^ one) & ~LOG)
    const head = load<u64>(heads + ((<usize>one) << 3))
    const otherHead = load<u64>(heads + ((<usize>other) << 3))
    // Mostly each is one limb, whose lower half is beside its index.
    const isOneEach = ((<u32>head | <u32>otherHead) & MORE) === 0
    if (isOneEach && <u32>(head >> 32) * <u32>(otherHead >> 32) !== <u32>n0) continue
    let next = <u32>head & ~MORE
    while (next !== 0) {
      const k = <i32>next - 1
      takePair(k, n0, key)
      next = load<u32>(kept + ((<usize>k) << 4), 12)
    }
  }
}

/**
 * Pairs whose low limbs multiply to that of a modulus: for each limb p0 and each of `keyCount` low limbs n0 (u64 at
 * `keys`), whether n0 / p0 modulo 2^64 is in the table of `index_limbs`. Writes three u32 (index, index, key) a pair,
 * each pair once for either of its two, at most `room`; returns how many there are.
 *
 * `logarithms` as {@link enter_logs} wrote them, `bitmaps` has room for {@link MAPS} bytes, and `heads` for 2^17 u64, all 0,
 * as they are again when this returns. The last u32 of each limb is 0, and used meanwhile.
 */
export function conjugates_of_many(
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
  memory.fill(maps, 0, MAPS)
  for (let k = 0; k < count; k++) enterClass(k, heads)
  for (let key = 0; key < keyCount; key++) {
    takeAll(heads, load<u64>(keys + ((<usize>key) << 3)), key)
  }
  for (let k = 0; k < count; k++) {
    const at = kept + ((<usize>k) << 4)
    store<u64>(heads + ((<usize>classOf(load<u64>(at))) << 3), 0)
    store<u32>(at, 0, 12)
  }
  return found
}

/** In the index of the last limb of a class: there are more. */
const MORE: u32 = 0x80000000

/** Enters a limb into the maps, and beside it the limb of its class that was entered before. */
function enterClass(k: i32, heads: usize): void {
  const at = kept + ((<usize>k) << 4)
  const limb = load<u64>(at)
  const own = classOf(limb)
  const sign = own >> LOG_BITS
  const bit = (own & LOG) >> BYTE_BITS
  for (let turn: u32 = 0; turn < TURNS; turn++) setBit(mapOf(sign, turn), own & BYTE, bit + turn)
  const turned = (0 - own) & LOG
  const down = turned >> BYTE_BITS
  setBit(turnedOf(sign), turned & BYTE, down)
  setBit(turnedOf(sign), (turned & BYTE) + <u32>MAP, down + TURNS - 1)
  const head = heads + ((<usize>own) << 3)
  const before = load<u32>(head)
  store<u32>(at, before & ~MORE, 12)
  store<u32>(head, <u32>(k + 1) | (before === 0 ? 0 : MORE))
  store<u32>(head, <u32>limb, 4)
}
