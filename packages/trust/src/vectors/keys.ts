/** Tokens that the wrong key signed: of 2023, of the attacker, found by what the header says. @module */
import { createPrivateKey } from 'node:crypto'
import type { Json } from '@mintmark/core'
import type { Forge } from '../forge/forge.ts'
import { compact, signature } from '../forge/jws.ts'
import { ownCertificate } from '../forge/own_certificate.ts'
import {
  ALGORITHMS,
  HEADER_KEYS,
  KEY_CACHE,
  KEY_IN_USE,
  KEY_LOOKUP,
  KEY_OF_ISSUER,
  KEY_USE,
  SIGNATURE,
} from '../forge/settings.ts'
import { group, type Vector } from '../forge/vector.ts'

const BOUND_KEY = 'RFC 8725, section 3.8'
const DISABLED_PROVIDER = 'CVE-2026-1486: Keycloak trusted a disabled identity provider'

const STORM: readonly Vector[] = group(
  { family: 'storm-2023', axis: 'key', forbiddenBy: BOUND_KEY, settings: KEY_OF_ISSUER },
  // biome-ignore format: a table, a vector in two lines
  [
    ['consumer-key', 'Signed by the consumer key of the same key set, for the enterprise audience.',
      (forge) => forge.token({ by: 'consumer' }),
      { incident: 'Storm-0558, 2023: a consumer key signed tokens for enterprise mail' }],
    ['retired-key-listed', 'Signed by a retired key that the set still lists.',
      (forge) => forge.token({ by: 'retired' }),
      {
        forbiddenBy: 'NIST SP 800-57 part 1 rev. 5, section 5.3',
        incident: 'Storm-0558, 2023: a key of 2016 that was to be retired in 2021',
        settings: KEY_IN_USE,
      }],
    ['key-unlisted', 'Signed by a retired key that has just left the key set.',
      (forge) => forge.token({ by: 'leaving' }),
      {
        forbiddenBy: 'OpenID Connect Core 1.0, section 10.1.1',
        incident: 'Storm-0558, 2023',
        settings: KEY_CACHE,
        first: 'unlist',
      }],
    ['other-tenant-key', "Signed by another tenant's key of the same key set.",
      (forge) => forge.token({ by: 'tenant' }),
      { incident: 'Storm-0558, 2023: one key signed tokens for many tenants' }],
    ['disabled-issuer-key', 'Signed by the key of a disabled issuer, which the set still lists.',
      (forge) => forge.token({ by: 'disabled' }), { incident: DISABLED_PROVIDER }],
  ],
)

/** By the attacker's key, under the kid of the genuine one, with members of the header changed. */
const stranger = (forge: Forge, header?: Json) =>
  forge.token({ by: 'stranger', as: 'signing', header })

const OWN_KEY: readonly Vector[] = group(
  { family: 'key', axis: 'key', forbiddenBy: 'RFC 7515, section 5.2', settings: SIGNATURE },
  // biome-ignore format: a table, a vector in two lines
  [
    ['own-key-unknown-kid', "Signed by the attacker's key, under a kid that no set has.",
      (forge) => forge.token({ by: 'stranger' })],
    ['own-key-real-kid', "Signed by the attacker's key, under the genuine kid.", stranger],
    ['own-key-no-kid', "Signed by the attacker's key, without a kid.",
      (forge) => stranger(forge, { kid: undefined })],
    ['own-key-empty-kid', "Signed by the attacker's key, with an empty kid.",
      (forge) => stranger(forge, { kid: '' })],
    ['own-key-kid-list', "Signed by the attacker's key; the kid is a list that has the genuine one.",
      (forge) => stranger(forge, { kid: [forge.key('signing').kid] }),
      { forbiddenBy: 'RFC 7515, section 4.1.4' }],
    ['own-key-kid-prototype', "Signed by the attacker's key; the kid is the name of a property that objects inherit.",
      (forge) => stranger(forge, { kid: 'constructor' }),
      { forbiddenBy: 'RFC 7515, section 4.1.4', settings: KEY_LOOKUP }],
  ],
)

/** A published test key. Source: RFC 7515, appendix A.3.1. */
const PUBLISHED = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  },
})

const SET_KEY: readonly Vector[] = group(
  { family: 'key', axis: 'key', forbiddenBy: BOUND_KEY, settings: KEY_OF_ISSUER },
  // biome-ignore format: a table, a vector in two lines
  [
    ['consumer-key-no-kid', 'Signed by the consumer key, without a kid: a verifier that tries all keys of the set takes it.',
      (forge) => forge.token({ by: 'consumer', header: { kid: undefined } }),
      { incident: 'Storm-0558, 2023' }],
    ['consumer-key-real-kid', 'Signed by the consumer key, under the genuine kid: a verifier that tries all keys takes it.',
      (forge) => forge.token({ by: 'consumer', as: 'signing' }), { incident: 'Storm-0558, 2023' }],
    ['retired-key-no-kid', 'Signed by a retired key, without a kid.',
      (forge) => forge.token({ by: 'retired', header: { kid: undefined } }),
      { settings: KEY_IN_USE }],
    ['kid-of-another-key', 'Signed by the genuine key, under the kid of another key of the set.',
      (forge) => forge.token({ as: 'consumer' }),
      { axis: 'kid', forbiddenBy: 'RFC 7515, section 4.1.4', settings: KEY_LOOKUP }],
    ['encryption-key', 'Signed by the key of the set that is for encryption.',
      (forge) => forge.token({ by: 'encryption' }),
      {
        forbiddenBy: 'RFC 7517, section 4.2',
        incident: 'NIST IR 8587 (draft): a signing key is no encryption key',
        settings: KEY_USE,
      }],
    ['published-test-key', 'Signed by the private key that RFC 7515 prints as an example, under the genuine kid.',
      (forge) => {
        const input = forge.input({ header: { alg: 'ES256' } })
        return compact(input, signature(input, PUBLISHED, 'ES256'))
      },
      { forbiddenBy: 'RFC 7515, section 5.2', settings: SIGNATURE }],
  ],
)

