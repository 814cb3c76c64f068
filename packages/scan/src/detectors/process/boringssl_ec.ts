/**
 * Keys of curves in the structures of BoringSSL: EC_KEY {group*, point*, number*, unsigned enc_flag, int conv_form, int references,
 * …}, its point {group*, X[9], Y[9], Z[9]}, and its number {limbs*, int width, int dmax, int neg, int flags, limbs[9]}.
 *
 * Source: crypto/fipsmodule/ec/internal.h of BoringSSL.
 *
 * @module
 */
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import type { Point } from '@mintmark/keys/arithmetic/ec'
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { proveEc } from '@mintmark/keys/der_keys/prove'
import type { Curve } from '@mintmark/keys/material/key_material'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import { hit } from '../../anchors/anchored.ts'
import type { Detected, Memory } from '../../anchors/detected.ts'
import { pointerAt } from '../../known/objects/openssl_numbers.ts'
import { pointOf } from './jacobian_point.ts'

const WORD = 8
/** Of a coordinate or a secret, whatever the curve. */
const LIMBS_BYTES = 72
const POINT_BYTES = WORD + 3 * LIMBS_BYTES
const HEAD_BYTES = 24

const CURVES_OF_WIDTH: ReadonlyMap<number, readonly Curve[]> = new Map([
  [4, ['P-256', 'P-224']],
  [6, ['P-384']],
  [9, ['P-521']],
])

/** The key whose flags are at `at`, behind the three pointers, if it is one. */
export function boringKeyAt(bytes: Uint8Array, at: number, memory: Memory): Detected | undefined {
  const [group, pointAt, numberAt] = [3, 2, 1].map((back) => pointerAt(bytes, at - back * WORD))
  if (group === undefined || pointAt === undefined || numberAt === undefined) return undefined
  const point = memory.at(pointAt, POINT_BYTES)
  if (point === undefined || pointerAt(point.bytes, 0) !== group) return undefined
  const number = memory.at(numberAt, HEAD_BYTES + LIMBS_BYTES)
  // What tells the number: its limbs lie behind its own head.
  if (number === undefined || pointerAt(number.bytes, 0) !== numberAt + BigInt(HEAD_BYTES)) {
    return undefined
  }
  for (const curve of CURVES_OF_WIDTH.get(number.bytes[WORD] ?? 0) ?? []) {
    const { lengthBytes } = curveNamed(curve)
    const secret = number.bytes.subarray(HEAD_BYTES, HEAD_BYTES + lengthBytes)
    const own = pointIn(curve, point.bytes)
    if (own === undefined || !isRandomLooking(secret)) continue
    const proof = proveEc(curve, fromLittleEndian(secret), own)
    const from = number.offset + HEAD_BYTES
    if (proof.certainty === 'proven') return hit(proof, 'limbs-le64', from, from + lengthBytes)
  }
  return undefined
}

/** The point of the coordinates behind a pointer to the group. */
function pointIn(curve: Curve, bytes: Uint8Array): Point | undefined {
  const [x = 0n, y = 0n, z = 0n] = [0, 1, 2].map((index) => {
    const begin = WORD + index * LIMBS_BYTES
    return fromLittleEndian(bytes.subarray(begin, begin + LIMBS_BYTES))
  })
  return pointOf(curve, { x, y }, z)
}
