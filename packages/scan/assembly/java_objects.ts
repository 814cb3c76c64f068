// asc: --importMemory
/**
 * Finds arrays of a size, and whole numbers (`BigInteger`) of a size, in the memory of a JVM.
 *
 * Of 64-bit HotSpot an array is {u64 mark, u32 class, u32 length, elements}, and a number begins {u64 mark, u32 class,
 * i32 signum, i32 bitCount + 1, i32 bitLength + 1}, where a size is 0 until it is asked for. No static data: the memory is shared
 * with the other kernels.
 */
import { pinned } from './lib/pinned.ts'

/** Of the mark's two lowest bits those of what is not locked. */
const UNLOCKED: u32 = 1
const LOCK_BITS: u32 = 3
/** Bytes of what stands before the elements. */
const HEAD: i32 = 16
const STEP: i32 = 64
/** Lengths lie in every other word of four bytes. */
const LENGTHS: i32 = 0b1010

/**
 * Lists the positions in [0, to), multiples of 8, lowest first, before which the head of an array of `length` or `further`
 * elements stands, whose class is not 0 and which is not locked. Writes u32, at most `cap`, and returns how many there are.
 * Reads 16 bytes before `ptr`, and up to 64 behind `to`.
 */
export function java_arrays(
  ptr: usize,
  to: i32,
  length: u32,
  further: u32,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  const one = pinned(i32x4.splat(<i32>length), 0)
  const other = pinned(i32x4.splat(<i32>further), 1)
  const lanes = pinned(i64x2.splat(<i64>0xffffffff00000000), 2)
  for (let at = -HEAD; at < to; at += STEP) {
    const here = ptr + <usize>at
    const first = v128.or(isLength(here, one, other), isLength(here + 16, one, other))
    const second = v128.or(isLength(here + 32, one, other), isLength(here + 48, one, other))
    if (!v128.any_true(v128.and(v128.or(first, second), lanes))) continue
    for (let block = at; block < at + STEP; block += 16) {
      let mask = i32x4.bitmask(isLength(ptr + <usize>block, one, other)) & LENGTHS
      while (mask !== 0) {
        const position = block + (ctz(mask) << 2) + 4
        mask &= mask - 1
        if (position < 0 || position >= to || !isHead(ptr + <usize>(position - HEAD))) continue
        if (found < cap) store<u32>(out + ((<usize>found) << 2), position)
        found++
      }
    }
  }
  return found
}

/** Which of four words are one of two lengths. */
function isLength(at: usize, one: v128, other: v128): v128 {
  const words = v128.load(at)
  return v128.or(i32x4.eq(words, one), i32x4.eq(words, other))
}

/** Whether a mark and a class stand there. */
function isHead(at: usize): bool {
  return (load<u32>(at) & LOCK_BITS) === UNLOCKED && load<u32>(at, 8) !== 0
}

/** Words of 8 bytes above this and below twice that have a class and the sign of a number that is positive. */
const POSITIVE: u64 = 0x100000000

/**
 * Lists the positions in [0, to), multiples of 8, lowest first, at which the sizes of a positive number of [least, most] bits
 * stand that is not locked, and of which nobody asked how many bits are set. Writes u32, at most `cap`, and returns how many
 * there are. Reads 16 bytes before `ptr`, and up to 64 behind `to`.
 */
export function java_numbers(
  ptr: usize,
  to: i32,
  least: u32,
  most: u32,
  out: usize,
  cap: i32,
): i32 {
  let found = 0
  const low = pinned(i64x2.splat(POSITIVE), 0)
  const high = pinned(i64x2.splat(POSITIVE << 1), 1)
  for (let at = -8; at < to; at += STEP) {
    const here = ptr + <usize>at
    const first = v128.or(isPositive(here, low, high), isPositive(here + 16, low, high))
    const second = v128.or(isPositive(here + 32, low, high), isPositive(here + 48, low, high))
    if (!v128.any_true(v128.or(first, second))) continue
    for (let position = at + 8; position < min(at + 8 + STEP, to); position += 8) {
      if (!isNumber(ptr + <usize>position, least, most)) continue
      if (found < cap) store<u32>(out + ((<usize>found) << 2), position)
      found++
    }
  }
  return found
}

/** Which of two words have a class and the sign 1. */
function isPositive(at: usize, low: v128, high: v128): v128 {
  const words = v128.load(at)
  return v128.and(i64x2.gt_s(words, low), i64x2.lt_s(words, high))
}

/** Whether the sizes of a number stand at `at`. */
function isNumber(at: usize, least: u32, most: u32): bool {
  const before = load<u64>(at - 8)
  if (before <= POSITIVE || before >= POSITIVE << 1) return false
  if ((load<u32>(at - 16) & LOCK_BITS) !== UNLOCKED || load<u32>(at) !== 0) return false
  const size = load<u32>(at, 4)
  return size > least && size - 1 <= most
}
