/**
 * Signing keys of RustCrypto and dalek, which hold their public half in numbers of the field beside the secret, where one
 * is alone in an allocation of glibc's malloc (`Box`, or `Arc` with its two counts before it).
 *
 * Source: `ecdsa::SigningKey` {secret, {x, y, is infinite}} of p256 and p384 0.13 (Montgomery's form) and k256 0.13
 * (limbs of 52 bits); `ed25519_dalek::SigningKey` 2 {public half, point in limbs of 51 bits, seed}. Rust may lay fields out
 * in another order: either is looked at.
 *
 * @module
 */

import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve, type Point } from '@mintmark/keys/arithmetic/ec'
import { fromLittleEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import { proveEc, proveOkp } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import type { Curve } from '@mintmark/keys/material/key_material'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'

/** Of the equation of a curve, and two products. */
const POINT_UNITS = 15_000

/** How a coordinate lies in memory. */
interface Field {
  /** Bytes. */
  readonly size: number
  readonly read: (bytes: Uint8Array) => bigint
  /** Whether bytes can be coordinates, as far as that is seen at once. */
  readonly isOne: (bytes: Uint8Array) => boolean
}

/** Whether a word is less than 2^`bits`, `bits` being 48 to 56. */
function isBelow(bytes: Uint8Array, at: number, bits: number): boolean {
  return bytes[at + 7] === 0 && (bytes[at + 6] ?? 0) >> (bits - 48) === 0
}

function montgomeryField(curve: Curve): Field {
  const { p, lengthBytes: size } = curveNamed(curve)
  const radix = inverse((1n << BigInt(8 * size)) % p, p) ?? 0n
  return {
    size,
    read: (bytes) => (fromLittleEndian(bytes) * radix) % p,
    isOne: isRandomLooking,
  }
}

const LIMBS = 5

/** Limbs of 52 bits, each perhaps a little more until it is reduced. */
const limbs52: Field = {
  size: 8 * LIMBS,
  read: (bytes) => {
    let value = 0n
    for (let k = LIMBS - 1; k >= 0; k--) {
      value = (value << 52n) + fromLittleEndian(bytes.subarray(8 * k, 8 * k + 8))
    }
    return value
  },
  isOne: (bytes) => {
    for (let k = 0; k < bytes.length; k += 8) if (!isBelow(bytes, k, 53)) return false
    return true
  },
}

/** The key in [from, from + 3 numbers + 8), its secret in front of the point or behind it. */
function ecKeyAt(
  curve: Curve,
  field: Field,
): (bytes: Uint8Array, from: number) => Detected | undefined {
  const parameters = curveNamed(curve)
  const { lengthBytes: length } = parameters
  const pointBytes = 2 * field.size + 8
  const keyIn = (bytes: Uint8Array, secretAt: number, pointAt: number): Detected | undefined => {
    // Whether the point is infinite.
    if (bytes[pointAt + 2 * field.size] !== 0) return undefined
    const secret = bytes.subarray(secretAt, secretAt + length)
    const numbers = bytes.subarray(pointAt, pointAt + 2 * field.size)
    if (!isRandomLooking(secret) || !field.isOne(numbers)) return undefined
    charge(POINT_UNITS)
    const point: Point = {
      x: field.read(numbers.subarray(0, field.size)),
      y: field.read(numbers.subarray(field.size)),
    }
    if (!isOnCurve(parameters, point)) return undefined
    const proof = proveEc(curve, fromLittleEndian(secret), point)
    return proof.certainty === 'proven'
      ? hit(proof, 'limbs-le64', secretAt, secretAt + length)
      : undefined
  }
  return (bytes, from) =>
    from + length + pointBytes > bytes.length
      ? undefined
      : (keyIn(bytes, from, from + length) ?? keyIn(bytes, from + pointBytes, from))
}

const SEED = 32
const POINT_LIMBS = 20

/** The key in [from, from + 224): its point at one of three places, what is left is the seed and the public half. */
function dalekKeyAt(bytes: Uint8Array, from: number): Detected | undefined {
  if (from + 2 * SEED + 8 * POINT_LIMBS > bytes.length) return undefined
  for (const pointAt of [SEED, 0, 2 * SEED]) {
    if (!isPoint(bytes, from + pointAt)) continue
    const behind = 8 * POINT_LIMBS
    const places = [0, SEED].map((at) => from + (at < pointAt ? at : at + behind))
    const [first = 0, second = 0] = places
    const parts = places.map((at) => bytes.slice(at, at + SEED))
    const [a, b] = parts
    if (a === undefined || b === undefined || !parts.every((part) => isRandomLooking(part)))
      continue
    const found = seedHit(b, a, second) ?? seedHit(a, b, first)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether the words are limbs that are some of a point wherever in the key at `from` it lies. */
function mayBeDalekKey(bytes: Uint8Array, from: number): boolean {
  return [64, 80, 104].every((at) => isBelow(bytes, from + at, 52))
}

function isPoint(bytes: Uint8Array, at: number): boolean {
  let zeros = 0
  for (let k = 0; k < POINT_LIMBS; k++) {
    if (!isBelow(bytes, at + 8 * k, 52)) return false
    if ((bytes[at + 8 * k + 5] ?? 0) === 0) zeros++
  }
  return zeros < 3
}

function seedHit(seed: Uint8Array, publicKey: Uint8Array, at: number): Detected | undefined {
  const proof = proveOkp('Ed25519', seed, publicKey)
  return proof.certainty === 'proven' ? hit(proof, 'limbs-le64', at, at + SEED) : undefined
}

const HEAD = 8
const COUNTS = 16

/** What keys begin with: random numbers, or what a glance tells. */
type Begin = 'random' | ((bytes: Uint8Array, from: number) => boolean) | undefined

/** A chunk of `bytes` behind one in use, and the same with counts of who shares it; which arena it is of does not count. */
function chunks(
  name: string,
  bytes: number,
  keyAt: (bytes: Uint8Array, from: number) => Detected | undefined,
  begin: Begin,
): Anchor[] {
  return [0, COUNTS].map((counts) => {
    const size = (bytes + counts + HEAD + 15) & ~15
    const counted = counts === 0 ? [] : [1, 0, 0, 0, 0, 0, 0, 0]
    const pattern = Uint8Array.from([(size & 0xff) | 1, size >> 8, 0, 0, 0, 0, 0, 0, ...counted])
    const mask = pattern.map((_, at) => (at === 0 ? 0xfb : 0xff))
    const detect: Detector = (window, at) => keyAt(window, at + HEAD + counts)
    const whole = counts === 0 ? `${name}-box` : `${name}-arc`
    const from = HEAD + counts
    const shape = { name: whole, pattern, mask, detect, before: HEAD, behind: bytes + from }
    if (begin === 'random') return Object.assign(shape, { number: { from, length: 64 } as const })
    if (begin === undefined) return shape
    return Object.assign(shape, {
      mayHold: (window: Uint8Array, at: number) => begin(window, at + from),
    })
  })
}

export const RUST_ANCHORS: readonly Anchor[] = [
  ...chunks('rust-p256', 104, ecKeyAt('P-256', montgomeryField('P-256')), 'random'),
  ...chunks('rust-p384', 152, ecKeyAt('P-384', montgomeryField('P-384')), 'random'),
  ...chunks('rust-k256', 120, ecKeyAt('secp256k1', limbs52), undefined),
  ...chunks('rust-ed25519', 224, dalekKeyAt, mayBeDalekKey),
]
