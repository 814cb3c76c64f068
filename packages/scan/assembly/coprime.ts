// asc: --importMemory
/**
 * Whether two large numbers have no factor in common, by Lehmer's method: steps on leading bits alone, then all of them at
 * once.
 *
 * Sources: Knuth, The Art of Computer Programming, volume 2, section 4.5.2, algorithm L; Jebelean, A double-digit
 * Lehmer-Euclid algorithm for finding the GCD of long integers (1995), for when a step on leading bits is right.
 * Nothing is allocated and there is no static data.
 */

/** Factors of a combination stay below this: two products of one with a limb, and what is carried, fit into 64 bits. */
const MOST: u64 = (1 as u64) << 30

// What the last steps make of two numbers x ≥ y: |a x − b y| and |d y − c x|.
let a: u64 = 1
let b: u64 = 0
let c: u64 = 0
let d: u64 = 1
/** Whether a x − b y is the positive one of a x and b y taken from each other. */
let isEven: bool = true

/**
 * Whether the numbers of `limbs` u32 each, lowest first, have no factor in common. Where not, or where that takes a step
 * that is too large for leading bits, false: ask otherwise. Overwrites both.
 */
export function are_coprime(first: usize, second: usize, limbs: i32): bool {
  let x = first
  let y = second
  let n = limbsOf(x, y, limbs)
  while (n > 2) {
    const shift = clz<u32>(limbAt(x, n - 1) | limbAt(y, n - 1))
    let leadX = leading(x, n, shift)
    let leadY = leading(y, n, shift)
    if (leadX < leadY) {
      const number = x
      x = y
      y = number
      const lead = leadX
      leadX = leadY
      leadY = lead
    }
    steps(leadX, leadY)
    if (b === 0) return false
    combine(x, y, n)
    n = limbsOf(x, y, n)
  }
  return gcd64(pairAt(x, n), pairAt(y, n)) === 1
}

/** How many limbs the greater of two numbers has, or two. */
function limbsOf(x: usize, y: usize, most: i32): i32 {
  let n = most
  while (n > 2 && (limbAt(x, n - 1) | limbAt(y, n - 1)) === 0) n--
  return n
}

function limbAt(number: usize, k: i32): u32 {
  return load<u32>(number + ((<usize>k) << 2))
}

/** A number of up to two limbs. */
function pairAt(number: usize, limbs: i32): u64 {
  return limbs === 2 ? load<u64>(number) : <u64>load<u32>(number)
}

function gcd64(first: u64, second: u64): u64 {
  let x = first
  let y = second
  while (y !== 0) {
    const rest = x % y
    x = y
    y = rest
  }
  return x
}

/** The highest 63 bits of `n` limbs, three at least, `shift` of which are not set. */
function leading(number: usize, n: i32, shift: u32): u64 {
  const top = load<u64>(number + ((<usize>(n - 2)) << 2))
  const next = <u64>limbAt(number, n - 3)
  return ((top << (<u64>shift)) | ((next << (<u64>shift)) >> 32)) >> 1
}

/** As many of Euclid's steps as leading parts of two numbers allow whatever follows them, in {@link a} to {@link isEven}. */
function steps(first: u64, second: u64): void {
  let x = first
  let y = second
  let p: u64 = 1
  let q: u64 = 0
  let r: u64 = 0
  let s: u64 = 1
  let even = true
  while (y !== 0) {
    let rest = x - y
    let nextR = p + r
    let nextS = q + s
    // Most quotients are one, two or three.
    for (let k = 0; k < 3 && rest >= y; k++) {
      rest -= y
      nextR += r
      nextS += s
    }
    if (rest >= y) {
      const quotient = rest / y
      if (quotient >= MOST) break
      rest -= quotient * y
      nextR += quotient * r
      nextS += quotient * s
    }
    // Of both factors the one of y is the greater.
    if (nextS >= MOST || rest < nextS || y - rest < nextS + s) break
    x = y
    y = rest
    p = r
    q = s
    r = nextR
    s = nextS
    even = !even
  }
  a = p
  b = q
  c = r
  d = s
  isEven = even
}

/** Puts |a x − b y| into `x`, and |d y − c x| into `y`. */
function combine(x: usize, y: usize, n: i32): void {
  // Both come from the same sign: what is taken from the other is negative.
  const sign: i64 = isEven ? 1 : -1
  const ax = <i64>a * sign
  const by = <i64>b * sign
  const cx = <i64>c * sign
  const dy = <i64>d * sign
  let carryX: i64 = 0
  let carryY: i64 = 0
  for (let at: usize = 0; at < (<usize>n) << 2; at += 4) {
    const limbX = <i64>load<u32>(x + at)
    const limbY = <i64>load<u32>(y + at)
    carryX += ax * limbX - by * limbY
    carryY += dy * limbY - cx * limbX
    store<u32>(x + at, <u32>carryX)
    store<u32>(y + at, <u32>carryY)
    carryX >>= 32
    carryY >>= 32
  }
}
