/** Every private value of an ML-KEM-768 key that a process could hold, by plain arithmetic. Source: FIPS 203. */
import { createHash } from 'node:crypto'
import { type Needle, numberOf, spelled } from './encodings.ts'
import type { Truth } from './rsa_truth.ts'

const Q = 3329
const N = 256
const K = 3
const ETA = 2
/** A primitive 256th root of one. */
const ROOT = 17n
/** Up to the bits of the encapsulation key: SEQUENCE, algorithm 2.16.840.1.101.3.4.4.2, BIT STRING. */
const SPKI_HEAD = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex')

const shake = (bits: 128 | 256, outputLength: number, ...parts: readonly Uint8Array[]): Buffer =>
  createHash(`shake${bits}`, { outputLength }).update(Buffer.concat(parts)).digest()

/** Of what is transformed: two numbers for each of 128 roots. */
type Poly = readonly number[]

/** The values of a polynomial at the odd powers of the root, by their definition. */
function transformed(poly: Poly): Poly {
  return Array.from({ length: N }, (_, i) => {
    const root = power(2 * reversed7(i >> 1) + 1)
    let [sum, factor] = [0, 1]
    for (let j = i % 2; j < N; j += 2, factor = (factor * root) % Q)
      sum = (sum + (poly[j] ?? 0) * factor) % Q
    return sum
  })
}

const power = (exponent: number): number => Number(ROOT ** BigInt(exponent) % BigInt(Q))

const reversed7 = (value: number): number =>
  Number.parseInt(value.toString(2).padStart(7, '0').split('').toReversed().join(''), 2)

/** The product of two that are transformed: of linear polynomials modulo X² less a root. */
function times(left: Poly, right: Poly): Poly {
  return left.map((_, i) => {
    const [a = 0, b = 0] = left.slice(i & ~1)
    const [c = 0, d = 0] = right.slice(i & ~1)
    const root = power(2 * reversed7(i >> 1) + 1)
    return (i % 2 === 0 ? a * c + ((b * d) % Q) * root : a * d + b * c) % Q
  })
}

const plus = (left: Poly, right: Poly): Poly =>
  left.map((value, i) => (value + (right[i] ?? 0)) % Q)

/** A small polynomial, transformed. */
function drawn(sigma: Uint8Array, index: number): Poly {
  const bytes = shake(256, 64 * ETA, sigma, Uint8Array.of(index))
  const bit = (at: number): number => ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1
  const numbers = Array.from({ length: N }, (_, i) => {
    const at = 2 * ETA * i
    return (bit(at) + bit(at + 1) - bit(at + 2) - bit(at + 3) + Q) % Q
  })
  return transformed(numbers)
}

/** An entry of A. */
function entry(rho: Uint8Array, column: number, row: number): Poly {
  const bytes = shake(128, 3 * 600, rho, Uint8Array.of(column, row))
  const numbers: number[] = []
  for (let i = 0; i < bytes.length; i += 3) {
    const group = bytes.readUIntLE(i, 3)
    numbers.push(...[group & 0xfff, group >> 12].filter((number) => number < Q))
  }
  return numbers.slice(0, N)
}

const words = (polys: readonly Poly[]): Buffer => Buffer.from(Uint16Array.from(polys.flat()).buffer)

/** In 12 bits a number. */
function packed(polys: readonly Poly[]): Buffer {
  const all = polys.flat()
  const bytes = Buffer.alloc((all.length / 2) * 3)
  for (let i = 0; i < all.length; i += 2)
    bytes.writeUIntLE((all[i] ?? 0) + (all[i + 1] ?? 0) * 4096, (i / 2) * 3, 3)
  return bytes
}

/** @param seed d and z, 64 bytes */
export function mlKemTruth(seed: Buffer): Truth {
  const [d, z] = [seed.subarray(0, 32), seed.subarray(32)]
  const expanded = createHash('sha3-512').update(d).update(Uint8Array.of(K)).digest()
  const [rho, sigma] = [expanded.subarray(0, 32), expanded.subarray(32)]
  const s = Array.from({ length: K }, (_, i) => drawn(sigma, i))
  const t = s.map((_, row) =>
    s.reduce(
      (sum, poly, column) => plus(sum, times(entry(rho, column, row), poly)),
      drawn(sigma, K + row),
    ),
  )
  const spki = Buffer.concat([SPKI_HEAD, packed(t), rho])
  const needles: readonly Needle[] = [
    ...spelled('ML-KEM d', numberOf(d)),
    ...spelled('ML-KEM z', numberOf(z)),
    { name: 'ML-KEM s', bytes: words(s) },
    { name: 'ML-KEM s packed', bytes: packed(s) },
  ]
  const lines = spki.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    keyId: createHash('sha256').update(spki).digest('hex'),
    publicKey: `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`,
    needles,
    // What a scrub must leave nothing of: each polynomial by itself.
    parts: s.map((poly, i) => ({ name: `ML-KEM s[${i}]`, bytes: words([poly]) })),
    publicNeedles: [{ name: 'ML-KEM t', bytes: words(t) }],
    secrets: [
      { name: 'ML-KEM d', value: numberOf(d), bits: 256 },
      { name: 'ML-KEM z', value: numberOf(z), bits: 256 },
    ],
  }
}
