/**
 * Lengths before numbers. `slice_map.ts` finds other structure: eight bytes of which the upper two
 * are zero, or four are 0 or 0xff, or all are printable with four more or a gap beside them.
 */

/**
 * Bit i: before `at` + i is the length of a number of `length` bytes, as in DER, SSH, libgcrypt,
 * with a sign byte or not; at multiples of 8 (and `structures`) also as allocators write it. `at`
 * is a multiple of 16.
 */
export function lengthBefore(at: usize, length: i32, structures: i32): i32 {
  let rest = likely(v128.load(at - 1), v128.load(at - 2), length)
  let found = 0
  while (rest !== 0) {
    const i = ctz(rest)
    rest &= rest - 1
    if (isLength(at + <usize>i, length)) found |= 1 << i
  }
  if (structures & 1 && isSize(at, length)) found |= 1
  if (structures & 0x100 && isSize(at + 8, length)) found |= 0x100
  return found
}

/** Offsets whose two bytes before end a length, by either byte alone: few others do. */
function likely(last: v128, second: v128, length: i32): i32 {
  const low = <i8>length
  const high = <i8>(length >> 8)
  // Before the low byte is the high one, or DER's tag; before the high one, in a token, the low.
  const tag = i8x16.splat(length < 128 ? 4 : <i8>0x81)
  const before = v128.or(i8x16.eq(second, i8x16.splat(high)), i8x16.eq(second, tag))
  const integer = v128.or(before, i8x16.eq(second, i8x16.splat(2)))
  const plain = v128.and(i8x16.eq(last, i8x16.splat(low)), integer)
  const token = v128.and(i8x16.eq(last, i8x16.splat(high)), i8x16.eq(second, i8x16.splat(low)))
  // With a sign byte the length is one more, but for tokens that do not count it.
  const one = length + 1
  const signed = v128.or(
    v128.or(i8x16.eq(second, i8x16.splat(<i8>one)), i8x16.eq(second, i8x16.splat(<i8>(one >> 8)))),
    i8x16.eq(second, i8x16.splat(high)),
  )
  const sign = v128.and(i8x16.eq(last, i8x16.splat(0)), signed)
  return i8x16.bitmask(v128.or(v128.or(plain, token), sign))
}

function isLength(at: usize, length: i32): bool {
  // What is before the number, the last byte lowest.
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

/** @param before what is there as a number, highest byte first */
function isDerOrSsh(before: u64, length: i32): bool {
  if (<i32>(before & 0xffffffff) === length) return true
  if (length < 128) return <i32>(before & 0xffff) === (0x200 | length) || isOctets(before, length)
  if (length < 256) return <i32>(before & 0xffffff) === (0x28100 | length)
  return <i32>(before & 0xffffffff) === (0x2820000 | length)
}

function isOctets(before: u64, length: i32): bool {
  return <i32>(before & 0xffff) === (0x400 | length)
}

/** A size in a u64, or an array's length in a u32: either ends with zeros. */
function isSize(at: usize, length: i32): bool {
  const word = load<u64>(at - 8)
  if (word >= <u64>length && word < <u64>length + 80) return true
  const items = <u64>load<u32>(at - 4)
  return items === <u64>length || items << 2 === <u64>length || items << 3 === <u64>length
}
