/**
 * WireGuard and systemd-networkd keys (src/config.c of wireguard-tools). No public half: only
 * length, padding and the five bits of `wg genkey` are checked.
 */
import { verifyOkp } from '@mintmark/keys/der_keys/verify'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { latin, type TextReader, type TextRun } from '../../text/text_run.ts'

export const WIREGUARD_NAME = 'PrivateKey'
/** The name is part of many names of programs. */
const SIGN = new RegExp(`^${WIREGUARD_NAME}[ =]`)
const VALUE = new RegExp(`^${WIREGUARD_NAME} {0,2}= {0,2}([A-Za-z0-9+/]{43})=(?![A-Za-z0-9+/=])`)
const MOST = WIREGUARD_NAME.length + 50

export const WIREGUARD: TextReader = {
  before: 0,
  behind: MOST,
  glance: ({ chars, at }) =>
    SIGN.test(latin(chars, at, at + WIREGUARD_NAME.length + 1)) ? MOST : 0,
  read,
}

function read({ chars, at, budget }: TextRun): Match | undefined {
  const [whole = '', letters] = VALUE.exec(latin(chars, at, at + MOST)) ?? []
  if (letters === undefined) return undefined
  const secret = Uint8Array.from(Buffer.from(letters, 'base64'))
  const key =
    isClamped(secret) && isRandomLooking(secret, budget)
      ? verifyOkp('X25519', secret, undefined, budget)
      : undefined
  secret.fill(0)
  if (key === undefined) return undefined
  const verification = 'exact in form and length, scalar clamped'
  const end = at + whole.length - 1
  const shown = { ...key, certainty: 'verified', verification, isWellFormed: true } as const
  return hit(shown, 'wireguard', end - letters.length, end)
}

function isClamped(secret: Uint8Array): boolean {
  return ((secret[0] ?? 0) & 7) === 0 && ((secret[31] ?? 0) & 0xc0) === 0x40
}
