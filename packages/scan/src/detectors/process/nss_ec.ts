/**
 * EC keys of NSS: in the arena of a key the name of its curve, the secret and the point lie one behind the other, each at a
 * multiple of 8: {object identifier, byte secret[], 04 X Y}.
 *
 * Source: lib/freebl/ec.c (EC_NewKeyFromSeed) and lib/util/secport.c of NSS 3.110.
 *
 * @module
 */

import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve } from '@mintmark/keys/arithmetic/ec'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { proveEc } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import type { Curve } from '@mintmark/keys/material/key_material'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const IDENTIFIER_BYTES = 8
const UNCOMPRESSED = 4
/** Of the equation of a curve. */
const POINT_UNITS = 15_000

const padded = (length: number): number => (length + 7) & ~7

function detector(curve: Curve): Detector {
  const parameters = curveNamed(curve)
  const { lengthBytes: length } = parameters
  return (bytes, at) => {
    const from = at + IDENTIFIER_BYTES
    const point = from + padded(length)
    const end = point + 1 + 2 * length
    if (end > bytes.length || bytes[point] !== UNCOMPRESSED) return undefined
    if (!isRandomLookingAt(bytes, from, length)) return undefined
    const x = fromBigEndian(bytes.subarray(point + 1, point + 1 + length))
    const y = fromBigEndian(bytes.subarray(point + 1 + length, end))
    charge(POINT_UNITS)
    if (!isOnCurve(parameters, { x, y })) return undefined
    const proof = proveEc(curve, fromBigEndian(bytes.subarray(from, from + length)), { x, y })
    return proof.certainty === 'proven' ? hit(proof, 'limbs-be', from, from + length) : undefined
  }
}

const SIGHT = { before: 0, behind: 256 }

export const NSS_EC_ANCHORS: readonly Anchor[] = [
  anchor('nss-p256', '2a 86 48 ce 3d 03 01 07', SIGHT, detector('P-256')),
  anchor('nss-p384', '2b 81 04 00 22 00 00 00', SIGHT, detector('P-384')),
  anchor('nss-p521', '2b 81 04 00 23 00 00 00', SIGHT, detector('P-521')),
]
