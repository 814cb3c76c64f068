/**
 * Makes the genuine token, and forgeries that differ from it in one respect.
 *
 * Every token has a fresh `jti` and `iat`, so that no verifier refuses one as replayed. Headers and claims may be such as no
 * library writes: nothing here checks them.
 *
 * Source: RFC 7515, section 7.1; RFC 7516, section 7.1; RFC 7518, sections 3.2 to 3.5.
 *
 * @module
 */
import { createHmac, createPublicKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { Json } from '@mintmark/core'
import { type Algorithm, digestOf, paddingOf, toLowS } from '@mintmark/guard/signatures'
import { certificateOf } from '@mintmark/replay/certificate'
import { CompactEncrypt } from 'jose'

export interface ForgeKey {
  /** As `KeyRole` names them; a hook may leave some out. */
  readonly role: string
  readonly issuer: string
  readonly kid: string
  readonly alg: Algorithm
  readonly privateKey: KeyObject
}

export interface ForgeIssuer {
  readonly issuer: string
  readonly audience: string
  /** `typ` of its access tokens. */
  readonly typ: string
  /** Claims of its tokens beyond those of RFC 9068, which are made here. */
  readonly claims: Json
  readonly keys: readonly ForgeKey[]
  /** Address of the assertion consumer service, of a target that takes SAML. */
  readonly acs?: string | undefined
  /** Where a server of the attacker's publishes the key `stranger`. */
  readonly strangerUrl?: string | undefined
}

/** A forgery that cannot be made here: its outcome is *cannot tell*. */
export class Unforgeable extends Error {}

/** What to change in the genuine token; a member that is `undefined` is left out. */
export interface Change {
  readonly header?: Json | undefined
  readonly claims?: Json
  readonly by?: string
  /** The role whose `kid` and `alg` the header has, where it is not that of the key that signs. */
  readonly as?: string
}

const LIFE_S = 300

/** How far the clock of a verifier may be behind. */
const SKEW_S = 5
const DAY_MS = 86_400_000

export class Forge {
  readonly issuer: ForgeIssuer
  readonly nowS: number
  readonly claims: Json
  /** The key that signed last; undefined: none has. */
  signer: ForgeKey | undefined

  constructor(issuer: ForgeIssuer, nowMs: number) {
    this.issuer = issuer
    this.nowS = Math.floor(nowMs / 1000)
    this.claims = {
      iss: issuer.issuer,
      sub: 'mintmark-probe',
      aud: issuer.audience,
      client_id: 'mintmark-probe-client',
      scope: 'probe',
      ...issuer.claims,
      jti: randomUUID(),
      iat: this.nowS - SKEW_S,
      nbf: this.nowS - SKEW_S,
      exp: this.nowS + LIFE_S,
    }
  }

  /** @throws {Unforgeable} where the issuer has no such key */
  key(role: string): ForgeKey {
    const found = this.issuer.keys.find((key) => key.role === role)
    if (found !== undefined) return found
    throw new Unforgeable(`the issuer has no key for the role ${role}`)
  }

  header(role = 'signing'): Json {
    const { alg, kid } = this.key(role)
    return { alg, typ: this.issuer.typ, kid }
  }

  /** Where the attacker publishes keys. @throws {Unforgeable} */
  get strangerUrl(): string {
    const { strangerUrl } = this.issuer
    if (strangerUrl === undefined)
      throw new Unforgeable('the issuer has no server for foreign keys')
    return strangerUrl
  }

  publicKey(role: string): KeyObject {
    return createPublicKey(this.key(role).privateKey)
  }

  input({ header, claims, by = 'signing', as = by }: Change = {}): string {
    return `${part({ ...this.header(as), ...header })}.${part({ ...this.claims, ...claims })}`
  }

  /**
   * A token; the genuine one if no change is given.
   *
   * @throws {Unforgeable} for a change that changes nothing here, such as capitals of an audience that has no small letter
   */
  token(change?: Change): string {
    const { by = 'signing' } = change ?? {}
    const input = this.input(change)
    if (change !== undefined && by === 'signing' && input === this.input())
      throw new Unforgeable('the change leaves the genuine token as it is')
    return this.signed(input, by)
  }

  /** A token with any payload: a text as it is, anything else as JSON. */
  payload(payload: unknown, header?: Json, by = 'signing'): string {
    return this.signed(`${part({ ...this.header(), ...header })}.${part(payload)}`, by)
  }

  signed(input: string, by = 'signing'): string {
    this.signer = this.key(by)
    const { privateKey, alg } = this.signer
    return compact(input, signature(input, privateKey, alg))
  }

  hs256(secret: string | Uint8Array, header?: Json): string {
    const input = this.input({ header: { ...header, alg: 'HS256' } })
    return compact(input, createHmac('sha256', secret).update(input, 'latin1').digest())
  }
  async encrypted(inner: string): Promise<string> {
    const { kid } = this.key('encryption')
    const key = this.publicKey('encryption')
    const alg = key.asymmetricKeyType === 'rsa' ? 'RSA-OAEP-256' : 'ECDH-ES'
    return await new CompactEncrypt(Buffer.from(inner))
      .setProtectedHeader({ alg, enc: 'A256GCM', kid, cty: 'JWT' })
      .encrypt(key)
  }

  /** The attacker's own certificate: self-signed, in DER, in the issuer's name. @throws {Unforgeable} */
  ownCertificate(role = 'stranger'): Buffer {
    const nowMs = this.nowS * 1000
    const { privateKey } = this.key(role)
    if (!['rsa', 'ec'].includes(privateKey.asymmetricKeyType ?? ''))
      throw new Unforgeable('certificates are made for RSA and EC keys alone')
    return certificateOf(privateKey, {
      commonName: this.issuer.issuer,
      serial: Buffer.from([1]),
      fromMs: nowMs - DAY_MS,
      toMs: nowMs + DAY_MS,
    })
  }
}

/** base64url of a text, or of the JSON of anything else. */
export function part(value: unknown): string {
  const source = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(source).toString('base64url')
}

/** Low s: the one of two ECDSA signatures that strict verifiers take too. */
export function signature(input: string, key: KeyObject, alg: Algorithm): Buffer {
  const bytes = Buffer.from(input, 'latin1')
  return Buffer.from(toLowS(sign(digestOf(alg), bytes, { key, ...paddingOf(alg) }), alg))
}

export function compact(input: string, signed: Uint8Array): string {
  return `${input}.${Buffer.from(signed).toString('base64url')}`
}

/** Header and claims of a token, as they were signed. */
export const inputOf = (token: string): string => token.slice(0, token.lastIndexOf('.'))

export const signatureOf = (token: string): Buffer =>
  Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')
