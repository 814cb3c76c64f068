/** Distinguishes letters of base64, colons and line ends from other bytes. */

/** 0xff where a byte is one of A-Z a-z 0-9 + / - _ : LF CR. */
export function isText(v: v128): v128 {
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

export function isTextAt(at: usize): bool {
  return (i8x16.bitmask(isText(v128.load(at))) & 1) !== 0
}

export function isTextBlock(at: usize): bool {
  return i8x16.bitmask(isText(v128.load(at))) === 0xffff
}
