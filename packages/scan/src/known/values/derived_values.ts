/**
 * Every number or byte string that a private key can look like in memory. Source: limbs and
 * leftovers seen in OpenSSL, mbedTLS, Go, GMP, libgcrypt and SymCrypt; RFC 8032 for Edwards keys.
 */
import { createHash } from 'node:crypto'
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import {
  bitLength,
  fromBigEndian,
  fromLittleEndian,
  gcd,
  inverse,
} from '@mintmark/keys/arithmetic/modular'
import type {
  EcMaterial,
  KeyMaterial,
  OkpMaterial,
  OpaqueMaterial,
  RsaMaterial,
} from '@mintmark/keys/material/key_material'
import { coefficientsOf, otherPrimes } from './many_primes.ts'
import { postQuantumParts } from './post_quantum_values.ts'

export interface DerivedValue {
  readonly name: string
  readonly value: bigint
  /** Of the field that holds it: leading zeros included. */
  readonly bits: number
}

/** Without public values; none without the private half. Same list and order for equal keys. */
export function derivedValues(material: KeyMaterial): readonly DerivedValue[] {
  if (material.type === 'rsa') return distinct(rsaValues(material))
  if (material.type === 'ec') return distinct(ecValues(material))
  if (material.type === 'okp') return distinct(okpValues(material))
  return opaqueValues(material)
}

/** Equal values once, without chance ones. A value may be wider than its field: d above n. */
function distinct(values: readonly DerivedValue[]): DerivedValue[] {
  const seen = new Set<bigint>()
  return values.flatMap((derived) => {
    const { name, value, bits } = derived
    const size = bitLength(value)
    if (seen.has(value) || size < 64) return []
    seen.add(value)
    return size > bits ? [{ name, value, bits: size }] : [derived]
  })
}

const existing =
  (bits: number) =>
  (name: string, value: bigint | undefined): DerivedValue[] =>
    value === undefined ? [] : [{ name, value, bits }]

function rsaValues(material: RsaMaterial): DerivedValue[] {
  const { n, e, p, q, d } = material
  const bits = bitLength(n)
  const whole = existing(bits)
  const exponent = whole('d', d)
  if (p === undefined || q === undefined) return exponent
  const phi = (p - 1n) * (q - 1n)
  const lambda = phi / gcd(p - 1n, q - 1n)
  return [
    ...primeValues('p', p, q, e),
    ...primeValues('q', q, p, e),
    // A key of more than two primes has another φ, and no d of these.
    ...(p * q === n ? whole('d-mod-phi', inverse(e, phi)) : []),
    ...(p * q === n ? whole('d-mod-lambda', inverse(e, lambda)) : []),
    ...exponent,
    ...valuesOfMany(material),
    ...whole('phi', phi),
    ...whole('lambda', lambda),
    ...whole('p-plus-q', p + q),
  ]
}

function valuesOfMany(material: RsaMaterial): DerivedValue[] {
  const { n, e, p, q } = material
  const others = otherPrimes(material)
  if (p === undefined || q === undefined || others.length === 0) return []
  const primes = [p, q, ...others]
  const bits = bitLength(n)
  const phi = primes.reduce((product, prime) => product * (prime - 1n), 1n)
  const lambda = primes.reduce((all, prime) => (all * (prime - 1n)) / gcd(all, prime - 1n), 1n)
  return [
    ...others.flatMap((prime) => primeValues('p', prime, n / prime, e)),
    ...primes.flatMap((prime) =>
      coefficientsOf(prime, primes).map((value) => ({
        name: 'qinv',
        value,
        bits: bitLength(prime),
      })),
    ),
    { name: 'd-mod-phi', value: inverse(e, phi) ?? 0n, bits },
    { name: 'd-mod-lambda', value: inverse(e, lambda) ?? 0n, bits },
    { name: 'phi', value: phi, bits },
    { name: 'lambda', value: lambda, bits },
  ]
}

function primeValues(name: 'p' | 'q', p: bigint, other: bigint, e: bigint): DerivedValue[] {
  const bits = bitLength(p)
  const half = existing(bits)
  const inverseOfOther = inverse(other, p)
  const widths = montgomeryWidths(bits)
  return [
    ...half(name, p),
    ...half(name === 'p' ? 'dp' : 'dq', inverse(e, p - 1n)),
    ...half(name === 'p' ? 'qinv' : 'pinv', inverseOfOther),
    ...half(`${name}-minus-1`, p - 1n),
    ...half(`${name}-plus-1`, p + 1n),
    ...half(`${name}-minus-1-halved`, (p - 1n) >> 1n),
    ...widths.flatMap((width) => montgomeryValues(name, p, inverseOfOther, width)),
  ]
}

