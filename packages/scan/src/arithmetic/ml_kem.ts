/**
 * ML-KEM: the key that a seed gives, and whether a decapsulation key is one.
 *
 * A polynomial is 256 numbers below q. The secret s is held in its transformed form; t = A·s + e with a small e shows that
 * an s belongs to a t, and is what a damaged key fails.
 *
 * Source: FIPS 203, algorithms 5 to 13 and 16.
 *
 * @module
 */
import { sha3, shake128, shake256 } from './shake.ts'

export interface MlKemParameters {
  readonly name: string
  /** Number of the parameter set. */
  readonly set: 512 | 768 | 1024
  /** Content of its object identifier, hex. */
  readonly oid: string
  readonly k: number
  readonly eta: number
}

export const ML_KEM: readonly MlKemParameters[] = [
  { name: 'ML-KEM-512', set: 512, oid: '608648016503040401', k: 2, eta: 3 },
  { name: 'ML-KEM-768', set: 768, oid: '608648016503040402', k: 3, eta: 2 },
  { name: 'ML-KEM-1024', set: 1024, oid: '608648016503040403', k: 4, eta: 2 },
]

export const ML_KEM_SEED = 64

/** Of the decapsulation key as FIPS 203 spells it. */
export function mlKemSecretLength({ k }: MlKemParameters): number {
  return 768 * k + 96
}

/** Of the encapsulation key: t and ρ. */
export function mlKemPublicLength({ k }: MlKemParameters): number {
  return k * POLY_BYTES + 32
}

/** The ρ that a seed gives: what an encapsulation key ends with. @param d the first half of the seed. Cost: 3 µs. */
export function mlKemRho({ k }: MlKemParameters, d: Uint8Array): Uint8Array {
  return sha3(512, d, Uint8Array.of(k)).subarray(0, 32)
}

const Q = 3329
const N = 256
const POLY_BYTES = 384

type Poly = Int32Array

/** 17 to the power of i, its seven bits reversed: the roots of the transform. */
const ZETAS = zetas()

function zetas(): Int32Array {
  const found = new Int32Array(128)
  for (let [i, power] = [0, 1]; i < 128; i++, power = (power * 17) % Q) found[reversed7(i)] = power
  return found
}

function reversed7(value: number): number {
  let result = 0
  for (let bit = 0; bit < 7; bit++) result |= ((value >> bit) & 1) << (6 - bit)
  return result
}

function transform(poly: Poly): Poly {
  let i = 1
  for (let half = 128; half >= 2; half >>= 1) {
    for (let start = 0; start < N; start += 2 * half) {
      const zeta = ZETAS[i++] ?? 0
      for (let j = start; j < start + half; j++) {
        const t = (zeta * (poly[j + half] ?? 0)) % Q
        const low = poly[j] ?? 0
        poly[j + half] = (low - t + Q) % Q
        poly[j] = (low + t) % Q
      }
    }
  }
  return poly
}

/** 128⁻¹ modulo q. */
const SCALE = 3303

function transformBack(poly: Poly): Poly {
  let i = 127
  for (let half = 2; half <= 128; half <<= 1) {
    for (let start = 0; start < N; start += 2 * half) {
      const zeta = ZETAS[i--] ?? 0
      for (let j = start; j < start + half; j++) {
        const low = poly[j] ?? 0
        const high = poly[j + half] ?? 0
        poly[j] = (low + high) % Q
        poly[j + half] = (zeta * (high - low + Q)) % Q
      }
    }
  }
  return poly.map((value) => (value * SCALE) % Q)
}

/** Adds the product of two transformed polynomials to `sum`. */
function addProduct(sum: Poly, left: Poly, right: Poly): void {
  for (let i = 0; i < N; i += 2) {
    const [a0, a1] = [left[i] ?? 0, left[i + 1] ?? 0]
    const [b0, b1] = [right[i] ?? 0, right[i + 1] ?? 0]
    // Pairs share a root, of one sign and the other.
    const root = ZETAS[64 + (i >> 2)] ?? 0
    const gamma = i % 4 === 0 ? root : Q - root
    const high = (a1 * b1) % Q
    sum[i] = ((sum[i] ?? 0) + a0 * b0 + high * gamma) % Q
    sum[i + 1] = ((sum[i + 1] ?? 0) + a0 * b1 + a1 * b0) % Q
  }
}

/** An entry of A, drawn from ρ. */
function sampled(rho: Uint8Array, column: number, row: number): Poly {
  const poly = new Int32Array(N)
  const place = Uint8Array.of(column, row)
  for (let length = 1008; ; length *= 2) {
    const bytes = shake128(length, rho, place)
    let count = 0
    for (let i = 0; i + 2 < bytes.length && count < N; i += 3) {
      const [b0 = 0, b1 = 0, b2 = 0] = bytes.subarray(i, i + 3)
      const first = b0 + 256 * (b1 % 16)
      const second = (b1 >> 4) + 16 * b2
      if (first < Q) poly[count++] = first
      if (second < Q && count < N) poly[count++] = second
    }
    if (count === N) return poly
  }
}

/** A small polynomial from random bytes: each number is the difference of two sums of η bits. */
function small(eta: number, sigma: Uint8Array, index: number): Poly {
  const bytes = shake256(64 * eta, sigma, Uint8Array.of(index))
  const bit = (at: number): number => ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1
  return Int32Array.from({ length: N }, (_, i) => {
    let value = 0
    for (let j = 0; j < eta; j++) value += bit(2 * i * eta + j) - bit(2 * i * eta + eta + j)
    return (value + Q) % Q
  })
}

