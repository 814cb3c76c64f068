// asc: --importMemory
/**
 * Multiplies numbers of windows, each taken from a constant, modulo known moduli, by Montgomery's method: one gcd then
 * tells whether any of them shares a factor with a modulus.
 *
 * Nothing is allocated and there is no static data: the caller lays out the memory. `ptr` is the begin of a slice;
 * positions are relative to it, and the caller keeps 16 readable bytes before it and as many as a number takes, and 32
 * more, behind the last position.
 *
 * A row of a key: what n lacks to an inverse, -1/n modulo 2^28, as u64 and 8 bytes more; then numbers of `digits` limbs of
 * 28 bits, even many, and 8 zeros each: n, the product so far, and each constant plus n. 2^(28 * digits) is four
 * times n or more, so that no product has to be brought below n.
 */
import { LIMB, LIMB_BITS, limbsOf, normalise } from './lib/limbs.ts'
import { gather } from './lib/windows.ts'

/** Zeros behind the limbs of a number. */
const SPARE: i32 = 8
/** Columns that hold 256 products at most have their carry taken after so many limbs, four products each two. */
const CARRIED: i32 = 124

/**
 * Multiplies the product of each key by what each number lacks to each constant, and by 2^(-28 * digits) each time.
 *
 * `list` holds entries as lists of candidates do. `rows` are `keyCount` rows of `stride` bytes, `constants` of them each.
 * `scratch` has room for `length` + 24 * digits + 1024 bytes.
 */
export function multiply(
  ptr: usize,
  list: usize,
  count: i32,
  length: i32,
  rows: usize,
  keyCount: i32,
  stride: i32,
  digits: i32,
  constants: i32,
  scratch: usize,
): void {
  const size = (<usize>(digits + SPARE)) << 2
  const number = scratch
  const x = (number + <usize>length + 64) & ~15
  const lack = x + size
  const sums = lack + size
  v128.store(lack + ((<usize>digits) << 2), i8x16.splat(0))
  v128.store(lack + ((<usize>digits) << 2), i8x16.splat(0), 16)
  for (let k = 0; k < count; k++) {
    const item = load<u32>(list + ((<usize>k) << 2))
    gather(ptr + <usize>(item & 0x1fffff), (item >> 21) & 7, length, number)
    limbsOf(number, digits, length, x)
    for (let key = 0; key < keyCount; key++) {
      const row = rows + <usize>key * <usize>stride
      const n = row + 16
      const product = n + size
      for (let c = 1; c <= constants; c++) {
        take(product + <usize>c * size, x, digits, lack)
        multiplyInto(product, lack, n, <u32>load<u64>(row), digits, sums)
      }
    }
  }
}

/** Writes a - b, which is not negative. */
function take(a: usize, b: usize, digits: i32, out: usize): void {
  let borrow: i64 = 0
  for (let at: usize = 0; at < (<usize>digits) << 2; at += 4) {
    const limb = <i64>load<u32>(a + at) - <i64>load<u32>(b + at) + borrow
    store<u32>(out + at, <u32>(limb & LIMB))
    borrow = limb >> LIMB_BITS
  }
}

/** Puts a * b / 2^(28 * digits) modulo n, below 2 n as both are, into `a`. `lacking`: -1/n modulo 2^28. */
function multiplyInto(a: usize, b: usize, n: usize, lacking: u32, digits: i32, sums: usize): void {
  for (let k = 0; k < (digits * 2 + SPARE) << 3; k += 16) {
    v128.store(sums + <usize>k, i8x16.splat(0))
  }
  const b0 = <u64>load<u32>(b)
  const b1 = <u64>load<u32>(b, 4)
  const n0 = <u64>load<u32>(n)
  const n1 = <u64>load<u32>(n, 4)
  let carry: u64 = 0
  for (let i = 0; i < digits; i += 2) {
    const at = sums + ((<usize>i) << 3)
    const low = <u64>load<u32>(a + ((<usize>i) << 2))
    const high = <u64>load<u32>(a + ((<usize>i) << 2), 4)
    const first = load<u64>(at) + carry + low * b0
    const m = <u64>((<u32>first * lacking) & <u32>LIMB)
    const second =
      load<u64>(at, 8) + low * b1 + high * b0 + m * n1 + ((first + m * n0) >> LIMB_BITS)
    const m2 = <u64>((<u32>second * lacking) & <u32>LIMB)
    carry = (second + m2 * n0) >> LIMB_BITS
    // The two columns themselves are done: nothing is added to them.
    addRows(b, n, digits, <u32>low, <u32>high, <u32>m, <u32>m2, at + 16)
    if (i % CARRIED === CARRIED - 2) normalise(sums, i + 2, i + digits + 2)
  }
  let to = a
  for (let k = digits; k < digits * 2; k++) {
    const sum = load<u64>(sums + ((<usize>k) << 3)) + carry
    store<u32>(to, <u32>(sum & LIMB))
    carry = sum >> LIMB_BITS
    to += 4
  }
}

/**
 * Adds to the columns from `to` on what two limbs of each of two factors give: `low` times b and `m` times n from their
 * third limb on, `high` and `m2` times those from their second.
 */
function addRows(
  b: usize,
  n: usize,
  digits: i32,
  low: u32,
  high: u32,
  m: u32,
  m2: u32,
  to: usize,
): void {
  const a = i32x4.splat(low)
  const c = i32x4.splat(high)
  const d = i32x4.splat(m)
  const e = i32x4.splat(m2)
  const end = b + ((<usize>(digits - 1)) << 2)
  let row = to
  let at = b
  let other = n
  do {
    const t = v128.load(at, 8)
    const u = v128.load(at, 4)
    const v = v128.load(other, 8)
    const w = v128.load(other, 4)
    const left = i64x2.add(
      i64x2.add(i64x2.extmul_low_i32x4_u(t, a), i64x2.extmul_low_i32x4_u(u, c)),
      i64x2.add(i64x2.extmul_low_i32x4_u(v, d), i64x2.extmul_low_i32x4_u(w, e)),
    )
    const right = i64x2.add(
      i64x2.add(i64x2.extmul_high_i32x4_u(t, a), i64x2.extmul_high_i32x4_u(u, c)),
      i64x2.add(i64x2.extmul_high_i32x4_u(v, d), i64x2.extmul_high_i32x4_u(w, e)),
    )
    v128.store(row, i64x2.add(v128.load(row), left))
    v128.store(row, i64x2.add(v128.load(row, 16), right), 16)
    row += 32
    at += 16
    other += 16
  } while (at < end)
}
