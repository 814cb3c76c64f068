/**
 * OpenPGP private keys in ASCII armour.
 *
 * Source: RFC 9580, sections 5.5.3 and 6.
 *
 * @module
 */

import type { Detected } from '../../anchors/detected.ts'
import { skipHeaders } from '../../text/armour_headers.ts'
import { decodeBase64, skipJunk } from '../../text/base64.ts'
import { standsAt } from '../../text/text_run.ts'
import { keyIn } from './decoded.ts'

const LABEL = 'PGP PRIVATE KEY BLOCK'
const SECRET_KEY_TAG = 5
const BODY_LEAST = 64

/** @param first behind the dashes of the first line */
export function openPgpArmour(
  chars: Uint8Array,
  begin: number,
  first: number,
): Detected | undefined {
  const { body } = skipHeaders(chars, first)
  const { bytes, end } = decodeBase64(chars, body, chars.length)
  try {
    if (bytes.length < BODY_LEAST || !isSecretKey(bytes)) return undefined
    const checksum = readChecksum(chars, end)
    const place = { offset: begin, length: checksum.end - begin, form: 'openpgp-armour' }
    const key = keyIn(bytes)
    if (key !== undefined) return { ...key, ...place }
    return {
      ...place,
      kind: 'openpgp',
      bits: 0,
      certainty: checksum.value === crc24(bytes) ? 'candidate' : 'lesser',
      proof:
        checksum.value === crc24(bytes)
          ? 'a secret-key packet in armour whose checksum holds'
          : 'a secret-key packet in armour that is cut or damaged',
    }
  } finally {
    bytes.fill(0)
  }
}

/** Whether the first packet is a secret key of a version that there is. */
function isSecretKey(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0
  if ((first & 0x80) === 0) return false
  const isNew = (first & 0x40) !== 0
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f
  const lengthType = isNew ? newLength(bytes[1] ?? 0) : 1 << (first & 3)
  const version = bytes[1 + lengthType] ?? 0
  return tag === SECRET_KEY_TAG && version >= 3 && version <= 6
}

function newLength(octet: number): number {
  if (octet < 192) return 1
  return octet === 255 ? 5 : 2
}

/** The four letters behind `=`, and where the armour ends. */
function readChecksum(
  chars: Uint8Array,
  end: number,
): { readonly value: number | undefined; readonly end: number } {
  const mark = skipJunk(chars, end, chars.length)
  let behind = end
  let value: number | undefined
  if (chars[mark] === 0x3d) {
    const { bytes, end: stop } = decodeBase64(chars, mark + 1, chars.length, { most: 3 })
    if (bytes.length === 3) {
      value = ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0)
      behind = stop
    }
  }
  const dashes = skipJunk(chars, behind, chars.length)
  const footer = `-----END ${LABEL}-----`
  return { value, end: standsAt(chars, dashes, footer) ? dashes + footer.length : behind }
}

/** RFC 9580, section 6.1.1. */
export function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce
  for (const byte of bytes) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb
    }
  }
  return crc & 0xffffff
}
