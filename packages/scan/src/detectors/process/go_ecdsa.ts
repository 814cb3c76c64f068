/**
 * ECDSA keys of Go as its module of FIPS 140 keeps them for each signature: {curve name string, point []byte, secret
 * []byte}, the point as 04 X Y, the secret highest byte first.
 *
 * Source: crypto/internal/fips140/ecdsa/ecdsa.go of Go 1.24.
 *
 * @module
 */

import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { proveEc } from '@mintmark/keys/der_keys/prove'
import type { Curve } from '@mintmark/keys/material/key_material'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const WORD = 8
/** `P-256` and the others. */
const NAME_LETTERS = 5n
const UNCOMPRESSED = 4

/** From the length of the point, which the anchor is, with its capacity: the word before the pointer, to the secret's length. */
const AT = { nameLength: -16, point: -8, secret: 16, secretLength: 24 } as const

function detector(curve: Curve): Detector {
  const { lengthBytes } = curveNamed(curve)
  return (bytes, at, memory) => {
    const from = at + AT.nameLength
    if (memory === undefined || from < 0 || at + AT.secretLength + WORD > bytes.length)
      return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const wordAt = (place: number): bigint => view.getBigUint64(at + place, true)
    if (wordAt(AT.nameLength) !== NAME_LETTERS) return undefined
    if (wordAt(AT.secretLength) !== BigInt(lengthBytes)) return undefined
    const point = memory.at(wordAt(AT.point), 2 * lengthBytes + 1)?.bytes
    const secret = memory.at(wordAt(AT.secret), lengthBytes)
    if (point?.[0] !== UNCOMPRESSED || secret === undefined || !isRandomLooking(secret.bytes)) {
      return undefined
    }
    const x = fromBigEndian(point.subarray(1, 1 + lengthBytes))
    const y = fromBigEndian(point.subarray(1 + lengthBytes))
    const proof = proveEc(curve, fromBigEndian(secret.bytes), { x, y })
    return proof.certainty === 'proven'
      ? { ...hit(proof, 'limbs-be', 0, lengthBytes), offset: secret.offset }
      : undefined
  }
}

/** Length and capacity of a slice that holds a point. */
const slice = (length: string): string =>
  `${length} 00 00 00 00 00 00 00 ${length} 00 00 00 00 00 00 00`

const SIGHT = { before: 16, behind: 32 }

export const GO_ECDSA_ANCHORS: readonly Anchor[] = [
  anchor('go-p256', slice('41'), SIGHT, detector('P-256')),
  anchor('go-p384', slice('61'), SIGHT, detector('P-384')),
  anchor('go-p521', slice('85'), SIGHT, detector('P-521')),
]
