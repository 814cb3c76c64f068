/**
 * Private keys in configurations of WireGuard and systemd-networkd (src/config.c of wireguard-tools). The public half is not in
 * the file: exact length and padding, and the five bits that `wg genkey` sets and clears, are all that can be checked.
 *
 * @module
 */

import { verifyOkp } from '@mintmark/keys/der_keys/verify'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import { hit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'
import { isAt, type TextReader, type TextRun } from '../../text/text_run.ts'

export const WIREGUARD_NAME = 'PrivateKey'

/** Letters of 32 bytes, without what pads them. */
const LETTERS = 43
/** On each side of the sign. */
const BLANKS_MOST = 2
const VALUE = /^ {0,2}= {0,2}(?<letters>[A-Za-z0-9+/]{43})=(?![A-Za-z0-9+/=])/
const MOST = WIREGUARD_NAME.length + 2 * BLANKS_MOST + LETTERS + 3
const EQUALS = 0x3d
const BLANK = 0x20

export const WIREGUARD: TextReader = {
  before: 0,
  behind: MOST,
  glance: ({ chars, at }) => (hasSign(chars, at) ? MOST : 0),
  read,
}

/** Whether the name is there with a sign behind it: it is part of many names of programs. */
function hasSign(chars: Uint8Array, at: number): boolean {
  if (!isAt(chars, at, WIREGUARD_NAME)) return false
  const behind = at + WIREGUARD_NAME.length
  return chars[behind] === EQUALS || chars[behind] === BLANK
}

function read({ chars, at, budget }: TextRun): Detected | undefined {
  if (!hasSign(chars, at)) return undefined
  const from = at + WIREGUARD_NAME.length
  const text = Buffer.from(chars.subarray(from, at + MOST)).toString('latin1')
  const letters = VALUE.exec(text)?.groups?.['letters']
  if (letters === undefined) return undefined
  const secret = Uint8Array.from(Buffer.from(letters, 'base64'))
  const begin = from + text.indexOf(letters)
  const proof =
    isClamped(secret) && isRandomLooking(secret, budget)
      ? verifyOkp('X25519', secret, undefined, budget)
      : undefined
  secret.fill(0)
  const words = 'exact in form and length, scalar clamped'
  return (
    proof &&
    hit(
      { ...proof, certainty: 'proven', proof: words, isWellFormed: true },
      'wireguard',
      begin,
      begin + LETTERS,
    )
  )
}

/** As RFC 7748 asks of a scalar. */
function isClamped(secret: Uint8Array): boolean {
  return ((secret[0] ?? 0) & 7) === 0 && ((secret[31] ?? 0) & 0xc0) === 0x40
}
