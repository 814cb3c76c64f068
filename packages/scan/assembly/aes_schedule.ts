// asc: --importMemory
/**
 * Finds expanded AES keys of all sizes, both ways. A filter tests four offsets at once for words
 * that are the XOR of two before; hits get FIPS-197's whole recurrence. `sbox` is the 256 bytes of
 * the S-box. No static data.
 */

// Directions, part of a hit's code: direction | order << 2 | words of the key << 4.
const ENCRYPTION = 0
/** Round keys in reverse, all but the first and last through InvMixColumns. */
const DECRYPTION = 1
/** The same round keys in their forward order. */
const DECRYPTION_FORWARD = 2
/** Set where the first 16 bytes are overwritten, as free() does; the offset is behind them. */
const HEADLESS = 256

let sbox: usize = 0
let begin: usize = 0
let end: usize = 0

// The schedule under test.
let base: usize = 0
let isSwapped: bool = false
let direction: i32 = 0
let rounds: i32 = 0

function sub_word(word: u32): u32 {
  return (
    <u32>load<u8>(sbox + <usize>(word & 255)) |
    ((<u32>load<u8>(sbox + <usize>((word >>> 8) & 255))) << 8) |
    ((<u32>load<u8>(sbox + <usize>((word >>> 16) & 255))) << 16) |
    ((<u32>load<u8>(sbox + <usize>(word >>> 24))) << 24)
  )
}

function mix_column(word: u32): u32 {
  const twice = ((word & 0x7f7f7f7f) << 1) ^ (((word >>> 7) & 0x01010101) * 0x1b)
  return twice ^ rotr(twice ^ word, 8) ^ rotr(word, 16) ^ rotr(word, 24)
}

function rcon(index: i32): u32 {
  return index < 9 ? (<u32>1) << (index - 1) : index === 9 ? 0x1b : 0x36
}

/** Word i of the encryption schedule that the bytes at `base` claim to be. */
function word_of(i: i32): u32 {
  const round = i >> 2
  const block = direction === DECRYPTION ? rounds - round : round
  const at = base + ((<usize>block) << 4) + ((<usize>(i & 3)) << 2)
  const raw = load<u32>(at)
  const word = isSwapped ? bswap(raw) : raw
  return direction === ENCRYPTION || round === 0 || round === rounds ? word : mix_column(word)
}

/** Whether words `[first, last)` of the schedule at `base` obey the recurrence. */
function holds(size: i32, first: i32, last: i32): bool {
  for (let i = first + size; i < last; i++) {
    let step = word_of(i - 1)
    const phase = i % size
    if (phase === 0) step = sub_word(rotr(step, 8)) ^ rcon(i / size)
    else if (size === 8 && phase === 4) step = sub_word(step)
    if (word_of(i) !== (word_of(i - size) ^ step)) return false
  }
  return true
}

let out: usize = 0
let count: i32 = 0
let low: usize = 0
let high: usize = 0

function report(start: usize, code: i32): void {
  if (start < low || start >= high) return
  store<u32>(out, <u32>start)
  store<u32>(out, <u32>code, 4)
  out += 8
  count++
}

/** Tests one encoding, size and order of a schedule at `start`, or without its first 16 bytes. */
function test(start: usize, size: i32, asDirection: i32, swapped: bool, mayBeHeadless: bool): void {
  const words = (size + 7) << 2
  if (start + ((<usize>words) << 2) > end) return
  base = start
  direction = asDirection
  isSwapped = swapped
  rounds = size + 6
  // Those bytes hold the first round key; of a reversed schedule, the last.
  const first = asDirection === DECRYPTION ? 0 : 4
  const last = asDirection === DECRYPTION ? words - 4 : words
  if (!holds(size, first, last)) return
  const isWhole = start >= begin && holds(size, 0, words)
  const code = asDirection | ((<i32>swapped) << 2) | (size << 4)
  if (isWhole) {
    if (!mayBeHeadless || asDirection !== ENCRYPTION) report(start, code)
  } else if (mayBeHeadless) report(start + 16, code | HEADLESS)
}

