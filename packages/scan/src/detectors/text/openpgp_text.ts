/** OpenPGP private keys in ASCII armor (RFC 9580, sections 5.5.3 and 6). @module */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { hit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'
import { skipHeaders } from '../../text/armor_headers.ts'
import { decodeBase64, skipJunk } from '../../text/base64.ts'
import { isAt } from '../../text/text_run.ts'
import { keyIn } from './decoded.ts'

const FOOTER = '-----END PGP PRIVATE KEY BLOCK-----'
const SECRET_KEY_TAG = 5
const BODY_LEAST = 64

/** @param first behind the dashes of the first line */
export function openPgpArmor(
  chars: Uint8Array,
  begin: number,
  first: number,
  budget: WorkBudget,
): Detected | undefined {
  const { body } = skipHeaders(chars, first)
  const { bytes, end } = decodeBase64(chars, body, chars.length, budget)
  try {
    if (bytes.length < BODY_LEAST || !isSecretKey(bytes.subarray(0, 8))) return undefined
    const checksum = readChecksum(chars, end, budget)
    const found = keyIn(bytes, budget)
    if (found !== undefined) return hit(found.key, 'openpgp-armour', begin, checksum.end)
    const [certainty, how] =
      checksum.value === crc24(bytes)
        ? (['candidate', 'whose checksum holds'] as const)
        : (['lesser', 'that is cut or damaged'] as const)
    const proof = `a secret-key packet in armour ${how}`
    const key = { kind: 'openpgp', bits: 0, certainty, proof, material: undefined } as const
    return hit(key, 'openpgp-armour', begin, checksum.end)
  } finally {
    bytes.fill(0)
  }
}

/** Whether the first packet is a secret key of a version that there is. */
function isSecretKey([first = 0, ...rest]: Uint8Array): boolean {
  const isNew = (first & 0x40) !== 0
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f
  const octet = rest[0] ?? 0
  const newLength = octet < 192 ? 1 : octet === 255 ? 5 : 2
  const version = rest[isNew ? newLength : 1 << (first & 3)] ?? 0
  return (first & 0x80) !== 0 && tag === SECRET_KEY_TAG && version >= 3 && version <= 6
}

/** The four letters behind `=`, and where the armor ends. */
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
  const behind = value === undefined ? end : (sum?.end ?? end)
  const dashes = skipJunk(chars, behind, chars.length)
  return { value, end: isAt(chars, dashes, FOOTER) ? dashes + FOOTER.length : behind }
}

/** RFC 9580, section 6.1.1. */
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
