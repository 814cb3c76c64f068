/**
 * RSA keys of Go's `bigmod`, whose numbers outlive the key in a process that has let it go, by the slice of a prime.
 *
 * Source: crypto/internal/fips140/bigmod/nat.go of Go 1.24 (crypto/internal/bigmod since 1.20): Nat is a slice of limbs,
 * {limbs*, length, capacity}, with room for 2048 bits from the first; runtime/malloc.go for where the heap begins.
 *
 * @module
 */

import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { charge } from '@mintmark/keys/material/effort'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detected, Detector, Memory, Pointed } from '../../anchors/detected.ts'
import { pointerAt } from '../../known/objects/openssl_numbers.ts'
import { isFull } from './malloc_numbers.ts'
import { rsaOfPrime } from './rsa_of_prime.ts'

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
/** Of going through the slices near. */
const NEAR_UNITS = 2000

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

function detectPrime(limbs: number): Detector {
  return (bytes, top, memory): Detected | undefined => {
    const at = top + TOP_BYTES
    const p = memory && natAt(bytes, at, limbs, memory)
    if (memory === undefined || p === undefined || !isPrimeLike(p)) return undefined
    const others = natsNear(bytes, at, limbs, memory).filter((nat) => isPrimeLike(nat))
    const wholes = natsNear(bytes, at, 2 * limbs, memory)
    const proof = rsaOfPrime(p.value, others, wholes)
    return proof && hit(proof, 'limbs-le64', p.offset, p.offset + p.bytes.length)
  }
}

/** {…, highest half of an address, length, capacity}. */
function primeAnchor(limbs: number, top: number): Anchor {
  return {
    name: `go-nat-${128 * limbs}-${top.toString(16)}`,
    pattern: Uint8Array.from([top, 0, 0, 0, limbs, 0, 0, 0, 0, 0, 0, 0, ROOM, 0, 0, 0]),
    alignment: 1 << (WORD - TOP_BYTES),
    detect: detectPrime(limbs),
    before: REACH + WORD,
    behind: REACH + 2 * WORD + TOP_BYTES,
  }
}

export const GO_NAT_ANCHORS: readonly Anchor[] = LIMBS.flatMap((limbs) =>
  HEAP_TOPS.map((top) => primeAnchor(limbs, top)),
)
