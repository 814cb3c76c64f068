/**
 * Keys of Ed25519, X25519 and their kin in the parameters of GnuTLS: {…, curve, two numbers that are 0, public {byte*, unsigned
 * length}, private {byte*, unsigned length}}, of 64-bit processes.
 *
 * Source: `gnutls_pk_params_st` in lib/crypto-backend.h, and `gnutls_ecc_curve_t`, of GnuTLS 3.8.
 *
 * @module
 */

import type { OkpCurve } from '@mintmark/keys/arithmetic/okp'
import { proveOkp } from '@mintmark/keys/der_keys/prove'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'
import { pointerAt } from '../../known/objects/openssl_numbers.ts'

const POINTER = 8
/** From the length of the public half, which the anchor is. */
const AT = { curve: -20, zeros: -16, publicKey: -8, secret: 8, length: 16 } as const

/** A curve, how GnuTLS numbers it, and bytes of its keys. */
interface Numbered {
  readonly curve: OkpCurve
  readonly number: number
  readonly length: number
}

const CURVES: readonly Numbered[] = [
  { curve: 'X25519', number: 6, length: 32 },
  { curve: 'Ed25519', number: 7, length: 32 },
  { curve: 'X448', number: 8, length: 56 },
  { curve: 'Ed448', number: 9, length: 57 },
]

/** The curve of what has that length, if both halves have it and nothing else than a curve is told. */
function curveAt(bytes: Uint8Array, at: number): Numbered | undefined {
  const length = bytes[at]
  if (bytes[at + AT.length] !== length) return undefined
  for (let k = 1; k < 4; k++) {
    if (bytes[at + AT.length + k] !== 0 || bytes[at + AT.curve + k] !== 0) return undefined
  }
  for (let k = 0; k < POINTER; k++) if (bytes[at + AT.zeros + k] !== 0) return undefined
  return CURVES.find((one) => one.number === bytes[at + AT.curve] && one.length === length)
}

const detect: Detector = (bytes, at, memory): Detected | undefined => {
  const found = curveAt(bytes, at)
  const publicAt = pointerAt(bytes, at + AT.publicKey)
  const secretAt = pointerAt(bytes, at + AT.secret)
  if (memory === undefined || found === undefined) return undefined
  if (publicAt === undefined || secretAt === undefined) return undefined
  const publicKey = memory.at(publicAt, found.length)?.bytes
  const secret = memory.at(secretAt, found.length)
  if (publicKey === undefined || secret === undefined) return undefined
  if (!isRandomLooking(secret.bytes) || !isRandomLooking(publicKey)) return undefined
  const proof = proveOkp(found.curve, secret.bytes.slice(), publicKey.slice())
  if (proof.certainty !== 'proven') return undefined
  return hit(proof, 'limbs-le64', secret.offset, secret.offset + found.length)
}

const SIGHT = { before: -AT.curve, behind: AT.length + POINTER }

/** Of what has keys of that many bytes, in hex. */
function ofLength(length: string): Anchor {
  const pattern = `${length} 00 00 00 00 00 00 00 ?? ?? ?? ?? ?? ?? 00 00`
  const shape = anchor(`gnutls-okp-${length}`, pattern, SIGHT, detect)
  return { ...shape, mayHold: (bytes, at) => curveAt(bytes, at) !== undefined }
}

export const GNUTLS_ANCHORS: readonly Anchor[] = ['20', '38', '39'].map(ofLength)
