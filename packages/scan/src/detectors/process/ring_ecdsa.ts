/**
 * ECDSA keys of ring, which rustls uses: the secret in Montgomery's form, modulo the order of the curve, and the public half
 * right behind it with its length: {u64 secret[6], usize length, byte point[97]}.
 *
 * Source: src/ec.rs and src/ec/suite_b/ecdsa/signing.rs of ring 0.17.
 *
 * @module
 */

import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve } from '@mintmark/keys/arithmetic/ec'
import { fromBigEndian, fromLittleEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import { proveEc } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import type { Curve } from '@mintmark/keys/material/key_material'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const SECRET_BYTES = 48
const POINT_AT = 9
/** Of the equation of a curve and an inverse. */
const POINT_UNITS = 30_000

function detectKey(curve: Curve): Detector {
  const parameters = curveNamed(curve)
  const { lengthBytes: length, n } = parameters
  return (bytes, at) => {
    const from = at - SECRET_BYTES
    const behind = at + POINT_AT + 2 * length
    if (from < 0 || behind > bytes.length) return undefined
    const secret = bytes.subarray(from, from + length)
    if (!isRandomLooking(secret)) return undefined
    for (let k = from + length; k < at; k++) if (bytes[k] !== 0) return undefined
    const [x, y] = [at + POINT_AT, at + POINT_AT + length].map((place) =>
      fromBigEndian(bytes.subarray(place, place + length)),
    )
    charge(POINT_UNITS)
    if (x === undefined || y === undefined || !isOnCurve(parameters, { x, y })) return undefined
    const radix = inverse((1n << BigInt(8 * length)) % n, n) ?? 0n
    const proof = proveEc(curve, (fromLittleEndian(secret) * radix) % n, { x, y })
    return proof.certainty === 'proven'
      ? hit(proof, 'montgomery-d', from, from + length)
      : undefined
  }
}

const SIGHT = { before: SECRET_BYTES, behind: 112 }

export const RING_ANCHORS: readonly Anchor[] = [
  anchor('ring-p256', '41 00 00 00 00 00 00 00 04', SIGHT, detectKey('P-256')),
  anchor('ring-p384', '61 00 00 00 00 00 00 00 04', SIGHT, detectKey('P-384')),
]
