/**
 * X25519 keys of Go: {curve interface, secret []byte, *PublicKey}, and what that points to: {curve interface, key []byte}.
 *
 * Source: crypto/ecdh/ecdh.go of Go 1.20 to 1.24.
 *
 * @module
 */

import { proveOkp } from '@mintmark/keys/der_keys/prove'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const WORD = 8
const KEY = 32
/** From the length of the secret, which the anchor is. */
const AT = { curve: -24, secret: -8, publicKey: 16 } as const
/** In what the key points to: interface, then pointer, length and capacity. */
const PUBLIC_AT = 16
const PUBLIC_BYTES = 40

const detect: Detector = (bytes, at, memory) => {
  const from = at + AT.curve
  if (memory === undefined || from < 0 || at + AT.publicKey + WORD > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, AT.publicKey + WORD - AT.curve)
  const wordAt = (place: number): bigint => view.getBigUint64(place - AT.curve, true)
  const head = memory.at(wordAt(AT.publicKey), PUBLIC_BYTES)?.bytes
  // Both are of one curve: two equal pointers.
  const curve = bytes.subarray(from, from + PUBLIC_AT)
  if (head === undefined || Buffer.compare(head.subarray(0, PUBLIC_AT), curve) !== 0)
    return undefined
  const lengths = bytes.subarray(at, at + 2 * WORD)
  if (Buffer.compare(head.subarray(PUBLIC_AT + WORD, PUBLIC_BYTES), lengths) !== 0) return undefined
  const publicAt = new DataView(head.buffer, head.byteOffset, PUBLIC_BYTES).getBigUint64(
    PUBLIC_AT,
    true,
  )
  const secret = memory.at(wordAt(AT.secret), KEY)
  const publicKey = memory.at(publicAt, KEY)?.bytes
  if (secret === undefined || publicKey === undefined || !isRandomLooking(secret.bytes))
    return undefined
  const proof = proveOkp('X25519', secret.bytes.slice(), publicKey.slice())
  return proof.certainty === 'proven'
    ? { ...hit(proof, 'limbs-le64', 0, KEY), offset: secret.offset }
    : undefined
}

export const GO_ECDH_ANCHORS: readonly Anchor[] = [
  anchor(
    'go-x25519',
    '20 00 00 00 00 00 00 00 20 00 00 00 00 00 00 00',
    { before: 24, behind: 24 },
    detect,
  ),
]