/** What arithmetic modulo p with R = 2^width leaves. */
function montgomeryValues(
  name: 'p' | 'q',
  p: bigint,
  inverseOfOther: bigint | undefined,
  width: number,
): DerivedValue[] {
  const bits = bitLength(p)
  const radix = 1n << BigInt(width)
  const values = [
    { name: `montgomery-r2-mod-${name}`, value: (radix * radix) % p, bits },
    { name: `montgomery-r-mod-${name}`, value: radix % p, bits },
    // As wide as R: 2^w − p has ones above the bits of p.
    { name: `two-to-w-minus-${name}`, value: radix - p, bits: width },
    { name: `two-to-w-minus-${name}`, value: (1n << BigInt(bits)) - p, bits },
  ]
  if (inverseOfOther === undefined) return values
  const inverseName = name === 'p' ? 'montgomery-qinv' : 'montgomery-pinv'
  return [...values, { name: inverseName, value: (inverseOfOther * radix) % p, bits }]
}

/** R has the number's bits, or those of words (32, 64), SymCrypt's digits, Go's 63-bit limbs. */
export function montgomeryWidths(bits: number): readonly number[] {
  const widths = [1, 32, 64, 128, 256, 512, 63].map((word) => Math.ceil(bits / word) * word)
  return [...new Set(widths)]
}

function ecValues({ curve, d }: EcMaterial): DerivedValue[] {
  if (d === undefined) return []
  const { n, bits, p } = curveNamed(curve)
  const width = BigInt(Math.ceil(bits / 64) * 64)
  const value = existing(bits)
  return [
    ...value('d', d),
    ...value('order-minus-d', n - d),
    ...value('d-inverse', inverse(d, n)),
    ...value('montgomery-d', (d << width) % n),
    ...value('montgomery-d-mod-field', (d << width) % p),
    // OpenSSL lengthens scalars by adding the order once or twice before a multiplication.
    { name: 'd-plus-order', value: d + n, bits: bits + 1 },
    { name: 'd-plus-two-orders', value: d + 2n * n, bits: bits + 2 },
  ]
}

const ED25519_ORDER = (1n << 252n) + 27742317777372353535851937790883648493n

function okpValues({ curve, secret }: OkpMaterial): DerivedValue[] {
  if (secret === undefined) return []
  if (curve === 'Ed25519' || curve === 'Ed448') {
    const isShort = curve === 'Ed25519'
    const hash = isShort ? createHash('sha512') : createHash('shake256', { outputLength: 114 })
    const expanded = hash.update(secret).digest()
    const half = expanded.length / 2
    const scalar = clamped(expanded.subarray(0, half & ~7), isShort ? 'X25519' : 'X448')
    const values = [
      secretOf('seed', secret),
      secretOf('expanded-scalar', scalar),
      secretOf('expanded-left', expanded.subarray(0, half)),
      secretOf('expanded-right', expanded.subarray(half)),
      ...(isShort ? [littleOf(scalar)] : []),
    ]
    expanded.fill(0)
    return values
  }
  return [secretOf('scalar', secret), secretOf('clamped-scalar', clamped(secret, curve))]
}

function opaqueValues(material: OpaqueMaterial): DerivedValue[] {
  const parts = postQuantumParts(material)
  const values = [{ name: 'secret', bytes: material.secret }, ...parts].map(({ name, bytes }) => ({
    name,
    value: fromBigEndian(bytes),
    bits: bytes.length * 8,
  }))
  for (const { bytes } of parts) bytes.fill(0)
  return values
}

/** RFC 7748, section 5, and RFC 8032, section 5.1.5; a copy. */
export function clamped(scalar: Uint8Array, curve: 'X25519' | 'X448'): Uint8Array {
  const copy = Uint8Array.from(scalar)
  const last = copy.length - 1
  copy[0] = (copy[0] ?? 0) & (curve === 'X25519' ? 0xf8 : 0xfc)
  copy[last] = curve === 'X25519' ? ((copy[last] ?? 0) & 0x7f) | 0x40 : (copy[last] ?? 0) | 0x80
  return copy
}

/** Bytes as a little-endian number: `limbs-le64` of it are the bytes as they are. */
function secretOf(name: string, bytes: Uint8Array): DerivedValue {
  return { name, value: fromLittleEndian(bytes), bits: bytes.length * 8 }
}

function littleOf(scalar: Uint8Array): DerivedValue {
  const value = fromLittleEndian(scalar) % ED25519_ORDER
  return { name: 'scalar-mod-order', value, bits: 256 }
}
