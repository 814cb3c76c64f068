/**
 * Private keys of Ed25519 as most libraries keep them: the seed, and the public half right behind it; or its
 * scalar, which the seed is hashed to, with both halves of the hash. And of X25519 as Tor keeps it: the public half first.
 * Nothing in these bytes shows what they are, but what holds them does: they are looked at where an array of just that
 * size is.
 *
 * Source: crypto/ed25519 of Go, `crypto_sign_ed25519_SECRETKEYBYTES` of libsodium, NaCl and OpenSSH;
 * `ed25519_keypair_t` and `curve25519_keypair_t` of Tor, `Ed25519KeyPair` of ring, `ED25519_KEY` of BoringSSL;
 * `crypto_sign_keypair` of PHP, which has the public half twice; `rspamd_dkim_sign_key_t` of rspamd;
 * heads of arrays in glibc's malloc, in CPython and in PHP.
 *
 * @module
 */

import { montgomeryOf, okpPublicKey } from '@mintmark/keys/arithmetic/okp'
import { proveOkp } from '@mintmark/keys/der_keys/prove'
import { withEffort } from '@mintmark/keys/material/effort'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detected, Detector, Memory } from '../../anchors/detected.ts'
import { pointerAt } from '../../known/objects/openssl_numbers.ts'

const SEED = 32
const BOTH = 64
const POINTER = 8
/** Of a structure, behind a length: four in rspamd. */
const LEAD_WORDS = 4

/** The key in [at, at + 64), if it is one. */
function keyAt(bytes: Uint8Array, at: number): Detected | undefined {
  const both = bytes.subarray(at, at + BOTH)
  if (both.length < BOTH || isOfPointers(both, 0) || !isRandomLooking(both)) return undefined
  const [seed, stored] = [both.slice(0, SEED), both.slice(SEED)]
  const proof = proveOkp('Ed25519', seed, stored)
  return proof.certainty === 'proven' ? hit(proof, 'limbs-le64', at, at + SEED) : undefined
}

/** Whether two words are small or addresses: of random ones fewer than one in 10^8 is. */
function isOfPointers(bytes: Uint8Array, from: number): boolean {
  let few = 0
  for (let at = from + 6; at < from + BOTH; at += 8) {
    if (bytes[at] === 0 && bytes[at + 1] === 0 && ++few > 1) return true
  }
  return false
}

/** As a scalar is kept: one of 32 random numbers. */
const isClamped = (bytes: Uint8Array, at: number): boolean =>
  ((bytes[at] ?? 0) & 7) === 0 && (bytes[at + SEED - 1] ?? 0) >> 6 === 1

/** A scalar of X25519 behind the public half at `at`. */
function exchangeAt(bytes: Uint8Array, at: number): Detected | undefined {
  const both = bytes.subarray(at, at + BOTH)
  if (both.length < BOTH || !isClamped(both, SEED)) return undefined
  if (isOfPointers(both, 0) || !isRandomLooking(both)) return undefined
  const proof = proveOkp('X25519', both.slice(SEED), both.slice(0, SEED))
  return proof.certainty === 'proven' ? hit(proof, 'limbs-le64', at + SEED, at + BOTH) : undefined
}

/** Of a multiplication of X25519, and of the inverse that the point takes. */
const SCALAR_UNITS = 200_000

/** The scalar at [at, at + 32) of the public half at `publicAt`: of it alone anyone signs. */
function scalarAt(bytes: Uint8Array, at: number, publicAt: number): Detected | undefined {
  if (!isClamped(bytes, at) || at + 2 * SEED > bytes.length) return undefined
  const [scalar, prefix] = [bytes.slice(at, at + SEED), bytes.subarray(at + SEED, at + BOTH)]
  const publicKey = bytes.slice(publicAt, publicAt + SEED)
  if (![scalar, prefix, publicKey].every((part) => isRandomLooking(part))) return undefined
  const isOfIt = withEffort(SCALAR_UNITS, () => {
    const u = montgomeryOf(publicKey)
    const made = okpPublicKey('X25519', scalar)
    return u !== undefined && made !== undefined && Buffer.compare(made, u) === 0
  })
  if (isOfIt !== true) return undefined
  const material = { type: 'okp', curve: 'Ed25519', publicKey, secret: undefined } as const
  const proof = 'scalar times B is the key beside it'
  const found = { certainty: 'proven', kind: 'ed25519', bits: 256, proof, material } as const
  // What hashes are begun with tells the scalar too, of any signature: it belongs to what is erased.
  return hit(found, 'expanded-scalar', at, at + BOTH)
}

/** Scalar, what hashes are begun with, and the public half: before them as in Tor, or behind as in ring. */
function expandedBehind(head: number): Detector {
  return (bytes, at) => {
    const from = at + head
    if (from + BOTH + SEED > bytes.length) return undefined
    return scalarAt(bytes, from, from + BOTH) ?? scalarAt(bytes, from + SEED, from)
  }
}

/** Whether the first word of a string of PHP, which ends before `at`, has two zeros at its end. */
const isBehindZeros = (bytes: Uint8Array, at: number): boolean =>
  at >= 2 && bytes[at - 1] === 0 && bytes[at - 2] === 0

