/**
 * PuTTY's private key files, versions 2 and 3: also indented, in strings, in UTF-16.
 *
 * Source: PuTTY's manual, appendix C.
 *
 * @module
 */

import { SshStrings } from '@mintmark/keys/public_keys/ssh_strings'
import { REACH } from '../../anchors/anchor.ts'
import type { Detected } from '../../anchors/detected.ts'
import { decodeBase64 } from '../../text/base64.ts'
import {
  endsAt,
  find,
  isBlank,
  nameOf,
  standsAt,
  type TextReader,
  type TextRun,
} from '../../text/text_run.ts'
import { dsaKey, ecKey, numberOf, okpKey, rsaKey } from './parts.ts'

const HEADER = 'PuTTY-User-Key-File-'
/** Lines of a 16,384-bit RSA key. */
const LINES_MOST = 200
const LINE_BYTES = 48
const FIELD_MOST = 32_768

export const PUTTY: TextReader = {
  before: 0,
  behind: REACH,
  glance: ({ chars, at }) => {
    const version = chars[at + HEADER.length]
    return standsAt(chars, at, HEADER) && (version === 0x32 || version === 0x33) ? REACH : 0
  },
  isEnd: endsAt(HEADER),
  read: (run) => readPutty(run),
}

function readPutty({ chars, at }: TextRun): Detected | undefined {
  const next = find(chars, HEADER, at + HEADER.length)
  const to = next < 0 ? chars.length : next
  const type = field(chars, HEADER, at, to)?.slice(3)
  const cipher = field(chars, 'Encryption:', at, to)
  const publicLines = lines(chars, 'Public-Lines:', at, to)
  const privateLines = lines(chars, 'Private-Lines:', at, to)
  if (type === undefined || cipher === undefined || privateLines === undefined) return undefined
  const place = { offset: at, length: privateLines.end - at, form: 'putty' }
  try {
    if (publicLines === undefined || privateLines.bytes.length < 16) return undefined
    if (cipher !== 'none') return { ...encrypted(cipher), ...place }
    const key = keyOf(type, publicLines.bytes, privateLines.bytes)
    return key === undefined ? undefined : { ...key, ...place }
  } finally {
    privateLines.bytes.fill(0)
  }
}

/** The word behind `name`, or undefined. */
function field(chars: Uint8Array, name: string, at: number, to: number): string | undefined {
  const place = find(chars, name, at, Math.min(to, at + FIELD_MOST))
  if (place < 0) return undefined
  let from = place + name.length
  while (isBlank(chars[from]) && from < to) from += 1
  let end = from
  while (end < to && end - from < 40 && isWord(chars[end])) end += 1
  // The header's word is `3: ssh-rsa`: the version, a colon, a blank and the type.
  if (chars[end] === 0x3a && name === HEADER) {
    end += 1
    while (chars[end] === 0x20) end += 1
    while (end < to && end - from < 40 && isWord(chars[end])) end += 1
  }
  return nameOf(chars, from, end)
}

function isWord(letter: number | undefined): boolean {
  return (
    letter !== undefined && letter > 0x20 && letter < 0x7f && letter !== 0x3a && letter !== 0x5c
  )
}

/** As many lines of base64 as the number behind `name` says. */
function lines(
  chars: Uint8Array,
  name: string,
  at: number,
  to: number,
): { readonly bytes: Uint8Array; readonly end: number } | undefined {
  const place = find(chars, name, at, Math.min(to, at + FIELD_MOST))
  if (place < 0) return undefined
  let from = place + name.length
  while (chars[from] === 0x20) from += 1
  let count = 0
  const first = from
  while (from - first < 3) {
    const digit = (chars[from] ?? 0) - 0x30
    if (digit < 0 || digit > 9) break
    count = count * 10 + digit
    from += 1
  }
  if (from === first || count < 1 || count > LINES_MOST) return undefined
  return decodeBase64(chars, from, to, { most: count * LINE_BYTES })
}

function encrypted(cipher: string): Omit<Detected, 'offset' | 'length' | 'form'> {
  return {
    kind: 'encrypted-key',
    bits: 0,
    certainty: 'lesser',
    proof: cipher.startsWith('aes')
      ? 'a PuTTY key, encrypted with AES; a passphrase guards it'
      : 'a PuTTY key that names a cipher; a passphrase guards it',
  }
}

function keyOf(
  type: string,
  publicBlob: Uint8Array,
  privateBlob: Uint8Array,
): Detected | undefined {
  const open = new SshStrings(publicBlob)
  const secret = new SshStrings(privateBlob)
  if (open.name() !== type) return undefined
  const openNumber = (): bigint | undefined => numberOf(open.string())
  const secretNumber = (): bigint | undefined => numberOf(secret.string())
  switch (type) {
    case 'ssh-rsa': {
      const [e, n] = [openNumber(), openNumber()]
      const [d, p, q, qInv] = [secretNumber(), secretNumber(), secretNumber(), secretNumber()]
      return n === undefined ? undefined : rsaKey({ n, e, d, p, q, qInv })
    }
    case 'ssh-dss': {
      const [p, q, g, y] = [openNumber(), openNumber(), openNumber(), openNumber()]
      return dsaKey(p, q, g, y, secretNumber())
    }
    case 'ssh-ed25519':
      return okpKey('Ed25519', secret.string(), open.string())
    case 'ssh-ed448':
      return okpKey('Ed448', secret.string(), open.string())
    default:
      return type.startsWith('ecdsa-sha2-') ? ecdsa(open, secret) : undefined
  }
}

function ecdsa(open: SshStrings, secret: SshStrings): Detected | undefined {
  const curve = open.name()
  const point = open.string()
  if (point === undefined || point[0] !== 4) return undefined
  const half = (point.length - 1) / 2
  return ecKey(curve, secret.string(), point.subarray(1, 1 + half), point.subarray(1 + half))
}
