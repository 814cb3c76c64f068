/**
 * Byte orders of numbers: 0 little-endian, 1 big-endian, 2 big-endian order of little-endian u32
 * (Java int[]), 3 of u64, 4 little-endian order of big-endian u64 (limbs of a big-endian
 * processor), 5 of u32.
 */

/** 2^64 / golden ratio: spreads the low bits of what it multiplies over the high ones. */
export const GOLDEN: u64 = ((0x9e3779b9 as u64) << 32) | 0x7f4a7c15

// Kinds of candidates: what a window must be for its number to give a prime.
export const PRIME: i32 = 0
export const BESIDE: i32 = 1 // p - 1 or p + 1
export const NEGATED: i32 = 2 // 2^bits - p
export const HALVED: i32 = 3 // (p - 1) / 2

function word4(length: i32): i32 {
  return (length + 3) & ~3
}

function word8(length: i32): i32 {
  return (length + 7) & ~7
}

export function span(order: i32, length: i32): i32 {
  if (order < 2) return length
  return order === 2 || order === 5 ? word4(length) : word8(length)
}

export function lowAt(order: i32, length: i32): i32 {
  if (order === 0) return 0
  if (order === 1) return length - 1
  if (order === 2) return word4(length) - 4
  if (order === 3) return word8(length) - 8
  return order === 4 ? 7 : 3
}

export function topAt(order: i32, length: i32): i32 {
  if (order === 0) return length - 1
  if (order === 1) return 0
  if (order === 2) return (length - 1) & 3
  if (order === 3) return (length - 1) & 7
  if (order === 4) return word8(length) - 8 + (7 - ((length - 1) & 7))
  return word4(length) - 4 + (3 - ((length - 1) & 3))
}

/** Bit i: an order's window may begin at position i of a group of 16. */
export function positions(order: i32): i32 {
  if (order < 2) return 0xffff
  return order === 2 || order === 5 ? 0x1111 : 0x0101
}

/** The inverse of an odd number modulo 2^64, by Newton's iteration. */
export function inverse64(low: u64): u64 {
  // Right in five bits, and in twice as many each time.
  let x = (3 * low) ^ 2
  x *= 2 - low * x
  x *= 2 - low * x
  x *= 2 - low * x
  x *= 2 - low * x
  return x
}

/** The lowest bit of each byte as its highest; what the other bits are is not said. */
export function lowBits(v: v128): v128 {
  return i16x8.shl(v, 7)
}

/** An entry of a list: position in bits 0 to 20, order in 21 to 23, kind in 24 and 25. */
export function entry(at: i32, order: i32, kind: i32): u32 {
  return <u32>at | ((<u32>order) << 21) | ((<u32>kind) << 24)
}
