/**
 * EC keys of wolfSSL, where an `ecc_key` is alone in a chunk of glibc's malloc: {…, x, y, z, k}, four numbers of one size each:
 * {u32 used, u32 size, sign, bytes of it elsewhere, u64 digits[size]}.
 *
 * Source: wolfssl/wolfcrypt/ecc.h and sp_int.h of wolfSSL 5.7, as Debian builds it (129 digits, HAVE_WOLF_BIGINT);
 * malloc/malloc.c of glibc.
 *
 * @module
 */

import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve } from '@mintmark/keys/arithmetic/ec'
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { proveEc } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import type { Curve } from '@mintmark/keys/material/key_material'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'

const DIGITS = 129
/** Within a number. */
const DIGITS_AT = 40
const NUMBER_BYTES = DIGITS_AT + 8 * DIGITS
/** From the size of the chunk. */
const X_AT = 48
const Y_AT: number = X_AT + NUMBER_BYTES
const Z_AT: number = Y_AT + NUMBER_BYTES
const SECRET_AT: number = Z_AT + NUMBER_BYTES
const END = SECRET_AT + DIGITS_AT + 72
/** Of the equation of a curve. */
const POINT_UNITS = 15_000

/** Curves whose numbers have so many digits. */
const CURVES: ReadonlyMap<number, readonly Curve[]> = new Map([
  [4, ['P-256', 'secp256k1', 'P-224']],
  [6, ['P-384']],
  [9, ['P-521']],
])

const detect: Detector = (bytes, at) => {
  if (at + END > bytes.length) return undefined
  const used = bytes[at + X_AT] ?? 0
  const isNumber = (number: number, digits: number): boolean =>
    bytes[at + number] === digits && bytes[at + number + 4] === DIGITS
  const isKey = isNumber(X_AT, used) && isNumber(Y_AT, used) && isNumber(Z_AT, 1)
  if (!isKey || !isNumber(SECRET_AT, used)) return undefined
  const valueAt = (number: number): bigint => {
    const from = at + number + DIGITS_AT
    return fromLittleEndian(bytes.subarray(from, from + 8 * used))
  }
  const point = { x: valueAt(X_AT), y: valueAt(Y_AT) }
  for (const curve of CURVES.get(used) ?? []) {
    charge(POINT_UNITS)
    if (isOnCurve(curveNamed(curve), point)) {
      return proven(curve, valueAt(SECRET_AT), point, at + SECRET_AT + DIGITS_AT)
    }
  }
  return undefined
}

function proven(
  curve: Curve,
  d: bigint,
  point: { readonly x: bigint; readonly y: bigint },
  from: number,
): Detected | undefined {
  const proof = proveEc(curve, d, point)
  if (proof.certainty !== 'proven') return undefined
  return hit(proof, 'limbs-le64', from, from + curveNamed(curve).lengthBytes)
}

const CHUNK = Uint8Array.of(0x61, 0x11, 0, 0, 0, 0, 0, 0)
/** All but whether the chunk is in an arena of a thread. */
const MASK = CHUNK.map((_, at) => (at === 0 ? 0xfb : 0xff))

export const WOLFSSL_EC_ANCHORS: readonly Anchor[] = [
  { name: 'wolfssl-ec', pattern: CHUNK, mask: MASK, detect, before: 0, behind: END },
]