/** Whether there may be a scalar where {@link expandedBehind} looks. */
const mayHoldScalar =
  (head: number) =>
  (bytes: Uint8Array, at: number): boolean =>
    isClamped(bytes, at + head) || isClamped(bytes, at + head + SEED)

/** Behind the hash and the length of a string of PHP, or where a structure with that length leads. */
const behindLength: Detector = (bytes, at, memory) =>
  isBehindZeros(bytes, at)
    ? (keyAt(bytes, at + 16) ?? keyOfStructure(bytes, at, memory))
    : undefined

/**
 * The word behind the length 64 at `at + 8`, and behind zeros, that can be the address of an allocation of 64 bytes:
 * jemalloc, tcmalloc and mimalloc place those at multiples of 64.
 */
function leadAt(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at + POINTER] !== BOTH) return undefined
  for (let word = at + 16; word < at + 16 + LEAD_WORDS * POINTER; word += POINTER) {
    if (bytes[word + 6] !== 0 || bytes[word + 7] !== 0) return undefined
    if (bytes[word + 5] !== 0) return (bytes[word] ?? 1) % BOTH === 0 ? word : undefined
    if (bytes[word] !== 0 || bytes[word + 1] !== 0) return undefined
  }
  return undefined
}

/** {…, size_t length = 64, what has no value, byte *key}, as rspamd keeps what it signs mail with. */
function keyOfStructure(bytes: Uint8Array, at: number, memory?: Memory): Detected | undefined {
  const word = leadAt(bytes, at)
  const address = word === undefined ? undefined : pointerAt(bytes, word)
  const pointed = address === undefined ? undefined : memory?.at(address, BOTH)
  const found = pointed && keyAt(pointed.bytes, 0)
  return found && { ...found, offset: pointed.offset + found.offset }
}

/** Go's slice {byte*, int length, int capacity}. */
const detectSlice: Detector = (bytes, at, memory) => {
  for (let k = 1; k < POINTER; k++) if (bytes[at + POINTER + k] !== 0) return undefined
  if (memory === undefined || at < POINTER || bytes[at - 1] !== 0 || bytes[at - 2] !== 0) {
    return undefined
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at - POINTER, POINTER)
  const pointed = memory.at(view.getBigUint64(0, true), BOTH)
  const found = pointed && keyAt(pointed.bytes, 0)
  return found && { ...found, offset: pointed.offset + found.offset }
}

const SIGHT = { before: POINTER, behind: 96 }
const SIZE = '40 00 00 00 00 00 00 00'

/** Behind the head of an array. */
const arrayAnchor = (name: string, pattern: string, head: number): Anchor => ({
  ...anchor(name, pattern, SIGHT, (bytes, at) => keyAt(bytes, at + head)),
  number: { from: head, length: BOTH },
})

/** A chunk behind one in use; which arena it is of does not count. */
function chunk(name: string, size: number, more: readonly number[], detect: Detector): Anchor {
  const pattern = Uint8Array.from([size | 1, 0, 0, 0, 0, 0, 0, 0, ...more])
  const mask = pattern.map((_, at) => (at === 0 ? 0xfb : 0xff))
  return { name, pattern, mask, detect, before: POINTER, behind: 128 }
}

const whole = chunk(
  'seed-chunk',
  0x50,
  [],
  (bytes, at) => keyAt(bytes, at + 8) ?? exchangeAt(bytes, at + 8),
)
/** The chunk before it may be free. */
const seedChunk: Anchor = {
  ...whole,
  mask: Uint8Array.from([0xfa, ...new Uint8Array(7).fill(0xff)]),
  number: { from: 8, length: BOTH },
}

/**
 * A string of PHP: who counts and what it is, or where the next free one is (of either the last two bytes are 0), a hash that was
 * not asked for, and its length: 64, or 96 where the public half follows once more. Or a structure with the length 64.
 */
const seedString: Anchor = {
  name: 'seed-string',
  pattern: Uint8Array.from([...new Uint8Array(8), 0x40, ...new Uint8Array(7)]),
  mask: Uint8Array.from({ length: 16 }, (_, at) => (at === 8 ? 0xdf : 0xff)),
  detect: behindLength,
  mayHold: (bytes, at) =>
    isBehindZeros(bytes, at) && (!isOfPointers(bytes, at + 16) || leadAt(bytes, at) !== undefined),
  before: POINTER,
  behind: 128,
}

/** Both are looked for by the bytes that they share: words of ones are frequent. */
export const SEED_ANCHORS: readonly Anchor[] = [
  seedChunk,
  {
    ...chunk('scalar-chunk', 0x70, [], expandedBehind(8)),
    mayHold: mayHoldScalar(8),
    number: { from: 8, length: BOTH },
  },
  // Rust counts who shares it, and who might.
  {
    ...chunk('scalar-shared', 0x80, [1, 0, 0, 0, 0, 0, 0, 0], expandedBehind(24)),
    mayHold: mayHoldScalar(24),
    number: { from: 24, length: BOTH },
  },
  // BoringSSL notes before what it allocates how long that is: both halves, and whether there is a secret.
  arrayAnchor('seed-sized', '41 00 00 00 00 00 00 00', 8),
  anchor('seed-slice', `${SIZE} 40`, SIGHT, detectSlice),
  // A hash that was not asked for yet.
  arrayAnchor('seed-bytes', `${SIZE} ff`, 16),
  seedString,
]
