import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { isObject, type Json } from '@mintmark/core'
import {
  type Assertion,
  audienceOf,
  type Change,
  compact,
  type Envelope,
  type Forge,
  inputOf,
  keyInfoOf,
  part,
  SamlForge,
  signature,
  signatureOf,
} from '../forge/forge.ts'

export interface ForgeryRow {
  readonly id: string
  readonly token?: Change
  readonly unsigned?: Change
  readonly altered?: Change
  readonly hs256?: { readonly secret: string; readonly header?: Json }
  readonly payload?: unknown
  /** Members that follow the genuine claims, or come before them, under names that they have already. */
  readonly append?: Json
  readonly prepend?: Json
  readonly response?: {
    readonly assertion?: Partial<Assertion>
    readonly envelope?: Partial<Envelope>
    readonly by?: string
  }
}

type Forgery = (forge: Forge) => string | Promise<string>

/** A text in a row may name a value of the genuine token: `${issuer}`. Alone it keeps the type of the value. */
const VALUES: Readonly<Record<string, (forge: Forge) => unknown>> = {
  absent: () => undefined,
  issuer: ({ issuer }) => issuer.issuer,
  'issuer.upper': ({ issuer }) => issuer.issuer.toUpperCase(),
  audience: ({ issuer }) => issuer.audience,
  'audience.upper': ({ issuer }) => issuer.audience.toUpperCase(),
  'audience.shorter': ({ issuer }) => issuer.audience.slice(0, -1),
  'consumer.issuer': (forge) => forge.key('consumer').issuer,
  'disabled.issuer': (forge) => forge.key('disabled').issuer,
  'tenant.issuer': (forge) => forge.key('tenant').issuer,
  claims: ({ claims }) => claims,
  'claims.client_id': ({ claims }) => claims['client_id'],
  'claims.exp': ({ claims }) => claims['exp'],
  'claims.exp.text': ({ claims }) => String(claims['exp']),
  'claims.nbf.text': ({ claims }) => String(claims['nbf']),
  kid: (forge) => forge.key('signing').kid,
  'key.pem': (forge) => pemOf(forge),
  'key.pem.trimmed': (forge) => pemOf(forge).trimEnd(),
  'key.der': (forge) => forge.publicKey('signing').export({ format: 'der', type: 'spki' }),
  'key.jwk.text': (forge) => JSON.stringify(forge.publicKey('signing').export({ format: 'jwk' })),
  'stranger.jwk': (forge) => forge.publicKey('stranger').export({ format: 'jwk' }),
  'stranger.url': ({ strangerUrl }) => strangerUrl,
  'stranger.certificate': (forge) => forge.ownCertificate().toString('base64'),
}

const pemOf = (forge: Forge) =>
  forge.publicKey('signing').export({ format: 'pem', type: 'spki' }).toString()

const NAMED = /\$\{([\w.]+)([+-]\d+)?\}/

function filled<T>(value: T, forge: Forge): T
function filled(value: unknown, forge: Forge): unknown {
  if (typeof value === 'string') {
    const [whole, name = '', offset = '0'] = NAMED.exec(value) ?? []
    if (whole === undefined) return value
    const make = name === 'now' ? () => forge.nowS + Number(offset) : VALUES[name]
    if (make === undefined) throw new TypeError(`no value is called ${name}`)
    const named = make(forge)
    return whole === value ? named : value.replace(whole, String(named))
  }
  if (Array.isArray(value)) return value.map((each: unknown) => filled(each, forge))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, filled(each, forge)]),
  )
}

export function forgeryOf(row: ForgeryRow): Forgery {
  return FORGERIES[row.id] ?? ((forge) => forged(filled(row, forge), forge))
}

