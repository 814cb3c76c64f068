/**
 * What is left of an EC key in SEC1 form whose begin is gone: a freed buffer, of which a heap writes over the first 16 bytes.
 * That is the head and nine bytes of the scalar; the others leave few enough steps to anyone who has the public half, which
 * stands behind them.
 *
 * Seen in the listener of sshd (OpenSSH 10.0 of Debian 13), which shields its keys once they are loaded.
 *
 * @module
 */

import { type CurveParameters, NAMED_CURVES } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve, type Point } from '@mintmark/keys/arithmetic/ec'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { proveEc } from '@mintmark/keys/der_keys/prove'
import { unproven } from '@mintmark/keys/material/proof'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const FORM = 'sec1-tail'
/** As many bytes of a scalar, right in front of what follows it, are no chance. */
const LEAST_LEFT = 8
/** Version and head of the scalar: where they are there the key is found as a whole. */
const HEAD = [0x02, 0x01, 0x01, 0x04]
const PARAMETERS = 0xa0
const OID = 0x06

/** What stands in front of the point: [1], a BIT STRING without unused bits, an uncompressed point. */
const POINT_HEADS = [
  { lengthBytes: 28, pattern: 'a1 3c 03 3a 00 04' },
  { lengthBytes: 32, pattern: 'a1 44 03 42 00 04' },
  { lengthBytes: 48, pattern: 'a1 64 03 62 00 04' },
  { lengthBytes: 66, pattern: 'a1 81 89 03 81 86 00 04' },
] as const

const detectTail =
  (lengthBytes: number, headBytes: number): Detector =>
  (bytes, at) => {
    const point = pointAt(bytes, at + headBytes, lengthBytes)
    const curve = point && curveBefore(bytes, at, lengthBytes)
    if (point === undefined || curve === undefined || !isOnCurve(curve, point)) return undefined
    const end = at - parametersBytes(curve)
    const from = end - lengthBytes
    if (
      from < 0 ||
      isHeaded(bytes, from) ||
      !isRandomLookingAt(bytes, end - LEAST_LEFT, LEAST_LEFT)
    )
      return undefined
    const proof = proveEc(curve.curve, fromBigEndian(bytes.subarray(from, end)), point)
    if (proof.certainty === 'proven') return hit(proof, FORM, from, end)
    const left = unproven('ec', curve.bits, 'the begin of the scalar is gone')
    return hit(left, FORM, from, end, 'fragment')
  }

function pointAt(bytes: Uint8Array, at: number, lengthBytes: number): Point | undefined {
  if (at + 2 * lengthBytes > bytes.length) return undefined
  const coordinate = (from: number): bigint =>
    fromBigEndian(bytes.subarray(from, from + lengthBytes))
  return { x: coordinate(at), y: coordinate(at + lengthBytes) }
}

/** [0] with the object identifier. */
const parametersBytes = ({ oid }: CurveParameters): number => 4 + oid.length / 2

/** The curve that the parameters in front of a place name. */
function curveBefore(
  bytes: Uint8Array,
  at: number,
  lengthBytes: number,
): CurveParameters | undefined {
  return NAMED_CURVES.find((curve) => {
    const from = at - parametersBytes(curve)
    if (curve.lengthBytes !== lengthBytes || from < 0) return false
    const oid = Buffer.from(curve.oid, 'hex')
    const head = [PARAMETERS, oid.length + 2, OID, oid.length]
    return [...head, ...oid].every((byte, k) => bytes[from + k] === byte)
  })
}

function isHeaded(bytes: Uint8Array, from: number): boolean {
  const at = from - HEAD.length - 1
  return HEAD.every((byte, k) => bytes[at + k] === byte)
}

export const SEC1_TAIL_ANCHORS: readonly Anchor[] = POINT_HEADS.map(({ lengthBytes, pattern }) => {
  const headBytes = pattern.split(' ').length
  const sight = { before: 1024, behind: 1024 }
  return anchor(`sec1-tail-${lengthBytes}`, pattern, sight, detectTail(lengthBytes, headBytes))
})
