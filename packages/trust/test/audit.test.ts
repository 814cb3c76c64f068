/** What an audit finds in key sets and metadata, each beside a sound one. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { type RuleId, ruleOf } from '../src/audit/rules.ts'
import {
  type AuditAnswer,
  auditDocument,
  auditText,
  findingsOf,
  isFound,
  isWhole,
} from '../src/index.ts'
import { audited, type Given } from './audited.ts'
import {
  certified,
  ecKey,
  ecPair,
  type Jwk,
  jwks,
  rsaKey,
  rsaOf,
  saml,
  samlKey,
} from './made_keys.ts'

const rulesIn = (answer: AuditAnswer) => [...new Set(findingsOf(answer).map(({ rule }) => rule))]
const of = async (...keys: readonly Jwk[]) => rulesIn(await audited([{ body: jwks(...keys) }]))

const [a, b] = [ecKey('a'), ecKey('b')]
const good = certified()
const { jwk: leaf, der } = good
const other = certified()
const old = certified({ from: '20200101000000Z', to: '20260101000000Z' })
const metadata = (more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      issuer: 'https://id.example.org',
      id_token_signing_alg_values_supported: ['ES256'],
      ...more,
    }),
  )
const at = (document: string, body: Buffer) => [{ document, body }]
const CONFIGURATION = 'https://id.example.org/.well-known/openid-configuration'
const VALID = 'entityID="e" validUntil="2033-01-01T00:00:00Z"'
const offCurve = () => {
  const y = Buffer.from(String(a['y']), 'base64url')
  y[0] = (y[0] ?? 0) ^ 1
  return { ...a, y: y.toString('base64url') }
}
const edwards = (hex: string, kid: string) => ({
  kty: 'OKP',
  crv: 'Ed25519',
  kid,
  alg: 'EdDSA',
  use: 'sig',
  x: Buffer.from(hex, 'hex').toString('base64url'),
})
/** Of order 1, 4 and 8; no point; a spelling above the field. */
const UNSOUND = [
  `01${'00'.repeat(31)}`,
  '00'.repeat(32),
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `02${'00'.repeat(31)}`,
  `ed${'ff'.repeat(30)}7f`,
]
const x5c = (certificate: Buffer) => [certificate.toString('base64')]

/** What raises a rule, and what is much like it and raises nothing. */
const CASES: Partial<
  Record<RuleId, { readonly bad: readonly Given[]; readonly sound: readonly Given[] }>
