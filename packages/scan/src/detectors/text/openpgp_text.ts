/** OpenPGP private keys in armor (RFC 9580, sections 5.5.3 and 6). */
import { unverified } from '@mintmark/keys/material/key'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { hit, protectedHit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { armorEnd } from '../../text/armor_headers.ts'
import { decodeBase64, skipJunk } from '../../text/base64.ts'
import { keyIn } from './decoded.ts'

const SECRET_KEY_TAG = 5
const PACKET_LEAST = 64

export function openPgpArmor(
  chars: Uint8Array,
  begin: number,
  body: number,
  label: string,
  budget: WorkBudget,
): Match | undefined {
  const { bytes, end } = decodeBase64(chars, body, chars.length, budget)
  try {
    if (bytes.length < PACKET_LEAST || !isSecretKey(bytes.subarray(0, 8))) return undefined
    const checksum = readChecksum(chars, end, budget)
    const to = armorEnd(chars, checksum.end, label)
    const found = keyIn(bytes, budget)
    if (found !== undefined) return hit(found.key, 'openpgp-armour', begin, to)
    const verification = 'a secret-key packet in armour'
    return checksum.value === crc24(bytes)
      ? hit(
          unverified('openpgp', 0, `${verification} whose checksum holds`),
          'openpgp-armour',
          begin,
          to,
        )
      : protectedHit(
          'openpgp',
          'openpgp-armour',
          begin,
          to,
          `${verification} that is cut or damaged`,
        )
  } finally {
    bytes.fill(0)
  }
}

function isSecretKey([first = 0, ...rest]: Uint8Array): boolean {
  const isNew = (first & 0x40) !== 0
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f
  const octet = rest[0] ?? 0
  const newLength = octet < 192 ? 1 : octet === 255 ? 5 : 2
  const version = rest[isNew ? newLength : 1 << (first & 3)] ?? 0
  return (first & 0x80) !== 0 && tag === SECRET_KEY_TAG && version >= 3 && version <= 6
}

function readChecksum(
  chars: Uint8Array,
  end: number,
  budget: WorkBudget,
): { readonly value: number | undefined; readonly end: number } {
  const mark = skipJunk(chars, end, chars.length)
  const isMarked = chars[mark] === 0x3d
  const sum = isMarked
    ? decodeBase64(chars, mark + 1, chars.length, budget, { most: 3 })
    : undefined
  const value = sum?.bytes.length === 3 ? Buffer.from(sum.bytes).readUIntBE(0, 3) : undefined
  return { value, end: value === undefined ? end : (sum?.end ?? end) }
}

function crc24(bytes: Uint8Array): number {
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
