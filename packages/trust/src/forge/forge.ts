/**
 * Makes the genuine token, and forgeries that differ from it in one respect.
 *
 * Every token has a fresh `jti` and `iat`, so that no verifier refuses one as replayed.
 *
 * @module
 */
import { createHmac, createPublicKey, type KeyObject, randomUUID } from 'node:crypto'
import type { Json } from '@mintmark/core'
import type { Algorithm } from '@mintmark/guard/signatures'
import { compact, part, signature } from './jws.ts'

/** A private key that a probe may use, and the issuer that it belongs to. */
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

/** Seconds that a token lives. */
const LIFE_S = 300

/** How far the clock of a verifier may be behind. */
const SKEW_S = 5

export class Forge {
  readonly issuer: ForgeIssuer
  readonly nowS: number
  /** Those of a genuine token, fresh. */
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

  /** Header and claims of a token, not signed. */
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
}
