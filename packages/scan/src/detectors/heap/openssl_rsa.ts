/**
 * RSA keys of OpenSSL whose numbers lie far apart, as a process with a well-used heap has them: the structures of the
 * numbers are made one after the other, and each leads to its limbs wherever those are. Two primes and an exponent are
 * of one key where e·d = 1 modulo p − 1 and q − 1; the modulus need not be there.
 *
 * Source: BIGNUM {limbs*, int top, int dmax, int neg, int flags} in crypto/bn/bn_local.h, and `RSA_set0_key` and
 * `RSA_set0_factors` in crypto/rsa/rsa_lib.c, which mark secret numbers, of OpenSSL 1.1 to 3.5.
 *
 * @module
 */

import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { proveRsa } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detected, Detector, Memory, Pointed } from '../../anchors/detected.ts'
import { pointerAt } from '../../known/objects/openssl_numbers.ts'
import { isFull } from './malloc_numbers.ts'
import { EXPONENTS } from './malloc_rsa.ts'

/** Limbs of a prime: of the sizes that are in use. */
const LIMBS = [8, 16, 24, 32, 64]
const LIMB = 8
/** How far from the structure of a prime those of its key are looked for. */
const REACH = 1024
/** From the used limbs of a structure. */
const AT = { limbs: -8, room: 4, sign: 8, flags: 12, end: 16 } as const
/** OpenSSL's flag of numbers that take the same time whatever they are; all flags that there are. */
const SECRET = 0x4
const FLAGS_MOST = 0x10
/** Structures of one size near a prime that are looked at. */
const MOST = 16
/** Of going through the structures near, and of a division by a prime of 64 bytes. */
const NEAR_UNITS = 2000
const DIVISION_UNITS = 2000

interface Stored extends Pointed {
  readonly value: bigint
  /** There is room for as many limbs as there are: the anchor leads to it. */
  readonly isTight: boolean
}

/** The secret number whose structure tells its used limbs at `at`, if it is one of so many. */
function secretAt(
  bytes: Uint8Array,
  at: number,
  limbs: number,
  memory: Memory,
): Stored | undefined {
  if (at + AT.limbs < 0 || at + AT.end > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, AT.end)
  const [top, room] = [view.getUint32(0, true), view.getUint32(AT.room, true)]
  const [sign, flags] = [view.getUint32(AT.sign, true), view.getUint32(AT.flags, true)]
  if (top !== limbs || room < top || room > 2 * top + 2 || sign !== 0) return undefined
  if (flags >= FLAGS_MOST || (flags & SECRET) === 0) return undefined
  const address = pointerAt(bytes, at + AT.limbs)
  const pointed = address === undefined ? undefined : memory.at(address, limbs * LIMB)
  if (pointed === undefined || !isRandomLooking(pointed.bytes)) return undefined
  return { ...pointed, value: fromLittleEndian(pointed.bytes), isTight: room === top }
}

/** Other secret numbers of so many limbs whose structures lie near, nearest first. */
function secretsNear(bytes: Uint8Array, at: number, limbs: number, memory: Memory): Stored[] {
  charge(NEAR_UNITS)
  const found: Stored[] = []
  for (let distance = LIMB; distance <= REACH && found.length < MOST; distance += LIMB) {
    for (const place of [at - distance, at + distance]) {
      // Most places are told by this byte.
      if (bytes[place] !== limbs) continue
      const secret = secretAt(bytes, place, limbs, memory)
      if (secret !== undefined) found.push(secret)
    }
  }
  return found
}

const isPrimeLike = ({ bytes }: Stored): boolean => isFull(bytes, 0, bytes.length)

/** The public exponent for which `d` is the secret one of a key with this prime. */
function exponentOf(d: bigint, p: bigint, limbs: number): bigint | undefined {
  charge((EXPONENTS.length * DIVISION_UNITS * limbs * limbs) / 64)
  return EXPONENTS.find((e) => (e * d - 1n) % (p - 1n) === 0n)
}

/**
 * A key of the number at an anchor. Of one that was made in the process the primes have room for more limbs, and the
 * anchor leads to what is left of d modulo p − 1.
 */
function detectPrime(limbs: number): Detector {
  return (bytes, at, memory): Detected | undefined => {
    const first = memory && secretAt(bytes, at, limbs, memory)
    if (memory === undefined || first === undefined || !isOdd(first.bytes)) return undefined
    const near = secretsNear(bytes, at, limbs, memory).filter((other) => isPrimeLike(other))
    const others = isPrimeLike(first) ? [first, ...near] : near
    const primes = others.filter((other) => other === first || !other.isTight)
    if (primes.length === 0) return undefined
    const wholes = secretsNear(bytes, at, 2 * limbs, memory)
    for (const p of primes) {
      const found = keyOf(p, others, wholes, limbs)
      if (found !== undefined) return found
    }
    return undefined
  }
}

const isOdd = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & 1) === 1

function keyOf(
  p: Stored,
  others: readonly Stored[],
  wholes: readonly Stored[],
  limbs: number,
): Detected | undefined {
  for (const { value: d } of wholes) {
    const e = exponentOf(d, p.value, limbs)
    const q = others.find(
      ({ value }) => e !== undefined && value !== p.value && (e * d - 1n) % (value - 1n) === 0n,
    )
    if (e === undefined || q === undefined) continue
    const proof = proveRsa({ n: p.value * q.value, e, p: p.value, q: q.value, d })
    return proof && hit(proof, 'limbs-le64', p.offset, p.offset + p.bytes.length)
  }
  return undefined
}

/** {top = dmax, neg = 0, flags}: whatever the flags are besides the secret one. */
function primeAnchor(limbs: number): Anchor {
  return {
    name: `openssl-rsa-${128 * limbs}`,
    pattern: Uint8Array.from([limbs, 0, 0, 0, limbs, 0, 0, 0, 0, 0, 0, 0, SECRET, 0, 0, 0]),
    mask: Uint8Array.from([
      255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0xf4, 255, 255, 255,
    ]),
    detect: detectPrime(limbs),
    before: REACH - AT.limbs,
    behind: REACH + AT.end,
  }
}

export const OPENSSL_RSA_ANCHORS: readonly Anchor[] = LIMBS.map((limbs) => primeAnchor(limbs))
