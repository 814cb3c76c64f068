/** Signatures of real keys under headers that do not name them; and what junk of that kind may cost. */
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { issuanceOf, signingInputOf } from '@mintmark/ledger'
import { forge } from '@mintmark/testkit'
import { type Algorithm, readKeys, TrustedKeys } from '../../src/index.ts'
import { KeySearch } from '../../src/verify/key_search.ts'
import { digestOf, paddingOf } from '../../src/verify/signatures.ts'
import { parseStrict } from '../../src/verify/strict_jws.ts'
import {
  CONSUMER,
  claims,
  type Key,
  mailPolicy,
  newKey,
  newWorld,
  type World,
} from '../guard_world.ts'

let world: World
before(async () => {
  world = await newWorld()
})
after(() => world.close())
beforeEach(() => {
  world.alarms.length = 0
})

async function judged(token: string): Promise<string> {
  const verdict = await world.guard.assignVerdict(token, [mailPolicy], 'dovecot')
  return verdict.isAdmitted ? `admitted: ${verdict.basis}` : verdict.reason
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function signedBy({ kid, privateKey }: Key, alg: Algorithm): string {
  const input = `${part({ typ: 'at+jwt', alg, kid })}.${part(claims())}`
  const key = { key: privateKey, ...paddingOf(alg) }
  return `${input}.${sign(digestOf(alg), Buffer.from(input), key).toString('base64url')}`
}

const hidden: readonly {
  readonly name: string
  readonly forged: () => string
  readonly told: readonly [alarm: string, refusal: string | undefined, kid: string, owner: string]
}[] = [
  ...(['PS256', 'RS512'] as const).map((alg) => ({
    name: `${alg} with the key of RS256`,
    forged: () => signedBy(world.keys.rsa, alg),
    told: ['unissued', 'algorithm', 'rsa-1', 'agency'] as const,
  })),
  ...['Ed25519', 'ES384', 'es256', 'none', '', undefined, ['ES256'], 7].map((alg) => ({
    name: `${JSON.stringify(alg)} with the key of ES256`,
    forged: () => forge(world.keys.own, claims(), { alg }),
    told: ['unissued', 'algorithm', 'own-1', 'agency'] as const,
  })),
  {
    name: 'ES384 with the key of ES256, and no kid',
    forged: () => forge(world.keys.own, claims(), { alg: 'ES384', kid: undefined }),
    told: ['unissued', 'algorithm', 'own-1', 'agency'],
  },
  {
    name: 'no kid',
    forged: () => forge(world.keys.own, claims(), { kid: undefined }),
    told: ['unissued', 'unknown-key', 'own-1', 'agency'],
  },
  {
    name: 'a kid that nobody knows',
    forged: () => forge({ ...world.keys.own, kid: 'other' }, claims()),
    told: ['unissued', 'unknown-key', 'own-1', 'agency'],
  },
  {
    name: 'a kid of another key that the issuer has',
    forged: () => forge({ ...world.keys.own, kid: 'rsa-1' }, claims()),
    told: ['unissued', 'unknown-key', 'own-1', 'agency'],
  },
  {
    name: "the consumer's key of the same kid, in the name of the enterprise",
    forged: () => forge(world.keys.twin, claims()),
    told: ['class-mismatch', undefined, 'own-1', 'consumer'],
  },
  {
    name: "the consumer's key of another kid, in the name of the enterprise",
    forged: () => forge({ ...world.keys.consumer, kid: 'own-1' }, claims()),
    told: ['class-mismatch', 'unknown-key', 'consumer-1', 'consumer'],
  },
]

describe('a signature of a real key whose header hides it', () => {
  for (const { name, forged, told } of hidden)
    it(`raises a critical alarm about that key: ${name}`, async () => {
      assert.equal(await judged(forged()), told[0])
      assert.deepEqual(
        world.alarms.map(({ alarm, refusal, kid, keyIssuer, severity }) => [
          severity,
          alarm,
          refusal,
          kid,
          keyIssuer.split('/').at(-1),
        ]),
        [['critical', ...told]],
      )
    })

  it('is refused without an alarm where the token is recorded', async () => {
    const token = forge({ ...world.keys.own, kid: 'other' }, claims())
    await world.ledger.append(issuanceOf(signingInputOf(token)))
    assert.deepEqual([await judged(token), world.alarms.length], ['unknown-key', 0])
  })
})

describe('a search among many keys', () => {
  const keys = Array.from({ length: 70 }, (_, n) => newKey(`k${n}`, CONSUMER))
  const [first, last] = [keys[0], keys.at(-1)]
  const signed = (key = first, kid = 'other') =>
    parseStrict(forge({ kid, privateKey: (key ?? world.keys.own).privateKey }, claims()))
  const set = JSON.stringify({ keys: keys.map(({ jwk }) => jwk) })

  it('ends after so many keys, and after a share of the time, but tries the named ones', async () => {
    const ring = new TrustedKeys(await readKeys(set, { issuer: CONSUMER, maxKeyAgeMs: undefined }))
    let now = 0
    const search = new KeySearch(() => now)
    const find = (jws = signed()) => jws && search.signerOf(jws, ring, undefined)?.kid
    assert.deepEqual([find(), find(signed(last)), search.skipped], ['k0', undefined, 1])
    const slow = new KeySearch(() => (now += 40))
    const slowly = (jws = signed()) => jws && slow.signerOf(jws, ring, undefined)?.kid
    // Two keys, and then nothing is left of the time.
    assert.deepEqual([slowly(signed(keys[1])), slowly(signed(keys[1]))], ['k1', undefined])
    assert.equal(slowly(signed(last, 'k69')), 'k69')
    now += 10_000
    assert.equal(slowly(), 'k0')
  })
})
