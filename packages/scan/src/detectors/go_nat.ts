/**
 * RSA keys of Go's `bigmod`, whose numbers outlive the key in a process that has let it go: two primes are of one key where
 * their product is a number near, or where one near is d: e·d = 1 modulo p − 1 and q − 1.
 *
 * Source: crypto/internal/fips140/bigmod/nat.go of Go 1.24 (crypto/internal/bigmod since 1.20): Nat is a slice of limbs,
 * {limbs*, length, capacity}, with room for 2048 bits from the first; runtime/malloc.go for where the heap begins.
 *
 * @module
 */
import type { Anchor } from '../anchor.ts'
import { fromLittleEndian } from '../arithmetic/modular.ts'
import type { Detected, Detector, Memory, Pointed } from '../detected.ts'
import { charge } from '../effort.ts'
import { proveRsa } from '../prove.ts'
import { isRandomLooking } from '../random_looking.ts'
import { hit } from './anchored.ts'
import { isFull } from './malloc_numbers.ts'
import { EXPONENTS } from './malloc_rsa.ts'
import { pointerAt } from './openssl_numbers.ts'

/** Limbs of a prime: of the sizes that are in use. */
const LIMBS = [8, 16, 24, 32]
/** Limbs that there is room for from the first. */
const ROOM = 32
const WORD = 8
/** Of the address of limbs, the highest half: Go's heap begins at 0xc000000000, on arm64 at 0x4000000000. */
const HEAP_TOPS = [0xc0, 0x40]
const TOP_BYTES = 4
/** How far from the slice of a prime those of its key are looked for. */
const REACH = 2048
/** Slices of one size that are looked at. */
const MOST = 24
/** Of going through the slices near, and of a division by a prime of 64 bytes. */
const NEAR_UNITS = 2000
const DIVISION_UNITS = 2000

interface Nat extends Pointed {
  readonly value: bigint
}

/** The random number whose slice tells its length at `at`, if it is one of so many limbs. */
function natAt(bytes: Uint8Array, at: number, limbs: number, memory: Memory): Nat | undefined {
  if (at < WORD || at + 2 * WORD > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 2 * WORD)
  if (view.getBigUint64(0, true) !== BigInt(limbs)) return undefined
  const room = view.getBigUint64(WORD, true)
  if (room < BigInt(limbs) || room > BigInt(Math.max(ROOM, 2 * limbs))) return undefined
  const address = pointerAt(bytes, at - WORD)
  const pointed = address === undefined ? undefined : memory.at(address, limbs * WORD)
  if (pointed === undefined || !isRandomLooking(pointed.bytes)) return undefined
  return { ...pointed, value: fromLittleEndian(pointed.bytes) }
}

/** Other numbers of so many limbs whose slices lie near, nearest first. */
function natsNear(bytes: Uint8Array, at: number, limbs: number, memory: Memory): Nat[] {
  charge(NEAR_UNITS)
  const found: Nat[] = []
  for (let distance = WORD; distance <= REACH && found.length < MOST; distance += WORD) {
    for (const place of [at - distance, at + distance]) {
      // Most places are told by this byte.
      if (bytes[place] !== limbs) continue
      const nat = natAt(bytes, place, limbs, memory)
      if (nat !== undefined) found.push(nat)
    }
  }
  return found
}

const isPrimeLike = ({ bytes }: Nat): boolean => isFull(bytes, 0, bytes.length)

/** The public exponent for which `d` is the secret one of a key with this prime. */
function exponentOf(d: bigint, p: bigint, limbs: number): bigint | undefined {
  charge((EXPONENTS.length * DIVISION_UNITS * limbs * limbs) / 64)
  return EXPONENTS.find((e) => (e * d - 1n) % (p - 1n) === 0n)
}

function detectPrime(limbs: number): Detector {
  return (bytes, top, memory): Detected | undefined => {
    const at = top + TOP_BYTES
    const p = memory && natAt(bytes, at, limbs, memory)
    if (memory === undefined || p === undefined || !isPrimeLike(p)) return undefined
    const wholes = natsNear(bytes, at, 2 * limbs, memory)
    const others = natsNear(bytes, at, limbs, memory).filter((nat) => isPrimeLike(nat))
    const exponents = wholes.flatMap(({ value: d }) => {
      const e = exponentOf(d, p.value, limbs)
      return e === undefined ? [] : { d, e }
    })
    for (const { value: q } of others) {
      if (q === p.value) continue
      const n = p.value * q
      const e =
        exponents.find((own) => (own.e * own.d - 1n) % (q - 1n) === 0n)?.e ??
        (wholes.some(({ value }) => value === n) ? 65_537n : undefined)
      const proof = e === undefined ? undefined : proveRsa({ n, e, p: p.value, q })
      if (proof !== undefined) return hit(proof, 'limbs-le64', p.offset, p.offset + p.bytes.length)
    }
    return undefined
  }
}

/** {…, highest half of an address, length, capacity}. */
function primeAnchor(limbs: number, top: number): Anchor {
  return {
    name: `go-nat-${128 * limbs}-${top.toString(16)}`,
    pattern: Uint8Array.from([top, 0, 0, 0, limbs, 0, 0, 0, 0, 0, 0, 0, ROOM, 0, 0, 0]),
    detect: detectPrime(limbs),
    before: REACH + WORD,
    behind: REACH + 2 * WORD + TOP_BYTES,
  }
}

export const GO_NAT_ANCHORS: readonly Anchor[] = LIMBS.flatMap((limbs) =>
  HEAP_TOPS.map((top) => primeAnchor(limbs, top)),
)
