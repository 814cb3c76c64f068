/**
 * PEM in any wrapping, also cut off. Source: RFC 7468, RFC 1421 (`Proc-Type`), OpenSSH
 * PROTOCOL.key, OpenVPN's `--genkey`, ssh.com's sibling of RFC 4716.
 */
import { unverified } from '@mintmark/keys/material/key'
import { REACH } from '../../anchors/anchor.ts'
import { hit, protectedHit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { armorEnd, skipHeaders } from '../../text/armor_headers.ts'
import { decodeBase64, hexDigit, skipJunk } from '../../text/base64.ts'
import { PREFIX_MOST, readPrefixed } from '../../text/prefixed_armor.ts'
import { endsAt, isAt, latin, type TextReader, type TextRun } from '../../text/text_run.ts'
import { keyIn } from './decoded.ts'
import { openPgpArmor } from './openpgp_text.ts'

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
  if (found !== undefined && found.key.certainty !== 'unverified') return found
  const prefixed = readPrefixed(run, read)
  return prefixed?.key.certainty === 'unverified' ? (found ?? prefixed) : (prefixed ?? found)
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
    const verification = 'armour says ENCRYPTED; a passphrase guards it'
    if (isEncrypted) return protectedHit('encrypted-key', 'pem-encrypted', at, to, verification)
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
  const verification = '512 hex digits in the armour of OpenVPN; nothing in them can be checked'
  return hit(
    unverified('hmac', 2048, verification),
    'openvpn-static',
    begin,
    armorEnd(chars, at, label),
  )
}
