/**
 * Keys of curves in the structure of mbedTLS 3: `mbedtls_ecp_keypair` ends with the secret and with the point that it gives,
 * four numbers {limbs*, short sign, unsigned short limbs}.
 *
 * Source: include/mbedtls/ecp.h and bignum.h of mbedTLS 3.6.
 *
 * @module
 */

import { CURVES } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve } from '@mintmark/keys/arithmetic/ec'
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { proveEc } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const NUMBER_BYTES = 16
const POINTER = 8
/** Of the equations of the curves of a size. */
const POINT_UNITS = 20_000
const LIMBS = [4, 6, 8, 9]

/** Of 64-bit processes whose lowest byte comes first. `at`: sign and limbs of the secret. */
function detectPair(limbs: number): Detector {
  const curves = CURVES.filter(({ bits }) => Math.ceil(bits / 64) === limbs)
  return (bytes, at, memory) => {
    const first = at - POINTER
    if (memory === undefined || first < 0 || first + 3 * NUMBER_BYTES > bytes.length)
      return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset + first, 3 * NUMBER_BYTES)
    const heads = [0, NUMBER_BYTES, 2 * NUMBER_BYTES]
    const isAlike = heads.every(
      (head) => view.getUint16(head + 8, true) === 1 && view.getUint16(head + 10, true) === limbs,
    )
    if (!isAlike) return undefined
    const [secret, x, y] = heads.map((head) => {
      const pointed = memory.at(view.getBigUint64(head, true), 8 * limbs)
      return pointed && { value: fromLittleEndian(pointed.bytes), offset: pointed.offset }
    })
    if (secret === undefined || x === undefined || y === undefined) return undefined
    const point = { x: x.value, y: y.value }
    charge(POINT_UNITS)
    const curve = curves.find((parameters) => isOnCurve(parameters, point))
    if (curve === undefined) return undefined
    const proof = proveEc(curve.curve, secret.value, point)
    if (proof.certainty !== 'proven') return undefined
    return hit(proof, 'limbs-le64', secret.offset, secret.offset + curve.lengthBytes)
  }
}

const SIGHT = { before: POINTER, behind: 40 }

export const MBEDTLS_ANCHORS: readonly Anchor[] = LIMBS.map((limbs) =>
  anchor(
    `mbedtls-ec-${limbs}`,
    `01 00 0${limbs} 00 00 00 00 00 ?? ?? ?? ?? ?? ?? 00 00`,
    SIGHT,
    detectPair(limbs),
  ),
)
