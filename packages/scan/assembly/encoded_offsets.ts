// asc: --importMemory
/**
 * Filters offsets at which encoded text can be: base64, lists of numbers, also UTF-16. `tables`, 64
 * bytes: by lower half of a byte, bits of the upper halves that make a letter, a list, a digit (16
 * bytes each); by upper half its bit, none from 8 on (16). No static data.
 */
import { pinned } from './lib/pinned.ts'

/** Digits that a list has among {@link encoded_offsets}' 16 characters. */
const LEAST_DIGITS: i32 = 6
/**
 * Neighbours that differ by more than one: fewer in pictures and counters, once in 10^6 of text.
 */
const LEAST_STEPS: i32 = 3
/** Every other byte of 16, from the first on. */
const EVEN: i32 = 0x5555

/**
 * Writes to `out` (u32) the offsets `at`, `at` + `step`, … before `to` whose 16 bytes are letters,
 * or a list with {@link LEAST_DIGITS}, or such in UTF-16, with {@link LEAST_STEPS} differences.
 * Reads 15 bytes behind the last; writes one u32 behind the list.
 */
export function encoded_offsets(at: usize, to: usize, step: usize, tables: usize, out: usize): i32 {
  const letters = pinned(v128.load(tables), 0)
  const listed = pinned(v128.load(tables, 16), 1)
  const digits = pinned(v128.load(tables, 32), 2)
  const uppers = pinned(v128.load(tables, 48), 3)
  const nibble = pinned(i8x16.splat(15), 4)
  const none = i8x16.splat(0)
  let next = out
  for (let location = at; location < to; location += step) {
    const bytes = v128.load(location)
    // Most of what is no text has one of these.
    if (i8x16.bitmask(bytes) !== 0) continue
    const lower = v128.and(bytes, nibble)
    const upper = i8x16.swizzle(uppers, i16x8.shr_u(v128.andnot(bytes, nibble), 4))
    // A bit for each byte that is none.
    const noLetter = noneOf(i8x16.swizzle(letters, lower), upper)
    const noList = noneOf(i8x16.swizzle(listed, lower), upper)
    const digit = 0xffff ^ noneOf(i8x16.swizzle(digits, lower), upper)
    const zero = i8x16.bitmask(i8x16.eq(bytes, none))
    const isList = <i32>(noList === 0) & <i32>(popcnt(digit) >= LEAST_DIGITS)
    const isText = <i32>(noLetter === 0) | isList
    store<u32>(next, <u32>location)
    next += <usize>(((isText | isWide(noLetter, noList, zero)) & isUneven(bytes)) << 2)
  }
  return <i32>((next - out) >> 2)
}

/** 1 if enough bytes differ from the one before. */
function isUneven(bytes: v128): i32 {
  const before = i8x16.shuffle(bytes, bytes, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
  const more = v128.or(i8x16.sub_sat_u(bytes, before), i8x16.sub_sat_u(before, bytes))
  return <i32>(popcnt(i8x16.bitmask(i8x16.gt_u(more, i8x16.splat(1)))) >= LEAST_STEPS)
}

/** A bit for each byte whose two halves have no bit in common. */
function noneOf(lower: v128, upper: v128): i32 {
  return i8x16.bitmask(i8x16.eq(v128.and(lower, upper), i8x16.splat(0)))
}

/** 1 if every other byte is zero, and the others are all letters, or all what lists have. */
function isWide(noLetter: i32, noList: i32, zero: i32): i32 {
  const first = alternates(noLetter, zero, EVEN) | alternates(noList, zero, EVEN)
  return first | alternates(noLetter, zero, EVEN << 1) | alternates(noList, zero, EVEN << 1)
}

/** 1 if all bytes of `lanes` are of a kind, and all others zero. */
function alternates(others: i32, zero: i32, lanes: i32): i32 {
  return <i32>((others & lanes) === 0) & <i32>((zero & ~lanes & 0xffff) === (~lanes & 0xffff))
}
