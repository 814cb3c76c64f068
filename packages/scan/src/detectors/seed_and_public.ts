/**
 * Private keys of Ed25519 as most libraries keep them: the seed, and the public half right behind it. Nothing in these 64
 * bytes shows what they are, but what holds them does: they are looked at where an array of just that size is.
 *
 * Source: crypto/ed25519 of Go, `crypto_sign_ed25519_SECRETKEYBYTES` of libsodium, NaCl and OpenSSH; heads of arrays in
 * glibc's malloc and in CPython.
 *
 * @module
 */
import type { Anchor } from '../anchor.ts'
import type { Detected, Detector } from '../detected.ts'
import { proveOkp } from '../prove.ts'
import { isRandomLooking } from '../random_looking.ts'
import { anchor, hit } from './anchored.ts'

const SEED = 32
const BOTH = 64
const POINTER = 8

/** The key in [at, at + 64), if it is one. */
function keyAt(bytes: Uint8Array, at: number): Detected | undefined {
  const both = bytes.subarray(at, at + BOTH)
  if (both.length < BOTH || isOfPointers(both) || !isRandomLooking(both)) return undefined
  const [seed, stored] = [both.slice(0, SEED), both.slice(SEED)]
  const proof = proveOkp('Ed25519', seed, stored)
  return proof.certainty === 'proven' ? hit(proof, 'limbs-le64', at, at + SEED) : undefined
}

/** Whether two words are small or addresses: of random ones fewer than one in 10^8 is. */
function isOfPointers(bytes: Uint8Array): boolean {
  let few = 0
  for (let at = 6; at < BOTH; at += 8) if (bytes[at] === 0 && bytes[at + 1] === 0) few++
  return few > 1
}

/** Behind the head of an array. */
function behind(head: number): Detector {
  return (bytes, at) => keyAt(bytes, at + head)
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
/** A chunk of 80 bytes behind one in use; which arena it is of does not count. */
const CHUNK: Anchor = {
  name: 'seed-chunk',
  pattern: Uint8Array.from([0x51, 0, 0, 0, 0, 0, 0, 0]),
  mask: Uint8Array.from([0xfb, 255, 255, 255, 255, 255, 255, 255]),
  detect: behind(8),
  ...SIGHT,
}

/** Both are looked for by the bytes that they share: words of ones are frequent. */
export const SEED_ANCHORS: readonly Anchor[] = [
  CHUNK,
  anchor('seed-slice', `${SIZE} 40`, SIGHT, detectSlice),
  // A hash that was not asked for yet.
  anchor('seed-bytes', `${SIZE} ff`, SIGHT, behind(16)),
]
