/**
 * ML-DSA (FIPS 204): the key that a seed gives, and the public half that a private key proves: t = A·s₁ + s₂ has t₀ as its low
 * bits, and the hash of the public key shows whether all of it belongs together.
 *
 * @module
 */
import { shake128, shake256 } from './shake.ts'

export interface MlDsaParameters {
  readonly name: string
  /** Number of the parameter set. */
  readonly set: 44 | 65 | 87
  /** Content of its object identifier, hex. */
  readonly oid: string
  readonly k: number
  readonly l: number
  readonly eta: 2 | 4
}

export const ML_DSA: readonly MlDsaParameters[] = [
  { name: 'ML-DSA-44', set: 44, oid: '608648016503040311', k: 4, l: 4, eta: 2 },
  { name: 'ML-DSA-65', set: 65, oid: '608648016503040312', k: 6, l: 5, eta: 4 },
  { name: 'ML-DSA-87', set: 87, oid: '608648016503040313', k: 8, l: 7, eta: 2 },
]

export const ML_DSA_SEED = 32

const Q = 8_380_417
const N = 256
const DROPPED_BITS = 13
const T0_BYTES = (N * DROPPED_BITS) / 8
const HEAD = 128

/** Of a small polynomial. */
function smallBytes(eta: number): number {
  return eta === 2 ? 96 : 128
}

/** Of the private key as FIPS 204 spells it: ρ, K, the public key's hash, s₁, s₂, t₀. */
export function mlDsaSecretLength({ k, l, eta }: MlDsaParameters): number {
  return HEAD + (k + l) * smallBytes(eta) + k * T0_BYTES
}

/** Of the public key: ρ and t₁, ten bits a number. */
export function mlDsaPublicLength({ k }: MlDsaParameters): number {
  return 32 + 320 * k
}

/** What signs, of a private key as FIPS 204 spells it: K, and s₁ and s₂ one behind the other; copies. */
export function mlDsaSecretParts(
  { k, l, eta }: MlDsaParameters,
  secret: Uint8Array,
): { k: Uint8Array; s1s2: Uint8Array } {
  return {
    k: Uint8Array.from(secret.subarray(32, 64)),
    s1s2: Uint8Array.from(secret.subarray(HEAD, HEAD + (k + l) * smallBytes(eta))),
  }
}

type Poly = Int32Array

/** Products stay below 2^53, so doubles are exact. */
function times(left: number, right: number): number {
  return (left * right) % Q
}

/** 1753 to the power of i, its eight bits reversed. */
const ZETAS = zetas()

function zetas(): Int32Array {
  const found = new Int32Array(N)
  for (let [i, power] = [0, 1]; i < N; i++, power = times(power, 1753)) found[reversed8(i)] = power
  return found
}

function reversed8(value: number): number {
  let result = 0
  for (let bit = 0; bit < 8; bit++) result |= ((value >> bit) & 1) << (7 - bit)
  return result
}

function transform(poly: Poly): Poly {
  let i = 0
  for (let half = 128; half >= 1; half >>= 1) {
    for (let start = 0; start < N; start += 2 * half) {
      const zeta = ZETAS[++i] ?? 0
      for (let j = start; j < start + half; j++) {
        const t = times(zeta, poly[j + half] ?? 0)
        const low = poly[j] ?? 0
        poly[j + half] = (low - t + Q) % Q
        poly[j] = (low + t) % Q
      }
    }
  }
  return poly
}

/** 256⁻¹ modulo q. */
const SCALE = 8_347_681

function transformBack(poly: Poly): Poly {
  let i = N
  for (let half = 1; half < N; half <<= 1) {
    for (let start = 0; start < N; start += 2 * half) {
      const zeta = Q - (ZETAS[--i] ?? 0)
      for (let j = start; j < start + half; j++) {
        const low = poly[j] ?? 0
        const high = poly[j + half] ?? 0
        poly[j] = (low + high) % Q
        poly[j + half] = times(zeta, (low - high + Q) % Q)
      }
    }
  }
  return poly.map((value) => times(value, SCALE))
}

/** An entry of A, drawn from ρ: transformed already. */
function sampled(rho: Uint8Array, column: number, row: number): Poly {
  const poly = new Int32Array(N)
  const place = Uint8Array.of(column, row)
  for (let length = 1008; ; length *= 2) {
    const bytes = shake128(length, rho, place)
    let count = 0
    for (let i = 0; i + 2 < bytes.length && count < N; i += 3) {
      const [b0 = 0, b1 = 0, b2 = 0] = bytes.subarray(i, i + 3)
      const value = b0 + 256 * b1 + 65_536 * (b2 & 0x7f)
      if (value < Q) poly[count++] = value
    }
    if (count === N) return poly
  }
}

/** A polynomial of numbers between −η and η, drawn from a seed. */
function small(eta: number, seed: Uint8Array, index: number): Poly {
  const poly = new Int32Array(N)
  const place = Uint8Array.of(index & 0xff, index >> 8)
  for (let length = 512; ; length *= 2) {
    const bytes = shake256(length, seed, place)
    let count = 0
    for (let i = 0; i < 2 * bytes.length && count < N; i++) {
      const half = ((bytes[i >> 1] ?? 0) >> (4 * (i & 1))) & 15
      if (eta === 2 && half < 15) poly[count++] = 2 - (half % 5)
      else if (eta === 4 && half < 9) poly[count++] = 4 - half
    }
    if (count === N) return poly
  }
}