/** Whether a step adds `difference`, given SubWord of the word before; any round constant. */
function steps(difference: u32, substituted: u32, isHalf: bool): bool {
  return isHalf
    ? difference === substituted
    : ((difference ^ rotr(substituted, 8)) & 0xffffff00) === 0
}

/** After InvMixColumns, in both word orders: bit 0 as they are, bit 1 swapped. */
function steps_mixed(difference: u32, word: u32, isHalf: bool): i32 {
  const plain = steps(mix_column(difference), sub_word(mix_column(word)), isHalf)
  const swapped = steps(mix_column(bswap(difference)), sub_word(mix_column(bswap(word))), isHalf)
  return <i32>plain | ((<i32>swapped) << 1)
}

/** The nonlinear step is tried first: bytes made to pass the linear filter cost little. */
function test_forward(at: usize, size: i32): void {
  // An inner round key is 16 bytes behind; of 192 bits the recurrence begins again at 24.
  const inner: usize = size === 6 ? 24 : 16
  const key = (<usize>size) << 2
  const difference = load<u32>(at) ^ load<u32>(at + key)
  const word = load<u32>(at + key - 4)
  const isHalf = size === 8
  const substituted = sub_word(word)
  if (steps(difference, substituted, false)) test(at, size, ENCRYPTION, false, false)
  if (steps(difference, substituted, isHalf)) test(at - inner, size, ENCRYPTION, false, true)
  const swapped = bswap(difference)
  const swappedWord = bswap(substituted)
  if (steps(swapped, swappedWord, false)) test(at, size, ENCRYPTION, true, false)
  if (steps(swapped, swappedWord, isHalf)) test(at - inner, size, ENCRYPTION, true, true)
  const orders = steps_mixed(difference, word, isHalf)
  if ((orders & 1) !== 0) test(at - inner, size, DECRYPTION_FORWARD, false, true)
  if ((orders & 2) !== 0) test(at - inner, size, DECRYPTION_FORWARD, true, true)
}

function test_reverse(at: usize, size: i32): void {
  // Words 36, 32 and 35 of 128 bits; 42, 36 and 41 of 192; 52, 44 and 51 of 256.
  const first: usize = size === 6 ? 24 : 0
  const second: usize = size === 4 ? 16 : 32
  const difference = load<u32>(at + first) ^ load<u32>(at + second)
  const word = size === 6 ? load<u32>(at, 20) : load<u32>(at, 28)
  const orders = steps_mixed(difference, word, size === 8)
  if ((orders & 1) !== 0) test(at - 16, size, DECRYPTION, false, true)
  if ((orders & 2) !== 0) test(at - 16, size, DECRYPTION, true, true)
}

/** Bits of lanes that are zero in `all` and not in `some`. */
function lanes_of(all: v128, some: v128): u32 {
  const zero = i32x4.splat(0)
  return <u32>i32x4.bitmask(v128.andnot(i32x4.eq(all, zero), i32x4.eq(some, zero)))
}

function joined(a: v128, b: v128, c: v128): v128 {
  return v128.or(v128.or(a, b), c)
}

function least_of(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128): v128 {
  return i32x4.min_u(i32x4.min_u(i32x4.min_u(a, b), i32x4.min_u(c, d)), i32x4.min_u(e, f))
}

function test_lanes(at: usize, lanes: u32, size: i32, isReverse: bool): void {
  while (lanes !== 0) {
    const location = at + <usize>(ctz(lanes) << 2)
    if (isReverse) test_reverse(location, size)
    else test_forward(location, size)
    lanes &= lanes - 1
  }
}

/** Hits that four neighbouring offsets can have: 16 tests each. */
const ROOM = 128

/**
 * Bytes a step; four offsets behind each group are examined first. Wherever words begin in it,
 * those four are within the 144 bytes (168 of 192 bits) that follow, of which the last takes 32
 * (48).
 */
const GROUP: usize = 96

// Which of four offsets may have words: in order of each size, and reversed.
let q4: u32 = 0
let q6: u32 = 0
let q8: u32 = 0
let s4: u32 = 0
let s6: u32 = 0
let s8: u32 = 0

/**
 * Whether three words in a row are made of two others; `anywhere` also looks within a schedule. In
 * order one of any four offsets has them; reversed, each round's begin, but of 192 bits the second
 * of three may differ.
 */
