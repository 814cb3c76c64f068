/**
 * Tells where something else visibly ends before a number, or begins behind it.
 */

/** How many of eight bytes are 0 or 0xff. */
function edgeBytes(v: u64): i32 {
  const low: u64 = (0x7f7f7f7f as u64) * 0x100000001
  const zeros = ~(((v & low) + low) | v | low)
  const w = ~v
  const ones = ~(((w & low) + low) | w | low)
  return <i32>popcnt(zeros | ones)
}

/**
 * Whether eight bytes are a length, a size, a pointer, a gap or text, and not the middle of a number: the upper two are
 * zero, or four of them are 0 or 0xff, or all are printable.
 */
export function isStructure(v: u64): bool {
  if (v >> 48 === 0 || edgeBytes(v) >= 4) return true
  const tops: u64 = (0x80808080 as u64) * 0x100000001
  const shift: u64 = (0x60606060 as u64) * 0x100000001
  return (v & tops) === 0 && ((v + shift) & tops) === tops
}

/** Bit i: {@link isStructure} of the eight bytes before `at` + i, for 16 places. */
export function structureBefore(at: usize): i32 {
  const one = i8x16.splat(1)
  const blank = i8x16.splat(0x20)
  const letters = i8x16.splat(0x60)
  let edges = i8x16.splat(0)
  let text = i8x16.splat(-1)
  for (let k: usize = 1; k <= 8; k++) {
    const v = v128.load(at - k)
    edges = i8x16.sub(edges, i8x16.le_u(i8x16.add(v, one), one))
    text = v128.and(text, i8x16.lt_u(i8x16.sub(v, blank), letters))
  }
  const upper = v128.or(v128.load(at - 1), v128.load(at - 2))
  const found = v128.or(
    v128.or(i8x16.ge_u(edges, i8x16.splat(4)), text),
    i8x16.eq(upper, i8x16.splat(0)),
  )
  return i8x16.bitmask(found)
}

const KNOWN: u32 = 0x10000

/**
 * {@link structureBefore} of a multiple of 16 from `ptr` on, kept for the next time: `edges` has a u32 for each, 0
 * before it was looked at.
 */
export function edgesBefore(ptr: usize, edges: usize, at: i32): i32 {
  const place = edges + ((<usize>(at >> 4)) << 2)
  const known = load<u32>(place)
  if (known !== 0) return <i32>(known & 0xffff)
  const mask = structureBefore(ptr + <usize>at)
  store<u32>(place, KNOWN | <u32>mask)
  return mask
}

/** {@link structureBefore} of any place from `ptr` on. */
export function edgesBeforeAny(ptr: usize, edges: usize, at: i32): i32 {
  const shift = at & 15
  if (shift === 0) return edgesBefore(ptr, edges, at)
  const first = edgesBefore(ptr, edges, at - shift)
  return ((first | (edgesBefore(ptr, edges, at - shift + 16) << 16)) >> shift) & 0xffff
}

/**
 * Bit i: the length of a number of `length` bytes stands before `at` + i: as DER, SSH or libgcrypt have it, with or
 * without a sign byte; at multiples of 8 as allocators and arrays have it, too. `at` is a multiple of 16.
 */
export function lengthBefore(at: usize, length: i32): i32 {
  const b1 = v128.load(at - 1)
  const zero = i8x16.eq(b1, i8x16.splat(0))
  const last = i8x16.eq(b1, i8x16.splat(<i8>length))
  let rest = i8x16.bitmask(v128.or(zero, last))
  let found = 0
  while (rest !== 0) {
    const i = ctz(rest)
    rest &= rest - 1
    if (isLength(at + <usize>i, length)) found |= 1 << i
  }
  if (isSize(at, length)) found |= 1
  if (isSize(at + 8, length)) found |= 0x100
  return found
}

function isLength(at: usize, length: i32): bool {
  // What stands before the number, the last byte lowest.
  const before = bswap<u64>(load<u64>(at - 8))
  if (isDerOrSsh(before, length) || isToken(before, length)) return true
  if (load<u8>(at - 1) !== 0) return false
  const unsigned = before >> 8
  return (
    isDerOrSsh(unsigned, length + 1) || isToken(unsigned, length + 1) || isToken(unsigned, length)
  )
}

/** Data of libgcrypt's S-expressions: its tag, and the length in u16, lowest byte first. */
function isToken(before: u64, length: i32): bool {
  return <i32>(before & 0xffffff) === (0x10000 | ((length & 0xff) << 8) | (length >> 8))
}

/** @param before what stands there as a number, highest byte first */
function isDerOrSsh(before: u64, length: i32): bool {
  if (<i32>(before & 0xffffffff) === length) return true
  if (length < 128) return <i32>(before & 0xffff) === (0x200 | length) || isOctets(before, length)
  if (length < 256) return <i32>(before & 0xffffff) === (0x28100 | length)
  return <i32>(before & 0xffffffff) === (0x2820000 | length)
}

/** OCTET STRING of so many bytes. */
function isOctets(before: u64, length: i32): bool {
  return <i32>(before & 0xffff) === (0x400 | length)
}

/** A word of eight bytes with the size of a block, or one of four with the length of an array, in its units. */
function isSize(at: usize, length: i32): bool {
  const word = load<u64>(at - 8)
  if (word >= <u64>length && word < <u64>length + 80) return true
  const items = load<i32>(at - 4)
  return items === length || items << 2 === length || items << 3 === length
}