const publicJwk = (forge: Forge, role: string) => forge.publicKey(role).export({ format: 'jwk' })
const certificateChain = (forge: Forge) => [ownCertificate(forge).toString('base64')]
const EMBEDDED = {
  axis: 'jwk',
  forbiddenBy: 'RFC 7515, section 4.1.3',
  incident: 'CVE-2018-0114: node-jose trusted the key in the header',
}
const X5C = { axis: 'x5c', forbiddenBy: 'RFC 7515, section 4.1.6' }

const HEADER_KEY: readonly Vector[] = group(
  { family: 'key', axis: 'kid', forbiddenBy: 'RFC 8725, section 3.10', settings: HEADER_KEYS },
  // biome-ignore format: a table, a vector in two lines
  [
    ['embedded-jwk', "Signed by the attacker's key, which the header carries as jwk.",
      (forge) => forge.token({ by: 'stranger', header: { jwk: publicJwk(forge, 'stranger') } }),
      EMBEDDED],
    ['embedded-jwk-real-kid', "Signed by the attacker's key, which the header carries as jwk, under the genuine kid.",
      (forge) => stranger(forge, { jwk: publicJwk(forge, 'stranger') }), EMBEDDED],
    ['jku', "Signed by the attacker's key; jku leads to a server that publishes it.",
      (forge) => forge.token({ by: 'stranger', header: { jku: forge.strangerUrl } }),
      { axis: 'jku' }],
    ['x5u', "Signed by the attacker's key; x5u leads to the attacker's server.",
      (forge) => forge.token({ by: 'stranger', header: { x5u: forge.strangerUrl } }),
      { axis: 'x5u' }],
    ['kid-address', "Signed by the attacker's key; the kid is the address of a server that publishes it.",
      (forge) => stranger(forge, { kid: forge.strangerUrl }), { settings: KEY_LOOKUP }],
    ['x5c-own-certificate', "Signed by the attacker's key, whose self-signed certificate the header carries as x5c.",
      (forge) => forge.token({ by: 'stranger', header: { x5c: certificateChain(forge) } }), X5C],
    ['x5c-real-kid', "Signed by the attacker's key, whose certificate the header carries as x5c, under the genuine kid.",
      (forge) => stranger(forge, { x5c: certificateChain(forge) }), X5C],
    ['kid-path', 'HS256 with an empty secret; the kid is the path of an empty file.',
      (forge) => forge.hs256('', { kid: '../../../../../../dev/null' }), { settings: KEY_LOOKUP }],
    ['kid-query', 'HS256; the kid is part of a database query that gives the secret.',
      (forge) => forge.hs256('secret', { kid: "x' UNION SELECT 'secret' -- " }),
      { settings: KEY_LOOKUP }],
  ],
)

const publicPem = (forge: Forge) =>
  forge.publicKey('signing').export({ format: 'pem', type: 'spki' }).toString()
const PUBLIC_AS_SECRET = {
  incident: 'CVE-2015-9235: jsonwebtoken took the public key for a secret',
}

const CONFUSION: readonly Vector[] = group(
  { family: 'key', axis: 'alg', forbiddenBy: 'RFC 8725, section 3.1', settings: ALGORITHMS },
  // biome-ignore format: a table, a vector in two lines
  [
    ['hs256-public-pem', 'HS256, with the public key in PEM as the secret.',
      (forge) => forge.hs256(publicPem(forge)), PUBLIC_AS_SECRET],
    ['hs256-public-pem-trimmed', 'HS256, with the public key in PEM without its last line break as the secret.',
      (forge) => forge.hs256(publicPem(forge).trimEnd()), PUBLIC_AS_SECRET],
    ['hs256-public-der', 'HS256, with the public key in DER as the secret.',
      (forge) => forge.hs256(forge.publicKey('signing').export({ format: 'der', type: 'spki' })),
      PUBLIC_AS_SECRET],
    ['hs256-public-jwk', 'HS256, with the text of the public JWK as the secret.',
      (forge) => forge.hs256(JSON.stringify(publicJwk(forge, 'signing'))), PUBLIC_AS_SECRET],
    ['hs256-empty-secret', 'HS256, with an empty secret.',
      (forge) => forge.hs256(''), { forbiddenBy: 'RFC 8725, section 3.5' }],
    ['hs256-common-secret', 'HS256, with the secret "secret".',
      (forge) => forge.hs256('secret'), { forbiddenBy: 'RFC 8725, section 3.5' }],
    ['hs256-kid-secret', 'HS256, with the kid as the secret.',
      (forge) => forge.hs256(forge.key('signing').kid)],
  ],
)

export const KEY_VECTORS: readonly Vector[] = [
  ...STORM,
  ...OWN_KEY,
  ...SET_KEY,
  ...HEADER_KEY,
  ...CONFUSION,
]
