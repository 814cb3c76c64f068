/**
 * SAML responses of one fixed template, which is canonical as it is written: signing needs no canonicalisation.
 *
 * Every element declares the namespace of its own prefix where no signed parent does, attributes are sorted, no element is
 * empty by `/>`, and there is no white space between elements.
 *
 * Source: SAML 2.0 Core, sections 2 and 3.3.3; Profiles, section 4.1.4; Exclusive XML Canonicalization 1.0; XML Signature.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto'
import { type Forge, signature, Unforgeable } from './forge.ts'

const SAML = 'urn:oasis:names:tc:SAML:2.0'
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** The content of an assertion; all texts are XML already. */
export interface Assertion {
  readonly id: string
  readonly issuer: string
  readonly user: string
  readonly recipient: string
  readonly restriction: string
  /** Seconds since 1970-01-01 UTC. */
  readonly fromS: number
  readonly untilS: number
  /** Of the confirmation of the subject. */
  readonly confirmedUntilS: number
}

export interface Envelope {
  readonly id: string
  readonly destination: string
  readonly status: string
}

const LIFE_S = 300
const OLD_S = 86_400

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
      untilS: nowS + LIFE_S,
      confirmedUntilS: nowS + LIFE_S,
      ...changed,
    }
  }

  oldAssertion(): Assertion {
    const untilS = this.forge.nowS - OLD_S
    const fromS = untilS - LIFE_S
    return this.assertion({ fromS, untilS, confirmedUntilS: untilS })
  }

  envelope(changed: Partial<Envelope> = {}): Envelope {
    return { id: `_${randomUUID()}`, destination: this.#acs, status: 'Success', ...changed }
  }

  /** The genuine response with one change: both it and its assertion are signed. */
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

  /** @param signed the signature, or what replaces it */
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

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

export const keyInfoOf = (certificate: Buffer): string =>
  `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate.toString('base64')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