> = {
  'key-size': {
    bad: [{ body: jwks(rsaKey('k', {}, 1024)) }],
    sound: [{ body: jwks(rsaKey('k')) }],
  },
  'off-curve': { bad: [{ body: jwks(offCurve()) }], sound: [{ body: jwks(a) }] },
  'use-mismatch': {
    bad: [{ body: jwks({ ...a, use: 'enc' }) }],
    sound: ['ECDH-ES', 'constructor'].map((alg) => ({ body: jwks({ ...a, use: 'enc', alg }) })),
  },
  'no-use': {
    bad: [{ body: jwks({ ...a, use: undefined }) }],
    sound: [{ body: jwks({ ...a, use: undefined, key_ops: ['verify'] }) }],
  },
  'no-alg': { bad: [{ body: jwks({ ...a, alg: undefined }) }], sound: [{ body: jwks(a) }] },
  'sign-and-encrypt': {
    bad: [{ body: jwks({ ...a, use: undefined, key_ops: ['verify', 'deriveKey'] }) }],
    sound: [{ body: jwks({ ...a, use: undefined, key_ops: ['sign', 'verify'] }) }],
  },
  'classes-together': {
    bad: [{ body: jwks({ ...a, x_class: 'consumer' }, { ...b, x_class: 'enterprise' }) }],
    sound: [{ body: jwks({ ...a, x_class: 'enterprise' }, { ...b, x_class: 'enterprise' }) }],
  },
  'kid-reused': { bad: [{ body: jwks(a, { ...b, kid: 'a' }) }], sound: [{ body: jwks(a, b) }] },
  'key-shared': {
    bad: [
      { body: jwks(a), className: 'test' },
      { body: jwks(a), className: 'production', document: 'https://id.example.org/other' },
    ],
    sound: [
      { body: jwks(a), className: 'test' },
      { body: jwks(b), className: 'production', document: 'https://id.example.org/other' },
    ],
  },
  'private-published': {
    bad: [{ body: jwks(ecPair('p').privateJwk) }],
    sound: [{ body: jwks(a) }],
  },
  'published-key': {
    bad: [
      {
        body: jwks({
          kty: 'OKP',
          crv: 'Ed25519',
          x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
          use: 'sig',
          alg: 'EdDSA',
        }),
      },
    ],
    sound: [{ body: jwks(a) }],
  },
  'no-overlap': {
    bad: [
      { body: jwks(a), daysAgo: 2 },
      { body: jwks(b), daysAgo: 1 },
    ],
    sound: [
      { body: jwks(a), daysAgo: 3 },
      { body: jwks(a, b), daysAgo: 2 },
      { body: jwks(b), daysAgo: 1 },
    ],
  },
  'certificate-expired': {
    bad: [{ body: jwks({ ...old.jwk, use: 'sig', alg: 'ES256', x5c: x5c(old.der) }) }],
    sound: [{ body: jwks({ ...leaf, use: 'sig', alg: 'ES256', x5c: x5c(der) }) }],
  },
  'certificate-other-key': {
    bad: [{ body: jwks({ ...leaf, use: 'sig', alg: 'ES256', x5c: x5c(other.der) }) }],
    sound: [{ body: jwks({ ...leaf, use: 'sig', alg: 'ES256', x5c: x5c(der) }) }],
  },
  'metadata-no-expiry': {
    bad: [{ body: saml(samlKey(der), 'entityID="e"') }],
    sound: [{ body: saml(samlKey(der), VALID) }],
  },
  'metadata-expired': {
    bad: [{ body: saml(samlKey(der), 'entityID="e" validUntil="2025-01-01T00:00:00Z"') }],
    sound: [{ body: saml(samlKey(der), VALID) }],
  },
  'broken-algorithm': {
    bad: [
      {
        body: saml(
          `<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/>${samlKey(der)}`,
          VALID,
        ),
      },
    ],
    sound: [
      {
        body: saml(
          `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>${samlKey(der)}`,
          VALID,
        ),
      },
    ],
  },
  'issuer-mismatch': {
    bad: at(CONFIGURATION, metadata({ issuer: 'https://id.example.net' })),
    sound: at(CONFIGURATION, metadata()),
  },
}

/** Looks ten days apart. */
const apart = (...bodies: readonly Buffer[]) =>
  bodies.map((body, i) => ({ body, daysAgo: 10 * (bodies.length - i) }))