function encoded(polys: readonly Poly[]): Buffer {
  const bytes = Buffer.alloc(polys.length * POLY_BYTES)
  let at = 0
  for (const poly of polys) {
    for (let i = 0; i < N; i += 2) {
      const [low, high] = [poly[i] ?? 0, poly[i + 1] ?? 0]
      bytes[at] = low & 0xff
      bytes[at + 1] = (low >> 8) | ((high & 15) << 4)
      bytes[at + 2] = high >> 4
      at += 3
    }
  }
  return bytes
}

/** The polynomials of s in a decapsulation key, 12 bits a number; a copy. */
export function mlKemSecretVector({ k }: MlKemParameters, secret: Uint8Array): Uint8Array {
  return Uint8Array.from(secret.subarray(0, k * POLY_BYTES))
}

/** Polynomials as words of 16 bits, lowest byte first, in the 12 bits a number that FIPS 203 spells. */
export function mlKemPacked(words: Uint8Array): Buffer {
  const view = new DataView(words.buffer, words.byteOffset, words.length)
  const polys = Array.from({ length: words.length / (2 * N) }, (_, k) =>
    Int32Array.from({ length: N }, (_number, i) => view.getUint16(2 * (k * N + i), true)),
  )
  const packed = encoded(polys)
  for (const poly of polys) poly.fill(0)
  return packed
}

/** The reverse, of a whole number of polynomials in 12 bits a number. */
export function mlKemWords(packed: Uint8Array): Buffer {
  const words = Buffer.alloc((packed.length / 3) * 4)
  for (let i = 0; i < packed.length; i += 3) {
    const [b0 = 0, b1 = 0, b2 = 0] = packed.subarray(i, i + 3)
    words.writeUInt16LE(b0 + 256 * (b1 % 16), (i / 3) * 4)
    words.writeUInt16LE((b1 >> 4) + 16 * b2, (i / 3) * 4 + 2)
  }
  return words
}

/** `k` polynomials, or undefined if a number is not below q: noise fails here. */
function decoded(bytes: Uint8Array, k: number): Poly[] | undefined {
  const polys = Array.from({ length: k }, () => new Int32Array(N))
  for (let i = 0; i < k * POLY_BYTES; i += 3) {
    const [b0 = 0, b1 = 0, b2 = 0] = bytes.subarray(i, i + 3)
    const low = b0 + 256 * (b1 % 16)
    const high = (b1 >> 4) + 16 * b2
    if (low >= Q || high >= Q) return undefined
    const poly = polys[Math.floor(i / POLY_BYTES)]
    const at = ((i % POLY_BYTES) / 3) * 2
    poly?.set([low, high], at)
  }
  return polys
}

/** A·s for a transformed s. */
function times(rho: Uint8Array, secret: readonly Poly[]): Poly[] {
  return secret.map((_, row) => {
    const sum = new Int32Array(N)
    for (const [column, poly] of secret.entries()) addProduct(sum, sampled(rho, column, row), poly)
    return sum
  })
}

function plus(left: Poly, right: Poly): Poly {
  return left.map((value, i) => (value + (right[i] ?? 0)) % Q)
}

function minus(left: Poly, right: Poly): Poly {
  return left.map((value, i) => (value - (right[i] ?? 0) + Q) % Q)
}

/** The key pair of a seed d‖z of 64 bytes. Cost: 1 ms. */
export function mlKemFromSeed(
  parameters: MlKemParameters,
  seed: Uint8Array,
): { secret: Buffer; publicKey: Buffer } {
  const { k, eta } = parameters
  const expanded = sha3(512, seed.subarray(0, 32), Uint8Array.of(k))
  const [rho, sigma] = [expanded.subarray(0, 32), expanded.subarray(32)]
  const secret = Array.from({ length: k }, (_, i) => transform(small(eta, sigma, i)))
  const error = Array.from({ length: k }, (_, i) => transform(small(eta, sigma, k + i)))
  const t = times(rho, secret).map((poly, i) => plus(poly, error[i] ?? poly))
  const publicKey = Buffer.concat([encoded(t), rho])
  const z = seed.subarray(32)
  return { publicKey, secret: Buffer.concat([encoded(secret), publicKey, sha3(256, publicKey), z]) }
}

/**
 * The encapsulation key inside a decapsulation key that holds together: its hash is right, and t − A·s and s are
 * small.
 *
 * The last 32 bytes (z) are any bytes, and cannot be proven. Cost: 20 µs for noise, 1 ms for a key.
 */
export function mlKemPublicKey(
  parameters: MlKemParameters,
  secret: Uint8Array,
): Uint8Array | undefined {
  const { k, eta } = parameters
  if (secret.length !== mlKemSecretLength(parameters)) return undefined
  const publicKey = secret.subarray(k * POLY_BYTES, 2 * k * POLY_BYTES + 32)
  const hash = secret.subarray(-64, -32)
  if (Buffer.compare(sha3(256, publicKey), hash) !== 0) return undefined
  const s = decoded(secret, k)
  const t = decoded(publicKey, k)
  if (s === undefined || t === undefined) return undefined
  const error = times(publicKey.subarray(-32), s).map((poly, i) => minus(t[i] ?? poly, poly))
  const isKey = [...s, ...error].every((poly) => isSmall(transformBack(poly.slice()), eta))
  return isKey ? new Uint8Array(publicKey) : undefined
}

function isSmall(poly: Poly, eta: number): boolean {
  return poly.every((value) => value <= eta || value >= Q - eta)
}
