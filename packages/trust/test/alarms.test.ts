/** Each alarm: a series of documents that raises it, and one that is much like it and does not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AlarmCode, alarmsOf, eventClaims, historicalKeys, historiesOf } from '../src/index.ts'
import { type Looked, seriesFrom } from './audited.ts'
import { certified, ecKey, ecPair, type Jwk, jwks, saml, samlKey } from './made_keys.ts'

const START = Date.parse('2023-05-01T00:00:00Z')
const DAY_MS = 86_400_000

interface Step extends Looked {
  readonly day: number
}

const timeline = (steps: readonly Step[]) => seriesFrom(steps, ({ day }) => START + day * DAY_MS)

async function alarms(steps: readonly Step[], longestUseMs?: number) {
  const series = await timeline(steps)
  return alarmsOf(series, historiesOf(series), { longestUseMs })
}

const codes = async (steps: readonly Step[], longestUseMs?: number) =>
  (await alarms(steps, longestUseMs)).map(({ code }) => code)

const daily = (...bodies: readonly (Buffer | undefined)[]): Step[] =>
  bodies.map((body, day) => ({ day, body }))

const metadata = (more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      issuer: 'https://id.example.org',
      jwks_uri: 'https://id.example.org/keys',
      id_token_signing_alg_values_supported: ['ES256'],
      ...more,
    }),
  )

const a = ecKey('a')
const b = ecKey('b')
const sameKid = { ...b, kid: 'a' }
const expired = certified({ from: '20220101000000Z', to: '20230430000000Z' })
const valid = certified({ from: '20220101000000Z', to: '20330430000000Z' })
const twoDocuments = (second: Omit<Step, 'day' | 'body'>, key: Jwk = a): Step[] => [
  { day: 0, body: jwks(a), issuer: 'https://id.example.org', className: 'enterprise' },
  { day: 1, body: jwks(key), document: 'https://other.example.org/keys', ...second },
]
const enterprise = { issuer: 'https://id.example.org', className: 'enterprise' }
const announced = (day: number): Step => ({
  day,
  body: jwks(b),
  document: 'announced:file:next.json',
})

const CASES: Readonly<
  Record<
    AlarmCode,
    {
      readonly raises: readonly Step[]
      readonly quiet: readonly Step[]
      readonly longestUseMs?: number
    }
  >
> = {
  'key-without-notice': {
    raises: daily(jwks(a), jwks(a, b)),
    quiet: [announced(0), ...daily(jwks(a), jwks(a, b))],
  },
  'key-back': {
    raises: daily(jwks(a, b), jwks(b), jwks(a, b)),
    // An observation without an answer is none that lacks it.
    quiet: daily(jwks(a, b), undefined, jwks(a, b)),
  },
  'kid-reused': {
    raises: [announced(0), ...daily(jwks(a), jwks(sameKid))],
    quiet: [announced(0), ...daily(jwks(a), jwks(b))],
  },
  'key-shared': {
    raises: twoDocuments({ ...enterprise, issuer: 'https://other.example.org' }),
    quiet: twoDocuments(enterprise),
  },
  'private-published': {
    raises: daily(jwks(ecPair('a').privateJwk)),
    quiet: daily(jwks(ecPair('a').jwk)),
  },
  'algorithms-widened': {
    raises: daily(
      metadata(),
      metadata({ id_token_signing_alg_values_supported: ['ES256', 'none'] }),
    ),
    quiet: daily(
      metadata({ id_token_signing_alg_values_supported: ['ES256', 'none'] }),
      metadata(),
    ),
  },
  'issuer-changed': {
    raises: daily(metadata(), metadata({ issuer: 'https://id.example.net' })),
    quiet: daily(metadata(), metadata()),
  },
  'endpoint-changed': {
    raises: daily(metadata(), metadata({ token_endpoint: 'https://id.example.net/token' })),
    quiet: daily(metadata({ scopes_supported: ['a'] }), metadata({ scopes_supported: ['b'] })),
  },
  'expired-listed': {
    raises: daily(saml(samlKey(expired.der))),
    quiet: daily(saml(samlKey(valid.der))),
  },
  'rotation-late': {
    raises: [0, 8, 15].map((day) => ({ day, body: jwks(a) })),
    quiet: [0, 8, 14].map((day) => ({ day, body: jwks(a) })),
    longestUseMs: 14 * DAY_MS,
  },
}

describe('an alarm', () => {
  for (const [code, { raises, quiet, longestUseMs }] of Object.entries(CASES))
    it(`${code} is raised once where it is so, and not where it is not`, async () => {
      assert.deepEqual(await codes(raises, longestUseMs), [code])
      assert.deepEqual(await codes(quiet, longestUseMs), [])
    })

  it('says between which observations it came about', async () => {
    const [alarm] = await alarms(daily(jwks(a), jwks(a), jwks(a, b), jwks(a, b)))
    assert.deepEqual([alarm?.afterMs, alarm?.atMs], [START + DAY_MS, START + 2 * DAY_MS])
    assert.equal(alarm?.kid, 'b')
  })

  it('of a key without notice is not raised by a key that says itself when it begins', async () => {
    const later = { ...b, nbf: START / 1000 + 5 * 86_400 }
    assert.deepEqual(await alarms(daily(jwks(a), jwks(a, later))), [])
  })

  it('of a key without notice is raised though it was announced afterwards', async () => {
    const steps = [...daily(jwks(a), jwks(a, b)), announced(2)]
    assert.deepEqual(await codes(steps), ['key-without-notice'])
  })
})

describe('alarms of keys', () => {
  it('of a shared key is raised for two classes, and for signing and encryption', async () => {
    for (const steps of [
      twoDocuments({ ...enterprise, className: 'consumer' }),
      twoDocuments(enterprise, { ...a, use: 'enc', alg: 'ECDH-ES' }),
    ])
      assert.deepEqual(await codes(steps), ['key-shared'])
  })

  it('of a widened algorithm is raised for a key that loses its alg', async () => {
    const { alg: _, ...free } = a
    assert.deepEqual(await codes(daily(jwks(a), jwks(free))), ['algorithms-widened'])
    assert.deepEqual(await codes(daily(jwks(free), jwks(a))), [])
  })

  it('of published secrets is raised for a symmetric key, and for a private key in PEM', async () => {
    const oct = jwks({ kty: 'oct', k: 'c2VjcmV0', kid: 's' })
    const pem = Buffer.from('-----BEGIN PRIVATE KEY-----\nremoved\n-----END PRIVATE KEY-----\n')
    for (const body of [oct, pem]) assert.deepEqual(await codes(daily(body)), ['private-published'])
  })

  it('as a security event has the same id each time, and reports published keys as compromised', async () => {
    const [alarm] = await alarms(CASES['private-published'].raises)
    assert.ok(alarm !== undefined)
    const [first, again] = [eventClaims(alarm, START), eventClaims(alarm, START + DAY_MS)]
    assert.equal(first['jti'], again['jti'])
    assert.deepEqual(Object.keys(first['events'] ?? {}), [
      'urn:mintmark:secevent:key-alarm',
      'https://schemas.openid.net/secevent/risc/event-type/credential-compromise',
    ])
    assert.deepEqual(first['sub_id'], { format: 'opaque', id: alarm.thumbprint })
  })
})

describe('historical keys of OpenID Federation', () => {
  it('are those that the issuer lists no more, valid between the observations that list them', async () => {
    const issuer = 'https://id.example.org'
    const steps = [jwks(b), jwks(a, b), jwks(a, b), jwks(b)].map((body, day) => ({
      day,
      body,
      issuer,
    }))
    const keys = historiesOf(await timeline(steps))
    const seconds = (day: number) => START / 1000 + day * 86_400
    const { x, y } = a
    assert.deepEqual(JSON.parse(JSON.stringify(historicalKeys(keys, issuer, START))), {
      iss: issuer,
      iat: seconds(0),
      keys: [
        {
          crv: 'P-256',
          kty: 'EC',
          x,
          y,
          kid: 'a',
          use: 'sig',
          alg: 'ES256',
          iat: seconds(1),
          exp: seconds(2),
          last_seen_absent: seconds(0),
          first_seen_absent: seconds(3),
        },
      ],
    })
    assert.deepEqual(historicalKeys(keys, 'https://other.example.org', START)['keys'], [])
  })
})
