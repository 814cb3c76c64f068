/**
 * Keys of curves in the structures of OpenSSL 1.1 to 3.5: `EC_KEY`, of a key that was read or made, and `ECX_KEY` of
 * OpenSSL 3. Each leads to the secret and to the public half, so that nothing else need be known.
 *
 * Source: crypto/ec/ec_local.h, include/crypto/ecx.h, crypto/bn/bn_local.h of OpenSSL.
 *
 * @module
 */

import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import type { Point } from '@mintmark/keys/arithmetic/ec'
import type { OkpCurve } from '@mintmark/keys/arithmetic/okp'
import { okpNamed } from '@mintmark/keys/arithmetic/okp'
import { proveEc, proveOkp } from '@mintmark/keys/der_keys/prove'
import type { Curve } from '@mintmark/keys/material/key_material'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detected, Detector, Memory } from '../../anchors/detected.ts'
import { isPointer, numberAt, pointerAt } from '../../known/objects/openssl_numbers.ts'
import { boringKeyAt } from './boringssl_ec.ts'
import { pointOf } from './jacobian_point.ts'

/** OpenSSL's numbers of the curves. */
const CURVE_OF_NID = new Map<number, Curve>([
  [415, 'P-256'],
  [713, 'P-224'],
  [714, 'secp256k1'],
  [715, 'P-384'],
  [716, 'P-521'],
  [927, 'brainpoolP256r1'],
  [929, 'brainpoolP320r1'],
  [931, 'brainpoolP384r1'],
  [933, 'brainpoolP512r1'],
])

const POINTER = 8
/** {meth*, int curve, X*, Y*, Z*} */
const POINT_BYTES = 40
const MOST_LIMBS = 9
/** Of the pointer to the secret in an EC_KEY, 0 in any process: its pattern begins with them. */
const TOP_BYTES = 2
/** From the version to what is behind that pointer. */
const VERSION_BACK = 32

/** The point of the EC_POINT at an address, and its curve. */
function pointAt(memory: Memory, address: bigint): (Point & { curve: Curve }) | undefined {
  const bytes = memory.at(address, POINT_BYTES)?.bytes
  if (bytes === undefined) return undefined
  const nid = new DataView(bytes.buffer, bytes.byteOffset, POINT_BYTES).getUint32(8, true)
  const curve = CURVE_OF_NID.get(nid)
  if (curve === undefined) return undefined
  const [x, y, z] = [16, 24, 32].map(
    (at) => numberAt(memory, pointerAt(bytes, at), MOST_LIMBS)?.value,
  )
  if (x === undefined || y === undefined || z === undefined) return undefined
  const point = pointOf(curve, { x, y }, z)
  return point && { ...point, curve }
}

/** Whether what is before the anchor can lead to a group, a point and a secret. */
function mayBeEcKey(bytes: Uint8Array, top: number): boolean {
  const at = top + TOP_BYTES
  return isPointer(bytes, at - 8) && isPointer(bytes, at - 16) && isPointer(bytes, at - 24)
}

/** An EC_KEY, whose last members are the same in BoringSSL, which has no version before them. */
const detectEcKey: Detector = (bytes, top, memory) => {
  const at = top + TOP_BYTES
  if (memory === undefined || at < VERSION_BACK) return undefined
  return opensslKeyAt(bytes, at, memory) ?? boringKeyAt(bytes, at, memory)
}

/** {meth*, engine*, int version = 1, EC_GROUP*, EC_POINT* public, BIGNUM* secret, unsigned enc_flag, int conv_form, …} */
function opensslKeyAt(bytes: Uint8Array, at: number, memory: Memory): Detected | undefined {
  const version = at - VERSION_BACK
  if (bytes[version] !== 1) return undefined
  for (let k = 1; k < POINTER; k++) if (bytes[version + k] !== 0) return undefined
  const [group, publicAt, secretAt] = [24, 16, 8].map((back) => pointerAt(bytes, at - back))
  if (group === undefined || publicAt === undefined || secretAt === undefined) return undefined
  const point = pointAt(memory, publicAt)
  const secret = point && numberAt(memory, secretAt, MOST_LIMBS)
  if (point === undefined || secret === undefined) return undefined
  const { value, offset } = secret
  const { lengthBytes } = curveNamed(point.curve)
  const length = Math.min(lengthBytes, secret.bytes.length)
  return onlyProven(hit(proveEc(point.curve, value, point), 'limbs-le64', offset, offset + length))
}

/** {…, unsigned haspubkey : 1, byte public[57], byte *secret, size_t length, int type, int references, …} */
function detectEcxKey(curve: OkpCurve): Detector {
  const { lengthBytes } = okpNamed(curve)
  return (bytes, at, memory) => {
    const secretAt = pointerAt(bytes, at - POINTER)
    if (memory === undefined || secretAt === undefined || at < 72) return undefined
    const stored = bytes.subarray(at - 71, at - 71 + lengthBytes)
    if (((bytes[at - 72] ?? 0) & 1) === 0 || !isRandomLooking(stored)) return undefined
    const secret = memory.at(secretAt, lengthBytes)
    if (secret === undefined || !isRandomLooking(secret.bytes)) return undefined
    const proof = proveOkp(curve, secret.bytes.slice(), stored.slice())
    return onlyProven(hit(proof, 'limbs-le64', secret.offset, secret.offset + lengthBytes))
  }
}

/** What does not fit was no such structure. */
function onlyProven(found: Detected): Detected | undefined {
  return found.certainty === 'proven' ? found : undefined
}

const SIGHT = { before: 72, behind: 16 }

export const OPENSSL_ANCHORS: readonly Anchor[] = [
  // Points are written uncompressed, and few things refer to the key. Without the pointer before, it would fit each of
  // many short strings of CPython.
  {
    ...anchor('openssl-ec-key', '00 00 00 00 00 00 04 00 00 00 ?? 00 00 00', SIGHT, detectEcKey),
    mayHold: mayBeEcKey,
    alignment: 1 << (POINTER - TOP_BYTES),
  },
  anchor('openssl-x25519', ecxPattern('20', '00'), SIGHT, detectEcxKey('X25519')),
  anchor('openssl-x448', ecxPattern('38', '01'), SIGHT, detectEcxKey('X448')),
  anchor('openssl-ed25519', ecxPattern('20', '02'), SIGHT, detectEcxKey('Ed25519')),
  anchor('openssl-ed448', ecxPattern('39', '03'), SIGHT, detectEcxKey('Ed448')),
]

function ecxPattern(length: string, type: string): string {
  return `${length} 00 00 00 00 00 00 00 ${type} 00 00 00 ?? 00 00 00`
}