describe('an audit', () => {
  for (const [rule, { bad, sound }] of Object.entries(CASES))
    it(`finds ${rule} alone, and nothing in what is sound`, async () => {
      assert.deepEqual(rulesIn(await audited(bad)), [rule])
      assert.deepEqual(rulesIn(await audited(sound)), [])
    })

  it('finds keys that share a prime, though one of them is no longer listed', async () => {
    const [p, q, r] = [
      0xf7e75fdc469067ffdc4e847c51f452dfn,
      0xe85ced54af57e53e092113e62f436f4fn,
      0xd2c8e4e5a2b6f0f5d0f7b1f4a6f0c7e1n,
    ]
    const body = [jwks(rsaOf(p * q, 65_537n, 'one')), jwks(rsaOf(p * r, 65_537n, 'two'))]
    const answer = await audited(body.map((each, i) => ({ body: each, daysAgo: 2 - i })))
    const shared = answer.audit.findings.filter(({ rule }) => rule === 'rsa-shared-factor')
    assert.deepEqual(
      shared.map(({ kid, message }) => [kid, message]),
      [
        ['one', 'it shares a prime with two'],
        ['two', 'it shares a prime with one'],
      ],
    )
  })

  it('holds nothing against keys that are gone, and no earlier rotation against the last', async () => {
    const later = ecKey('later')
    const rotated = apart(jwks(a), jwks(b), jwks(b, later), jwks(later))
    assert.deepEqual(rulesIn(await audited(rotated)), [])
    const late = apart(jwks(a), jwks(a), jwks(a), jwks(a, b), jwks(b))
    const profile = 'ir8587-multi-tenant'
    assert.deepEqual(rulesIn(await audited(late, { profile })), [])
    assert.deepEqual(rulesIn(await audited(late.slice(0, 4), { profile })), ['key-age'])
    const leaked = ecPair('leaked')
    assert.deepEqual(rulesIn(await audited(apart(jwks(leaked.privateJwk), jwks(leaked.jwk)))), [
      'private-published',
    ])
  })

  it('finds metadata that allows none and HMAC, but not what clients of it may sign with', async () => {
    const broken = metadata({ id_token_signing_alg_values_supported: ['ES256', 'none', 'HS256'] })
    assert.deepEqual(rulesIn(await audited(at(CONFIGURATION, broken))), ['broken-algorithm'])
    const levels = async (...values: readonly string[]) => {
      const body = metadata({ id_token_signing_alg_values_supported: values })
      return findingsOf(await audited(at(CONFIGURATION, body))).map(({ level }) => level)
    }
    assert.deepEqual(await levels('RS256', 'HS256'), ['warning'])
    assert.deepEqual(await levels('RS256', 'HS256', 'none'), ['error'])
    const clients = metadata({
      userinfo_signing_alg_values_supported: ['none'],
      token_endpoint_auth_signing_alg_values_supported: ['HS256'],
    })
    assert.deepEqual(rulesIn(await audited(at(CONFIGURATION, clients))), [])
  })

  it('finds a certificate that another signed with SHA-1, not one that is signed by itself', async () => {
    const own = certified({ digest: 'sha1' })
    assert.deepEqual(await of({ ...own.jwk, use: 'sig', alg: 'ES256', x5c: x5c(own.der) }), [])
    assert.equal(ruleOf('certificate-broken-hash').level, 'warning')
  })
})

describe('an audit of points', () => {
  it('finds each Edwards key that is no sound point, and no other', async () => {
    const made = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed448')]
    const sound = made.map(({ publicKey }) =>
      Object.assign(publicKey.export({ format: 'jwk' }), { alg: 'EdDSA', use: 'sig' }),
    )
    const keys = UNSOUND.map((hex, i) => edwards(hex, String(i)))
    const { findings } = (await audited([{ body: jwks(...sound, ...keys) }])).audit
    assert.deepEqual(
      findings.map(({ rule, kid }) => [rule, kid]),
      UNSOUND.map((_, i) => ['off-curve', String(i)]),
    )
  })
})

describe('the answer of an audit', () => {
  it('counts notes as nothing found, and unreadable keys as not examined', async () => {
    const notes = await audited([{ body: jwks({ ...a, alg: undefined }) }])
    assert.deepEqual([isFound(notes), isWhole(notes)], [false, true])
    const unread = await audited([{ body: jwks(a, { kty: 'XYZ' }) }])
    assert.deepEqual([isFound(unread), isWhole(unread)], [false, false])
    const empty = await audited([{ body: jwks() }])
    assert.deepEqual([isFound(empty), isWhole(empty)], [false, false])
  })

  it('fits 80 columns, whatever the names', async () => {
    const hostile = 'k'.repeat(300)
    const answer = await audited([
      {
        body: jwks({ ...a, kid: hostile, alg: undefined }, { ...b, kid: hostile, use: 'enc' }),
        document: `https://${'h'.repeat(200)}/`,
      },
    ])
    const text = auditText(answer)
    assert.ok(text.length > 500)
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
    assert.match(JSON.stringify(auditDocument(answer)), /^\{"schema":"mintmark-key-audit\/1"/)
  })
})