function forged(row: ForgeryRow, forge: Forge): string {
  const { token, unsigned, altered, hs256, payload, append, prepend, response } = row
  if (token !== undefined) return forge.token(token)
  if (unsigned !== undefined) return `${forge.input(unsigned)}.`
  if (altered !== undefined) return compact(forge.input(altered), signatureOf(forge.token()))
  if (hs256 !== undefined) return forge.hs256(hs256.secret, hs256.header)
  if (payload !== undefined) return forge.payload(payload)
  const claims = JSON.stringify(forge.claims)
  if (append !== undefined)
    return forge.payload(`${claims.slice(0, -1)},${JSON.stringify(append).slice(1)}`)
  if (prepend !== undefined)
    return forge.payload(`${JSON.stringify(prepend).slice(0, -1)},${claims.slice(1)}`)
  if (response === undefined) throw new TypeError(`${row.id} does not say how it is made`)
  return new SamlForge(forge).response(response.assertion, response.envelope, response.by)
}

/** By a published test key. Source: RFC 7515, appendix A.3.1. */
function publishedKey(forge: Forge): string {
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  }
  const input = forge.input({ header: { alg: 'ES256' } })
  return compact(input, signature(input, createPrivateKey({ format: 'jwk', key }), 'ES256'))
}

const resigned =
  (make: (forge: Forge, token: string) => Uint8Array): Forgery =>
  (forge) => {
    const token = forge.token()
    return compact(inputOf(token), make(forge, token))
  }

const unsigned = (forge: Forge, claims?: Json) =>
  `${forge.input({ header: { alg: 'none' }, ...(claims && { claims }) })}.`

/** Order of the curve. Source: FIPS 186-5, P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function highS(_: Forge, token: string): Buffer {
  const signed = signatureOf(token)
  const s = BigInt(`0x${signed.subarray(32).toString('hex')}`)
  const twin = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex')
  return Buffer.concat([signed.subarray(0, 32), twin])
}

/** 64 bytes end with a letter whose lowest four bits count for nothing. */
function spareBits(forge: Forge): string {
  const token = forge.token()
  const last = LETTERS.indexOf(token.at(-1) ?? '')
  return `${token.slice(0, -1)}${LETTERS[last + 1]}`
}

function plainBase64(forge: Forge): string {
  // Nearly every signature has such a letter; more than a few tries are never needed.
  for (;;) {
    const [header, payload, signed = ''] = forge.token().split('.')
    const spelled = signed.replaceAll('-', '+').replaceAll('_', '/')
    if (spelled !== signed) return `${header}.${payload}.${spelled}`
  }
}

function jsonSerialisation(forge: Forge): string {
  const [header, payload, signed] = forge.token().split('.')
  return JSON.stringify({ protected: header, payload, signature: signed })
}

function headerTwice(forge: Forge): string {
  const twice = JSON.stringify(forge.header()).replace(/\}$/, ',"alg":"none"}')
  return `${part(twice)}.${part(forge.claims)}.`
}

const saml =
  (make: (saml: SamlForge) => string): Forgery =>
  (forge) =>
    make(new SamlForge(forge))

const samlAltered = (changed: (forge: Forge) => Partial<Assertion>, from: string, to: string) =>
  saml((own) => own.response(changed(own.forge)).replace(from, to))

function samlOwnCertificate(own: SamlForge): string {
  const keyInfo = keyInfoOf(own.forge.ownCertificate('saml-stranger'))
  const inner = own.signedAssertion(own.assertion(), 'saml-stranger', keyInfo)
  return own.signedResponse(inner, own.envelope(), 'saml-stranger', keyInfo)
}

interface Old {
  readonly xml: string
  readonly id: string
  readonly signed: string
}

const wrapping = (make: (own: SamlForge, old: Old) => string) =>
  saml((own) => {
    const old = own.oldAssertion()
    const [xml, signed] = [own.assertionXml(old), own.signedAssertion(old)]
    return own.responseXml(make(own, { xml, id: old.id, signed }))
  })

