/**
 * ML-KEM keys in the structure of OpenSSL 3.5, which leads to t, to s and to the seed: {…, rho*, hash*, t*, matrix*, s*, z*, d*,
 * int flags, rho[32], hash[32]}. Polynomials are 256 words of 16 bits, and z and the rest of the seed lie behind s.
 *
 * Source: include/crypto/ml_kem.h and crypto/ml_kem/ml_kem.c of OpenSSL 3.5.
 *
 * @module
 */

import { ML_KEM, type MlKemParameters } from '@mintmark/keys/arithmetic/ml_kem'
import { mlKemPacked } from '@mintmark/keys/arithmetic/ml_kem_polynomials'
import { pqSchemeOfOid, provePq } from '@mintmark/keys/der_keys/post_quantum'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

/** From the upper two bytes of z*, which the anchor begins with. */
const AT = { rhoPointer: -46, rho: 14 } as const
/** What is read of the structure: seven pointers, flags, ρ and the hash. */
const STRUCTURE_BYTES = 124
const HALF = 32
/** Of one polynomial. */
const POLY_BYTES = 512

/** Where the parts lie, of a key of so many polynomials. */
interface Parts {
  readonly parameters: MlKemParameters
  readonly t: bigint
  readonly s: bigint
  /** Of t, and of s. */
  readonly length: number
  readonly hasSeed: boolean
}

/** What the pointers at `from` say, which are of one piece of memory: undefined where they do not. */
function partsAt(bytes: Uint8Array, from: number): Parts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, STRUCTURE_BYTES)
  const wordAt = (word: number): bigint => view.getBigUint64(8 * word, true)
  // In a heap of Python ten thousand other things begin so: these two tell them apart without a bigint.
  if ((view.getUint32(8, true) - view.getUint32(0, true)) >>> 0 !== HALF) return undefined
  if (wordAt(1) - wordAt(0) !== BigInt(HALF)) return undefined
  const [t, matrix, s, z] = [wordAt(2), wordAt(3), wordAt(4), wordAt(5)]
  const vector = matrix - t
  const parameters = ML_KEM.find(({ k }) => vector === BigInt(k * POLY_BYTES))
  if (parameters === undefined || s - matrix !== vector * BigInt(parameters.k)) return undefined
  if (z - s !== vector) return undefined
  return { parameters, t, s, length: Number(vector), hasSeed: wordAt(6) === z + BigInt(HALF) }
}

/** Rows of other pointers are all over a heap: most are told by one byte of the first two. */
function mayHold(bytes: Uint8Array, at: number): boolean {
  const from = at + AT.rhoPointer
  return (((bytes[from + 8] ?? 0) - (bytes[from] ?? 0)) & 0xff) === HALF
}

const detect: Detector = (bytes, at, memory) => {
  const from = at + AT.rhoPointer
  if (memory === undefined || from < 0 || from + STRUCTURE_BYTES > bytes.length) return undefined
  const parts = partsAt(bytes, from)
  if (parts === undefined || !isRandomLookingAt(bytes, at + AT.rho, HALF)) return undefined
  const { parameters, length, hasSeed } = parts
  const secret = memory.at(parts.s, length + (hasSeed ? 2 * HALF : HALF))
  const open = memory.at(parts.t, length)
  const scheme = pqSchemeOfOid(parameters.oid)
  if (secret === undefined || open === undefined || scheme === undefined) return undefined
  const z = secret.bytes.subarray(length, length + HALF)
  const d = secret.bytes.subarray(length + HALF)
  const rhoAndHash = bytes.subarray(at + AT.rho, at + AT.rho + 2 * HALF)
  const s = mlKemPacked(secret.bytes.subarray(0, length))
  const expanded = Buffer.concat([s, mlKemPacked(open.bytes), rhoAndHash, z])
  const seed = Buffer.concat([d, z])
  const proof = provePq(scheme, hasSeed ? seed : undefined, expanded)
  for (const own of [s, expanded, seed]) own.fill(0)
  if (proof?.certainty !== 'proven') return undefined
  return hit(proof, 'openssl-ml-kem', secret.offset, secret.offset + secret.bytes.length)
}

const SIGHT = { before: -AT.rhoPointer, behind: STRUCTURE_BYTES + AT.rhoPointer }

export const OPENSSL_ML_KEM_ANCHORS: readonly Anchor[] = [
  // Flags as they are by default: tests at random, seeds preferred and kept.
  {
    ...anchor('openssl-ml-kem', '00 00 ?? ?? ?? ?? ?? ?? 00 00 0d 00 00 00', SIGHT, detect),
    mayHold,
    // With the upper two bytes of a pointer.
    alignment: 1 << 6,
  },
]
