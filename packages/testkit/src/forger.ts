/** Who has a provider's private key, and makes tokens that nobody issued. */
import { type KeyObject, randomBytes, sign } from 'node:crypto'
import { parseObject } from '@mintmark/core'

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

const encoded = (text: string) => Buffer.from(text).toString('base64url')

export interface ForgerKey {
  readonly kid: string
  /** EC, on P-256. */
  readonly privateKey: KeyObject
}

/** A token with these claims, signed by this key, and recorded nowhere. */
export function forge(
  key: ForgerKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const payload = JSON.stringify({
    mintmark_salt: randomBytes(16).toString('base64url'),
    ...claims,
  })
  return forgeText(key, payload, header)
}

/** The same over a payload that is spelled out. */
export function forgeText(key: ForgerKey, payload: string, more: object = {}): string {
  const header = JSON.stringify({ typ: 'at+jwt', alg: 'ES256', kid: key.kid, ...more })
  return signed(key, `${encoded(header)}.${encoded(payload)}`)
}

function signed({ privateKey }: ForgerKey, input: string): string {
  for (;;) {
    const signature = sign('sha256', Buffer.from(input), {
      key: privateKey,
      dsaEncoding: 'ieee-p1363',
    })
    // A careful forger spells his signature as the provider does.
    if (sOf(signature) <= ORDER / 2n) return `${input}.${signature.toString('base64url')}`
  }
}

const sOf = (signature: Buffer) => BigInt(`0x${signature.subarray(32).toString('hex')}`)

/** The twin of a token: (r, n − s) instead of (r, s). */
export function malleated(token: string): string {
  const [header = '', payload = '', last = ''] = token.split('.')
  const signature = Buffer.from(last, 'base64url')
  const twin = (ORDER - sOf(signature)).toString(16).padStart(64, '0')
  const bytes = Buffer.concat([signature.subarray(0, 32), Buffer.from(twin, 'hex')])
  return `${header}.${payload}.${bytes.toString('base64url')}`
}

/** The same token, its last letter with bits that a lax decoder drops. 64 bytes leave four bits. */
export function respelled(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = letters.indexOf(token.at(-1) ?? '')
  return `${token.slice(0, -1)}${letters[last ^ 1]}`
}

/** A payload of the same claims with a blank in it, under a new signature. */
export function respaced(key: ForgerKey, token: string): string {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
  return forgeText(key, payload.replace('":', '": '))
}

export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
  return parseObject(payload) ?? {}
}
