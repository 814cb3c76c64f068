/** A genuine token, and forgeries that differ in one respect. Nothing here checks them. */
import {
  createHash,
  createHmac,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto'
import type { Json } from '@mintmark/core'
import { type Algorithm, digestOf, paddingOf, toLowS } from '@mintmark/guard/signatures'
import { certificateOf } from '@mintmark/replay/certificate'
import { CompactEncrypt } from 'jose'

export interface ForgeKey {
  readonly role: string
  readonly issuer: string
  readonly kid: string
  readonly alg: Algorithm
  readonly privateKey: KeyObject
}

export interface ForgeIssuer {
  readonly issuer: string
  readonly audience: string
  readonly typ: string
  readonly claims: Json
  readonly keys: readonly ForgeKey[]
  readonly acs?: string | undefined
  readonly strangerUrl?: string | undefined
}

/** A forgery that cannot be made here: its outcome is *cannot tell*. */
export class Unforgeable extends Error {}

export interface Change {
  readonly header?: Json | undefined
  readonly claims?: Json
  readonly by?: string
  readonly as?: string
}

const FITTING: ReadonlyMap<string, RegExp> = new Map([
  ['rsa', /^[RP]S/],
  ['rsa-pss', /^PS/],
  ['prime256v1', /^ES256$/],
  ['secp384r1', /^ES384$/],
  ['secp521r1', /^ES512$/],
  ['ed25519', /^EdDSA$/],
])

const LIFE_S = 300

const SKEW_S = 5
const DAY_MS = 86_400_000

export class Forge {
  readonly issuer: ForgeIssuer
  readonly nowS: number
  readonly claims: Json
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

  /** @throws {Unforgeable} for a change that changes nothing, as capitals of no letters */
  token(change?: Change): string {
    const { by = 'signing' } = change ?? {}
    const input = this.input(change)
    if (change !== undefined && by === 'signing' && input === this.input())
      throw new Unforgeable('the change leaves the genuine token as it is')
    return this.signed(input, by)
  }

  payload(payload: unknown, header?: Json, by = 'signing'): string {
    return this.signed(`${part({ ...this.header(), ...header })}.${part(payload)}`, by)
  }

  signed(input: string, by = 'signing'): string {
    this.signer = this.key(by)
    const { privateKey, alg } = this.signer
    const { asymmetricKeyType = '', asymmetricKeyDetails: { namedCurve } = {} } = privateKey
    // Every verifier refuses such a token, whoever signs it.
    if (FITTING.get(namedCurve ?? asymmetricKeyType)?.test(alg) !== true)
      throw new Unforgeable(`the key for the role ${by} does not fit its alg`)
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

export const inputOf = (token: string): string => token.slice(0, token.lastIndexOf('.'))

export const signatureOf = (token: string): Buffer =>
  Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')

const SAML = 'urn:oasis:names:tc:SAML:2.0'
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'

export interface Assertion {
  readonly id: string
  readonly issuer: string
  readonly user: string
  readonly recipient: string
  readonly restriction: string
  /** Seconds since 1970-01-01 UTC. */
  readonly fromS: number
  readonly untilS: number
  readonly confirmedUntilS: number
}

export interface Envelope {
  readonly id: string
  readonly destination: string
  readonly status: string
}

const RESPONSE_LIFE_S = 300
const OLD_S = 86_400

/** Written canonically (Exclusive XML Canonicalization 1.0): prefixes declared once, no `/>`. */
export class SamlForge {
  readonly forge: Forge
  readonly #acs: string

  /** @throws {Unforgeable} where no service is known */
  constructor(forge: Forge) {
    const { acs } = forge.issuer
    if (acs === undefined) throw new Unforgeable('the target is no assertion consumer service')
    this.forge = forge
    this.#acs = escaped(acs)
  }

  assertion(changed: Partial<Assertion> = {}): Assertion {
    const { nowS, issuer } = this.forge
    return {
      id: `_${randomUUID()}`,
      issuer: escaped(issuer.issuer),
      user: 'mintmark-probe@example.org',
      recipient: this.#acs,
      restriction: audienceOf(escaped(issuer.audience)),
      fromS: nowS - 5,
      untilS: nowS + RESPONSE_LIFE_S,
      confirmedUntilS: nowS + RESPONSE_LIFE_S,
      ...changed,
    }
  }

  oldAssertion(): Assertion {
    const untilS = this.forge.nowS - OLD_S
    const fromS = untilS - RESPONSE_LIFE_S
    return this.assertion({ fromS, untilS, confirmedUntilS: untilS })
  }

  envelope(changed: Partial<Envelope> = {}): Envelope {
    return { id: `_${randomUUID()}`, destination: this.#acs, status: 'Success', ...changed }
  }

  response(
    assertion: Partial<Assertion> = {},
    envelope: Partial<Envelope> = {},
    by = 'saml',
  ): string {
    const signed = this.signedAssertion(this.assertion(assertion), by)
    return this.signedResponse(signed, this.envelope(envelope), by)
  }

  signedAssertion(assertion: Assertion, by = 'saml', keyInfo = ''): string {
    const xml = (inner: string) => this.assertionXml(assertion, inner)
    return xml(this.signatureOf(xml(''), assertion.id, by, keyInfo))
  }

  signedResponse(inner: string, envelope: Envelope, by = 'saml', keyInfo = ''): string {
    const xml = (signed: string) => this.responseXml(inner, envelope, signed)
    return xml(this.signatureOf(xml(''), envelope.id, by, keyInfo))
  }

  responseXml(inner: string, envelope: Envelope = this.envelope(), signed = ''): string {
    const { id, destination, status } = envelope
    const { nowS, issuer } = this.forge
    return [
      `<samlp:Response xmlns:samlp="${SAML}:protocol" Destination="${destination}" ID="${id}"`,
      ` IssueInstant="${instant(nowS)}" Version="2.0">`,
      `<saml:Issuer xmlns:saml="${SAML}:assertion">${escaped(issuer.issuer)}</saml:Issuer>`,
      `${signed}<samlp:Status><samlp:StatusCode Value="${SAML}:status:${status}">`,
      `</samlp:StatusCode></samlp:Status>${inner}</samlp:Response>`,
    ].join('')
  }

  assertionXml(assertion: Assertion = this.assertion(), signed = '', last = ''): string {
    const { id, issuer, user, recipient, restriction, fromS, untilS, confirmedUntilS } = assertion
    const [from, until] = [instant(fromS), instant(untilS)]
    return [
      `<saml:Assertion xmlns:saml="${SAML}:assertion" ID="${id}" IssueInstant="${from}" Version="2.0">`,
      `<saml:Issuer>${issuer}</saml:Issuer>${signed}<saml:Subject>`,
      `<saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">${user}</saml:NameID>`,
      `<saml:SubjectConfirmation Method="${SAML}:cm:bearer"><saml:SubjectConfirmationData`,
      ` NotOnOrAfter="${instant(confirmedUntilS)}" Recipient="${recipient}">`,
      '</saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>',
      `<saml:Conditions NotBefore="${from}" NotOnOrAfter="${until}">${restriction}</saml:Conditions>`,
      `<saml:AuthnStatement AuthnInstant="${from}" SessionIndex="${id}"><saml:AuthnContext>`,
      `<saml:AuthnContextClassRef>${SAML}:ac:classes:Password</saml:AuthnContextClassRef>`,
      `</saml:AuthnContext></saml:AuthnStatement>${last}</saml:Assertion>`,
    ].join('')
  }

  /** Signature over an element without one. @param inner follows its value */
  signatureOf(xml: string, id: string, by = 'saml', inner = ''): string {
    const { privateKey, alg } = this.forge.key(by)
    if (alg !== 'RS256') throw new Unforgeable('responses are signed with RS256 alone')
    const digest = createHash('sha256').update(xml).digest('base64')
    // Canonical where it is the apex, and so signed; within the signature the namespace is declared already.
    const signedInfo = (declared: string) =>
      [
        `<ds:SignedInfo${declared}>${method('Canonicalization', EXCLUSIVE)}`,
        method('Signature', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'),
        `<ds:Reference URI="#${id}"><ds:Transforms>${transform(`${DS}enveloped-signature`)}`,
        `${transform(EXCLUSIVE)}</ds:Transforms>`,
        method('Digest', 'http://www.w3.org/2001/04/xmlenc#sha256'),
        `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
      ].join('')
    const declared = ` xmlns:ds="${DS}"`
    const value = signature(signedInfo(declared), privateKey, alg).toString('base64')
    return `<ds:Signature${declared}>${signedInfo('')}<ds:SignatureValue>${value}</ds:SignatureValue>${inner}</ds:Signature>`
  }
}

const method = (name: string, algorithm: string) =>
  `<ds:${name}Method Algorithm="${algorithm}"></ds:${name}Method>`

const transform = (algorithm: string) => `<ds:Transform Algorithm="${algorithm}"></ds:Transform>`

export const audienceOf = (audience: string): string =>
  `<saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction>`

const instant = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '')

export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

export const keyInfoOf = (certificate: Buffer): string =>
  `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate.toString('base64')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
