/**
 * Keys as CryptoAPI writes them: PRIVATEKEYBLOB, which is also a strong-name file (.snk), and PVK files.
 *
 * Numbers are little-endian here. CNG uses the same four letters with big-endian numbers: `cng.ts`.
 *
 * Source: Microsoft, "RSA/Schannel Key BLOBs" and "DSS Provider Key BLOBs"; PVK as OpenSSL's `pvkfmt.c` reads it.
 *
 * @module
 */

import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { RSA_BITS } from '@mintmark/keys/arithmetic/rsa'
import { proveRsa } from '@mintmark/keys/der_keys/prove'
import { proveGroupKey } from '@mintmark/keys/der_keys/prove_opaque'
import { unproven } from '@mintmark/keys/material/proof'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit, lesser, patternOf } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'
import { fieldsAt, isAt, isWithin, wordAt, wordsAt } from './little_endian.ts'

/** Type, version, two reserved bytes and the algorithm (key exchange or signature). */
const BLOB_HEADER = 8
const PVK_HEADER = 24
const PVK_MAGIC = '1e f1 b5 b0'

/** A key whose RSAPUBKEY magic is at `at`. */
export const detectCapiRsa: Detector = (bytes, at) => {
  const [bits, exponent] = wordsAt(bytes, at + 4, 2) ?? []
  if (bits === undefined || exponent === undefined) return undefined
  if (!isWithin(bits, RSA_BITS.least, RSA_BITS.most) || exponent % 2 === 0) return undefined
  const [whole, half] = [Math.ceil(bits / 8), Math.ceil(bits / 16)]
  const blob = fieldsAt(bytes, at + 12, [whole, half, half, half, half, half, whole])
  if (blob === undefined || !isModulus(blob.fields[0], bits)) return undefined
  const [n, p, q, dP, dQ, qInv, d] = blob.fields.map(fromLittleEndian)
  const proof = proveRsa({ n, e: BigInt(exponent), d, p, q, dP, dQ, qInv })
  const place = placeOf(bytes, at)
  if (proof !== undefined) return hit(proof, place.form, place.from, blob.to)
  if (place.from === at || !blob.fields.every(isRandomLooking)) return undefined
  const damaged = unproven('rsa', bits, 'laid out as a key, no equation of RSA holds')
  return hit(damaged, place.form, place.from, blob.to)
}

/** The highest byte of n begins with its highest bit, the lowest is odd. */
function isModulus(bytes: Uint8Array | undefined, bits: number): boolean {
  return (bytes?.at(-1) ?? 0) >> ((bits - 1) % 8) === 1 && ((bytes?.[0] ?? 0) & 1) === 1
}

/** With the headers before the magic that are there. */
function placeOf(bytes: Uint8Array, at: number): { from: number; form: string } {
  if (!isAt(bytes, at - BLOB_HEADER, '07 02 00 00 00 ?? 00 00'))
    return { from: at, form: 'capi-blob' }
  const pvk = at - BLOB_HEADER - PVK_HEADER
  if (isAt(bytes, pvk, PVK_MAGIC)) return { from: pvk, form: 'pvk' }
  return { from: at - BLOB_HEADER, form: 'capi-blob' }
}

const DSS_Q = 20
const DSS_SEED = 24

/** A DSA key whose DSSPUBKEY magic is at `at`: p, q, g, x and the seed; y is left out. */
const detectCapiDsa: Detector = (bytes, at) => {
  const bits = wordAt(bytes, at + 4)
  if (bits === undefined || bits < 512 || bits > 3072 || bits % 64 !== 0) return undefined
  const length = bits / 8
  const blob = fieldsAt(bytes, at + 8, [length, DSS_Q, length, DSS_Q, DSS_SEED])
  if (blob === undefined) return undefined
  const [p = 0n, q = 0n, g = 0n, x = 0n] = blob.fields.map(fromLittleEndian)
  const proof = proveGroupKey('dsa', { p, q, g, x, y: undefined })
  const { from, form } = placeOf(bytes, at)
  return proof && hit(proof, form, from, blob.to)
}

/** A PVK file that is encrypted; one that is not is found by the blob in it. */
const detectPvk: Detector = (bytes, at): Detected | undefined => {
  const [reserved, keyType, encrypted, saltLength, keyLength] = wordsAt(bytes, at + 4, 5) ?? []
  if (reserved !== 0 || (keyType !== 1 && keyType !== 2)) return undefined
  if (encrypted !== 1 || saltLength === undefined || keyLength === undefined) return undefined
  if (saltLength === 0 || saltLength > 10_240 || keyLength < 64 || keyLength > 16_384)
    return undefined
  const to = Math.min(bytes.length, at + PVK_HEADER + saltLength + keyLength)
  return lesser('encrypted-key', 'pvk-encrypted', at, to, 'PVK header, encrypted')
}

const SIGHT = { before: PVK_HEADER + BLOB_HEADER, behind: 16_384 }

export const CAPI_ANCHORS: readonly Anchor[] = [
  anchor('capi-dsa', patternOf('DSS2'), SIGHT, detectCapiDsa),
  anchor('pvk', PVK_MAGIC, { before: 0, behind: 32_768 }, detectPvk),
]