function isLike(i: usize, anywhere: bool): bool {
  const w0 = v128.load(i, 0),
    w1 = v128.load(i, 4),
    w2 = v128.load(i, 8),
    w3 = v128.load(i, 12)
  const w4 = v128.load(i, 16),
    w5 = v128.load(i, 20),
    w6 = v128.load(i, 24),
    w7 = v128.load(i, 28)
  const w8 = v128.load(i, 32),
    w9 = v128.load(i, 36),
    w10 = v128.load(i, 40),
    w11 = v128.load(i, 44)
  const w01 = v128.xor(w0, w1),
    w12 = v128.xor(w1, w2),
    w23 = v128.xor(w2, w3)
  const f4 = v128.xor(v128.xor(w4, w5), w1)
  const f6 = v128.xor(v128.xor(w6, w7), w1)
  const f8 = v128.xor(v128.xor(w8, w9), w1)
  const r4 = v128.xor(w01, w5)
  const r6 = v128.xor(w01, w11)
  const r8 = v128.xor(w01, w9)
  if (i32x4.all_true(least_of(f4, f6, f8, r4, r6, r8))) return false
  // One word in a row of them is often made of two others; three are not.
  const g4 = joined(f4, v128.xor(v128.xor(w5, w6), w2), v128.xor(v128.xor(w6, w7), w3))
  const g6 = joined(f6, v128.xor(v128.xor(w7, w8), w2), v128.xor(v128.xor(w8, w9), w3))
  const g8 = joined(f8, v128.xor(v128.xor(w9, w10), w2), v128.xor(v128.xor(w10, w11), w3))
  const t4 = joined(r4, v128.xor(w12, w6), v128.xor(w23, w7))
  const t6 = joined(r6, v128.xor(w23, w5), anywhere ? r6 : v128.xor(w12, w4))
  const t8 = joined(r8, v128.xor(w12, w10), v128.xor(w23, w11))
  if (i32x4.all_true(least_of(g4, g6, g8, t4, t6, t8))) return false
  const some = v128.or(w0, w1)
  q4 = lanes_of(g4, v128.or(w0, w4))
  q6 = lanes_of(g6, v128.or(w0, w6))
  q8 = lanes_of(g8, v128.or(w0, w8))
  s4 = lanes_of(t4, some)
  s6 = lanes_of(t6, some)
  s8 = lanes_of(t8, some)
  return (q4 | q6 | q8 | s4 | s6 | s8) !== 0
}

/** Examines four offsets, at all of which there may be hits. */
function probe(i: usize): void {
  if (!isLike(i, false)) return
  test_lanes(i, q4, 4, false)
  test_lanes(i, q6, 6, false)
  test_lanes(i, q8, 8, false)
  test_lanes(i, s4, 4, true)
  test_lanes(i, s6, 6, true)
  test_lanes(i, s8, 8, true)
}

/**
 * Writes to `hits` (u32 location, u32 code each) schedules that begin in `[from, to)`, within `[first,
 * last)`, at steps of 4 from `at` (first `from`). `resume` receives the next `at`, or 0 when done.
 * Reads 64 bytes beyond `last`; `cap` is at least 128.
 */
export function find_schedules(
  at: usize,
  from: usize,
  to: usize,
  first: usize,
  last: usize,
  box: usize,
  hits: usize,
  cap: i32,
  resume: usize,
): i32 {
  sbox = box
  begin = first
  end = last
  low = from
  high = to
  out = hits
  count = 0
  // Words are seen up to 24 bytes behind the begin, of a schedule or of what is left of one.
  const stop = min(to + 28, last)
  for (let group = at; group < stop; group += GROUP) {
    // Nothing that begins here ends before the end.
    if (group + GROUP > last) break
    if (!isLike(group + GROUP, true)) continue
    const until = min(group + GROUP, stop)
    for (let i = group; i < until; i += 16) {
      if (count + ROOM > cap) {
        store<u32>(resume, <u32>i)
        return count
      }
      probe(i)
    }
  }
  store<u32>(resume, 0)
  return count
}
