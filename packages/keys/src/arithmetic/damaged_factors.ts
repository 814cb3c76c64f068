/**
 * Factors known in part: (P + x)·(Q + y) = n with small x and y is nearly linear, so Lagrange's
 * reduction of a plane lattice finds the rest.
 */
import { bitLength } from './modular.ts'

type Vector = readonly [bigint, bigint, bigint]

const dot = (a: Vector, b: Vector): bigint => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

const sum = (a: Vector, times: bigint, b: Vector): Vector => [
  a[0] + times * b[0],
  a[1] + times * b[1],
  a[2] + times * b[2],
]

function rounded(a: bigint, b: bigint): bigint {
  const twice = 2n * a + b
  const quotient = twice / (2n * b)
  return twice < 0n && quotient * 2n * b !== twice ? quotient - 1n : quotient
}

function reduced(a: Vector, b: Vector): readonly [Vector, Vector] {
  let [short, long] = [a, b]
  for (;;) {
    if (dot(short, short) > dot(long, long)) [short, long] = [long, short]
    const times = rounded(dot(short, long), dot(short, short))
    if (times === 0n) return [short, long]
    long = sum(long, -times, short)
  }
}

const STEPS = [0n, 1n, -1n] as const

function* nearest([u, v]: readonly [Vector, Vector], target: Vector): Generator<Vector> {
  const [uu, uv, vv] = [dot(u, u), dot(u, v), dot(v, v)]
  const [tu, tv] = [dot(target, u), dot(target, v)]
  const area = uu * vv - uv * uv
  const [a, b] = [rounded(tu * vv - tv * uv, area), rounded(tv * uu - tu * uv, area)]
  for (const i of STEPS) {
    for (const j of STEPS) yield sum(sum([0n, 0n, 0n], a + i, u), b + j, v)
  }
}

/** Whether two numbers can be factors of `n` but for their lowest `lost` bits, which are 0 here. */
export function areUpperFactors(n: bigint, p: bigint, q: bigint, lost: number): boolean {
  const rest = n - p * q
  return rest >= 0n && rest < (p + q + (1n << BigInt(lost))) << BigInt(lost)
}

/** The factors of `n` that `p` and `q` are but for their lowest `lost` bits, which are 0 here. */
export function fromUpperFactors(
  n: bigint,
  p: bigint,
  q: bigint,
  lost: number,
): { readonly p: bigint; readonly q: bigint } | undefined {
  if (4 * lost > bitLength(p) || !areUpperFactors(n, p, q, lost)) return undefined
  const scale = 1n << BigInt(lost)
  const middle = (scale * scale) / 2n
  const basis = reduced([scale, 0n, q], [0n, scale, p])
  for (const [x, y] of nearest(basis, [middle, middle, n - p * q])) {
    const found = { p: p + x / scale, q: q + y / scale }
    if (found.p * found.q === n) return found
  }
  return undefined
}

/** Known bits beyond both unknown parts: so seldom does another number seem a factor. */
const SPARE_BITS = 64

/** `low` (odd) is the lowest `known` bits of one factor; at most `lost` bits are above. */
export function fromLowerFactor(
  n: bigint,
  low: bigint,
  known: number,
  lost: number,
): { readonly p: bigint; readonly q: bigint } | undefined {
  const bits = 2 * lost + SPARE_BITS
  if (bits > known) return undefined
  const inverse = inverseModulo2(low, known)
  const other = (n * inverse) & ones(known)
  const modulus = 1n << BigInt(bits)
  // low·y + other·x is this, modulo as many bits as determine x and y.
  const rest = (n - low * other) >> BigInt(known)
  const first = (rest * inverse) & (modulus - 1n)
  const basis = reduced([1n, (-other * inverse) & (modulus - 1n), 0n], [0n, modulus, 0n])
  const middle = 1n << BigInt(Math.max(0, lost - 1))
  for (const [x, y] of nearest(basis, [middle, middle - first, 0n])) {
    const p = low + (x << BigInt(known))
    const q = other + ((y + first) << BigInt(known))
    if (p > 1n && p * q === n) return { p, q }
  }
  return undefined
}

const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n

function inverseModulo2(value: bigint, bits: number): bigint {
  // Right in its lowest three bits; each step doubles them.
  let inverse = value & 7n
  for (let right = 3; right < bits; ) {
    right = Math.min(bits, 2 * right)
    inverse = (inverse * (2n - value * inverse)) & ones(right)
  }
  return inverse
}
