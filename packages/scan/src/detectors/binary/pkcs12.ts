/**
 * PKCS#12 files whose content is encrypted.
 *
 * A key that lies in one in the clear (`-keypbe NONE`) is a PKCS#8, found as such and proven; the file around it then is not
 * told apart.
 *
 * Source: RFC 7292.
 *
 * @module
 */

import { elementOf, sequenceAround, TAG } from '@mintmark/keys/der/der'
import { charge } from '@mintmark/keys/material/effort'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, lesser } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

/** 1.2.840.113549.1.7.x: data, signed data. */
const CONTENT = Buffer.from('06092a864886f70d0107', 'hex')
/** 1.2.840.113549.1.12.10.1.2, a key bag that is encrypted, and 1.2.840.113549.1.7.6, encrypted content. */
const ENCRYPTED = [
  Buffer.from('2a864886f70d010c0a0102', 'hex'),
  Buffer.from('2a864886f70d010706', 'hex'),
]
const LONGEST = 65_536

/** A PFX whose version INTEGER (3) is at `at`. */
const detectPkcs12: Detector = (bytes, at) => {
  // The SEQUENCE behind the version may have an indefinite length, as Java and Windows write it.
  const content = elementOf(bytes, at + 3, bytes.length, TAG.sequence)?.from ?? at + 5
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (content + CONTENT.length > bytes.length) return undefined
  if (CONTENT.compare(view, content, content + CONTENT.length) !== 0) return undefined
  const whole = sequenceAround(bytes, at, bytes.length)
  const isIndefinite = bytes[at - 2] === TAG.sequence && bytes[at - 1] === 0x80
  const from = whole?.at ?? (isIndefinite ? at - 2 : at)
  const to = Math.min(whole?.to ?? bytes.length, bytes.length, at + LONGEST)
  const inside = view.subarray(content, to)
  charge(inside.length)
  const last = ENCRYPTED.map((oid) => inside.indexOf(oid)).filter((place) => place >= 0)
  if (last.length === 0) return undefined
  const end = whole?.to ?? content + Math.max(...last) + 16
  return lesser(
    'keystore',
    'pkcs12',
    from,
    Math.min(end, bytes.length),
    'PKCS#12 with encrypted content',
  )
}

export const PKCS12_ANCHORS: readonly Anchor[] = [
  anchor('pkcs12', '02 01 03 30', { before: 8, behind: LONGEST }, detectPkcs12),
]
