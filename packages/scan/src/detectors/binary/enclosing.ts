/**
 * From a key inside PKCS#8 to the PKCS#8 around it, so that both anchors tell of one place.
 *
 * @module
 */
import { type CurveParameters, NAMED_CURVES } from '@mintmark/keys/arithmetic/curves'
import { type Element, elementOf, sequenceAround, TAG } from '@mintmark/keys/der/der'
import type { DerKey } from '@mintmark/keys/der_keys/der_key'
import { pkcs8At, readPkcs8 } from '@mintmark/keys/der_keys/pkcs8'

/** From the version to the OCTET STRING: an algorithm with spelled-out parameters of a curve is the longest. */
const LONGEST_HEAD = 512
const SHORTEST_HEAD = 8

/** The OCTET STRING whose content begins with the SEQUENCE around `version`, if both are there. */
export function octetsAround(bytes: Uint8Array, version: number): Element | undefined {
  const inner = sequenceAround(bytes, version, bytes.length)
  if (inner === undefined) return undefined
  for (let header = 2; header <= 6; header++) {
    const octets = elementOf(bytes, inner.at - header, bytes.length, TAG.octets)
    if (octets?.from === inner.at) return octets
  }
  return undefined
}

/** The key of the PKCS#8 that holds the structure at `version`, if its head is intact. */
export function enclosingKey(bytes: Uint8Array, version: number): DerKey | undefined {
  const octets = octetsAround(bytes, version)
  if (octets === undefined) return undefined
  const first = Math.max(0, octets.at - LONGEST_HEAD)
  for (let at = octets.at - SHORTEST_HEAD; at >= first; at--) {
    // 02 01 0x 30: the version and the algorithm's SEQUENCE.
    if (bytes[at] !== 2 || bytes[at + 1] !== 1 || bytes[at + 3] !== TAG.sequence) continue
    if (readPkcs8(bytes, at)?.key.at === octets.at) return pkcs8At(bytes, at)
  }
  return undefined
}

/** The curve whose identifier ends where the OCTET STRING around `version` begins: what a freed buffer keeps. */
export function curveBefore(bytes: Uint8Array, version: number): CurveParameters | undefined {
  const octets = octetsAround(bytes, version)
  if (octets === undefined) return undefined
  return NAMED_CURVES.find(({ oid }) => {
    const from = octets.at - oid.length / 2
    if (from < 0) return false
    const view = Buffer.from(bytes.buffer, bytes.byteOffset + from, oid.length / 2)
    return view.toString('hex') === oid
  })
}