/** Numbers of `bits` bits each, lowest first. */
function packed(poly: Poly, bits: number, of: (value: number) => number): Buffer {
  const bytes = Buffer.alloc((N * bits) / 8)
  let at = 0
  for (const value of poly) {
    const spelled = of(value)
    for (let bit = 0; bit < bits; bit++, at++) {
      if (((spelled >> bit) & 1) === 1) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7))
    }
  }
  return bytes
}

function unpacked(bytes: Uint8Array, bits: number, of: (value: number) => number): Poly {
  let at = 0
  return Int32Array.from({ length: N }, () => {
    let value = 0
    for (let bit = 0; bit < bits; bit++, at++)
      value |= (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) << bit
    return of(value)
  })
}

/** t = A·s₁ + s₂, as high bits t₁ and low bits t₀. */
function publicParts(
  { k, l }: MlDsaParameters,
  rho: Uint8Array,
  s1: readonly Poly[],
  s2: readonly Poly[],
): { high: Poly[]; low: Poly[] } {
  const turned = s1.slice(0, l).map((poly) => transform(poly.map((value) => (value + Q) % Q)))
  const high: Poly[] = []
  const low: Poly[] = []
  for (let row = 0; row < k; row++) {
    const sum = new Int32Array(N)
    for (const [column, poly] of turned.entries()) {
      const entry = sampled(rho, column, row)
      for (let i = 0; i < N; i++) sum[i] = ((sum[i] ?? 0) + times(entry[i] ?? 0, poly[i] ?? 0)) % Q
    }
    const t = transformBack(sum).map((value, i) => (value + (s2[row]?.[i] ?? 0) + Q) % Q)
    const lowBits = t.map((value) => centred(value))
    low.push(lowBits)
    high.push(t.map((value, i) => (value - (lowBits[i] ?? 0)) >> DROPPED_BITS))
  }
  return { high, low }
}

/** The low 13 bits of `value`, between −2^12 (without it) and 2^12. */
function centred(value: number): number {
  const rest = value % (1 << DROPPED_BITS)
  return rest > 1 << (DROPPED_BITS - 1) ? rest - (1 << DROPPED_BITS) : rest
}

function publicKeyOf(rho: Uint8Array, high: readonly Poly[]): Buffer {
  return Buffer.concat([rho, ...high.map((poly) => packed(poly, 10, (value) => value))])
}

const LOW_TOP = 1 << (DROPPED_BITS - 1)

function packedLow(low: readonly Poly[]): Buffer {
  return Buffer.concat(low.map((poly) => packed(poly, DROPPED_BITS, (value) => LOW_TOP - value)))
}

/** The ρ that a seed gives: what a public key begins with. Cost: 3 µs. */
export function mlDsaRho({ k, l }: MlDsaParameters, seed: Uint8Array): Uint8Array {
  return shake256(128, seed, Uint8Array.of(k, l)).subarray(0, 32)
}

/** The key pair of a seed of 32 bytes. Cost: 3 to 8 ms. */
export function mlDsaFromSeed(
  parameters: MlDsaParameters,
  seed: Uint8Array,
): { secret: Buffer; publicKey: Buffer } {
  const { k, l, eta } = parameters
  const expanded = shake256(128, seed, Uint8Array.of(k, l))
  const [rho, secretSeed] = [expanded.subarray(0, 32), expanded.subarray(32, 96)]
  const smalls = Array.from({ length: l + k }, (_, i) => small(eta, secretSeed, i))
  const { high, low } = publicParts(parameters, rho, smalls.slice(0, l), smalls.slice(l))
  const publicKey = publicKeyOf(rho, high)
  const bits = eta === 2 ? 3 : 4
  const secret = Buffer.concat([
    rho,
    expanded.subarray(96),
    shake256(64, publicKey),
    ...smalls.map((poly) => packed(poly, bits, (value) => eta - value)),
    packedLow(low),
  ])
  return { secret, publicKey }
}

/**
 * The public key of a private key that holds together: s₁ and s₂ are small, t₀ and the public key's hash are what
 * they give.
 *
 * K (32 bytes, for signing without randomness) is any bytes, and cannot be proven. Cost: 20 µs for noise, 3 to 8 ms for
 * a key.
 */
export function mlDsaPublicKey(
  parameters: MlDsaParameters,
  secret: Uint8Array,
): Uint8Array | undefined {
  const { k, l, eta } = parameters
  if (secret.length !== mlDsaSecretLength(parameters)) return undefined
  const step = smallBytes(eta)
  const smalls: Poly[] = []
  for (let i = 0; i < k + l; i++) {
    const bytes = secret.subarray(HEAD + i * step)
    const poly = unpacked(bytes, eta === 2 ? 3 : 4, (value) => eta - value)
    if (poly.some((value) => value < -eta)) return undefined
    smalls.push(poly)
  }
  const rho = secret.subarray(0, 32)
  const { high, low } = publicParts(parameters, rho, smalls.slice(0, l), smalls.slice(l))
  const lowBytes = secret.subarray(HEAD + (k + l) * step)
  if (Buffer.compare(packedLow(low), lowBytes) !== 0) return undefined
  const publicKey = publicKeyOf(rho, high)
  const isHashed = Buffer.compare(shake256(64, publicKey), secret.subarray(64, HEAD)) === 0
  return isHashed ? new Uint8Array(publicKey) : undefined
}