const wrappedResponse = (wrap: (own: SamlForge, old: string, id: string) => string) =>
  saml((own) => {
    const outer = own.envelope()
    const old = own.responseXml(own.assertionXml(own.oldAssertion()), outer)
    return own.responseXml(own.assertionXml(), undefined, wrap(own, old, outer.id))
  })

const signedBy = (own: SamlForge, { xml, id }: Old, inner = '') =>
  own.assertionXml(undefined, own.signatureOf(xml, id, 'saml', inner))

const FORGERIES: Readonly<Record<string, Forgery>> = {
  'published-test-key': publishedKey,
  'signature-missing': (forge) => forge.token().replace(/[^.]*$/, ''),
  'signature-zero': resigned(() => Buffer.alloc(64)),
  'signature-random': resigned(() => randomBytes(64)),
  'signature-of-another': resigned((forge) =>
    signatureOf(forge.token({ claims: { jti: 'another' } })),
  ),
  'signature-cut': resigned((_, token) => signatureOf(token).subarray(0, -1)),
  'signature-longer': resigned((_, token) => Buffer.concat([signatureOf(token), Buffer.alloc(1)])),
  'signature-der': resigned((forge, token) =>
    sign('sha256', Buffer.from(inputOf(token), 'latin1'), forge.key('signing').privateKey),
  ),
  'jwe-around-none': (forge) => forge.encrypted(unsigned(forge)),
  'jwe-around-claims': (forge) => forge.encrypted(JSON.stringify(forge.claims)),
  'jwe-around-own': (forge) => forge.encrypted(forge.token({ by: 'stranger', as: 'signing' })),
  'actor-unsigned': (forge) => unsigned(forge, { actortoken: forge.token({ by: 'tenant' }) }),
  'nested-genuine': (forge) => forge.payload(forge.token(), { cty: 'JWT' }, 'stranger'),
  'two-parts': (forge) => forge.input(),
  'four-parts': (forge) => `${forge.token()}.AA`,
  'json-form': jsonSerialisation,
  'header-twice': headerTwice,
  'header-not-json': (forge) => forge.signed(`${part('mintmark')}.${part(forge.claims)}`),
  'exp-infinite': (forge) =>
    forge.payload(JSON.stringify({ ...forge.claims, exp: 0 }).replace('"exp":0', '"exp":1e400')),
  'high-s': resigned(highS),
  'base64-padding': (forge) => `${forge.token()}==`,
  'base64-spare-bits': spareBits,
  'base64-alphabet': plainBase64,
  'saml-unsigned': saml((own) => own.responseXml(own.assertionXml())),
  'saml-own-certificate': saml(samlOwnCertificate),
  'saml-user-changed': samlAltered(() => ({ user: 'ada@example.org' }), 'ada@', 'admin@'),
  'saml-audience-comment': samlAltered(
    ({ issuer }) => ({ restriction: audienceOf(`${issuer.audience}-other`) }),
    '-other<',
    '<!---->-other<',
  ),
  'saml-response-only': saml((own) => own.signedResponse(own.assertionXml(), own.envelope())),
  'saml-wrapping-1': wrappedResponse((own, old, id) => own.signatureOf(old, id, 'saml', old)),
  'saml-wrapping-2': wrappedResponse((own, old, id) => `${old}${own.signatureOf(old, id)}`),
  'saml-wrapping-3': wrapping((own, { signed }) => `${own.assertionXml()}${signed}`),
  'saml-wrapping-4': wrapping((own, { signed }) => own.assertionXml(undefined, '', signed)),
  'saml-wrapping-5': wrapping((own, old) => `${signedBy(own, old)}${old.xml}`),
  'saml-wrapping-6': wrapping((own, old) => signedBy(own, old, old.xml)),
  'saml-wrapping-7': wrapping(
    (own, { signed }) => `<samlp:Extensions>${own.assertionXml()}</samlp:Extensions>${signed}`,
  ),
  'saml-wrapping-8': wrapping((own, old) =>
    signedBy(own, old, `<ds:Object>${old.xml}</ds:Object>`),
  ),
}
