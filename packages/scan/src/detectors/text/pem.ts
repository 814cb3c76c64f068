/**
 * PEM in any wrapping, also cut off. Source: RFC 7468, RFC 1421 (`Proc-Type`), OpenSSH
 * PROTOCOL.key, OpenVPN's `--genkey`, ssh.com's sibling of RFC 4716.
 */
import { unverified } from '@mintmark/keys/material/key'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { REACH } from '../../anchors/anchor.ts'
import { hit, protectedHit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { decodeBase64, hexDigit, skipJunk } from '../../text/base64.ts'
import { PREFIX_MOST, readPrefixed } from '../../text/prefixed_armor.ts'
import { endsAt, isAt, latin, type TextReader, type TextRun } from '../../text/text_run.ts'
import { keyIn } from './decoded.ts'

const BEGIN = '-----BEGIN '
const LABELLED = /^([^-]{0,48})-----/
const LABELLED_MOST = 53
const LABEL = /^(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?$|^OpenVPN Static key V1$/
const BODY_LEAST = 20
const ENCRYPTED_LEAST = 40

export const PEM: TextReader = {
  before: PREFIX_MOST,
  behind: REACH,
  glance: ({ chars, at }) => (labelAt(chars, at) === undefined ? 0 : REACH),
  isEnd: endsAt(BEGIN),
  read: (run) => bare(run, readPem),
}

function bare(run: TextRun, read: (run: TextRun) => Match | undefined): Match | undefined {
  const found = read(run)
  if (found !== undefined && found.key.certainty !== 'candidate') return found
  const prefixed = readPrefixed(run, read)
  return prefixed?.key.certainty === 'candidate' ? (found ?? prefixed) : (prefixed ?? found)
}

function labelAt(chars: Uint8Array, at: number): string | undefined {
  if (!isAt(chars, at, BEGIN)) return undefined
  const from = at + BEGIN.length
  const label = LABELLED.exec(latin(chars, from, from + LABELLED_MOST))?.[1]
  return label !== undefined && LABEL.test(label) ? label : undefined
}

const headersOf = (chars: Uint8Array, at: number, label: string) =>
  skipHeaders(chars, at + BEGIN.length + label.length + 5)

/** Where the body of an armor begins whose key is in the clear, or undefined. */
export function armorBody(chars: Uint8Array, at: number): number | undefined {
  const label = labelAt(chars, at)
  const headers = label === undefined ? undefined : headersOf(chars, at, label)
  return headers?.isEncrypted === false ? headers.body : undefined
}

function readPem({ chars, at, budget }: TextRun): Match | undefined {
  const label = labelAt(chars, at)
  if (label === undefined) return undefined
  const { body, isEncrypted } = headersOf(chars, at, label)
  if (label === 'OpenVPN Static key V1') return openVpn(chars, at, body, label)
  if (label === 'PGP PRIVATE KEY BLOCK') return openPgpArmor(chars, at, body, label, budget)
  const { bytes, end } = decodeBase64(chars, body, chars.length, budget)
  try {
    if (bytes.length < (isEncrypted ? ENCRYPTED_LEAST : BODY_LEAST)) return undefined
    const to = armorEnd(chars, end, label)
    const proof = 'armour says ENCRYPTED; a passphrase guards it'
    if (isEncrypted) return protectedHit('encrypted-key', 'pem-encrypted', at, to, proof)
    const found = keyIn(bytes, budget)
    return found && hit(found.key, 'pem', at, to)
  } finally {
    bytes.fill(0)
  }
}

/** 2048 bits as 16 lines of 32 hex digits: of four keys, none of which can be checked. */
function openVpn(chars: Uint8Array, begin: number, body: number, label: string): Match | undefined {
  let digits = 0
  let zeros = 0
  let at = body
  while (digits < 512) {
    const next = skipJunk(chars, at, chars.length)
    const digit = hexDigit(chars[next])
    if (digit < 0) return undefined
    zeros += digit === 0 ? 1 : 0
    digits += 1
    at = next + 1
  }
  // A placeholder: 512 random digits hold about 32 zeros.
  if (zeros > 128) return undefined
  const proof = '512 hex digits in the armour of OpenVPN; nothing in them can be checked'
  return hit(unverified('hmac', 2048, proof), 'openvpn-static', begin, armorEnd(chars, at, label))
}

const HEADERS_MOST = 16
const HEADER_MOST = 1024
const NAME = /^([A-Za-z-]{1,31}):[ \t-\r]/

function skipHeaders(
  chars: Uint8Array,
  from: number,
): { readonly body: number; readonly isEncrypted: boolean } {
  let at = skipJunk(chars, from, chars.length)
  let isEncrypted = false
  for (let i = 0; i < HEADERS_MOST; i++) {
    const name = NAME.exec(latin(chars, at, at + 33))?.[1]
    if (name === undefined) break
    const colon = at + name.length
    const end = lineEnd(chars, colon)
    const value = latin(chars, colon, Math.min(end, colon + 64))
    isEncrypted ||= name === 'Proc-Type' && value.includes('ENCRYPTED')
    at = skipJunk(chars, end, chars.length)
  }
  return { body: at, isEncrypted }
}

function lineEnd(chars: Uint8Array, from: number): number {
  const most = Math.min(chars.length, from + HEADER_MOST)
  const length = latin(chars, from, most + 1).search(/[\n\r]|\\[nr]/)
  return length < 0 ? most : from + length
}

function armorEnd(chars: Uint8Array, end: number, label: string): number {
  const dashes = skipJunk(chars, end, chars.length)
  const footer = `-----END ${label}-----`
  return isAt(chars, dashes, footer) ? dashes + footer.length : end
}

const SECRET_KEY_TAG = 5
const PACKET_LEAST = 64

/** OpenPGP private keys (RFC 9580, sections 5.5.3 and 6). */
function openPgpArmor(
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
    const proof = 'a secret-key packet in armour'
    return checksum.value === crc24(bytes)
      ? hit(unverified('openpgp', 0, `${proof} whose checksum holds`), 'openpgp-armour', begin, to)
      : protectedHit('openpgp', 'openpgp-armour', begin, to, `${proof} that is cut or damaged`)
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
