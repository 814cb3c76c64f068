import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { claimsOf, forge, malleated, respaced, respelled } from '@mintmark/testkit'
import { type AlarmClass, type AudiencePolicy, revocationOf, type Verdict } from '../src/index.ts'
import { CONSUMER, claims, mailPolicy, newKey, newWorld, type World } from './guard_world.ts'

let world: World
before(async () => {
  world = await newWorld()
})
after(() => world.close())
beforeEach(() => {
  world.alarms.length = 0
})

const judged = (token: string, more: Partial<AudiencePolicy> = {}): Promise<Verdict> =>
  Promise.resolve(world.guard.judge(token, [{ ...mailPolicy, ...more }], 'dovecot'))

const told = () => world.alarms.map(({ alarm, isAdmitted }) => [alarm, isAdmitted])

async function refusal(token: string, more: Partial<AudiencePolicy> = {}): Promise<string> {
  const verdict = await judged(token, more)
  return verdict.isAdmitted ? `admitted: ${verdict.basis}` : verdict.reason
}

const forgeries: readonly {
  readonly name: string
  readonly alarm: AlarmClass
  readonly severity: 'critical' | 'warning'
  readonly forged: () => Promise<string> | string
}[] = [
  {
    name: 'a new jti',
    alarm: 'unissued',
    severity: 'critical',
    forged: () => forge(world.keys.own, claims()),
  },
  {
    name: 'no jti at all',
    alarm: 'unissued',
    severity: 'critical',
    forged: () => forge(world.keys.own, claims({ jti: undefined })),
  },
  {
    name: 'other claims under a genuine jti',
    alarm: 'mutated',
    severity: 'critical',
    forged: async () =>
      forge(world.keys.own, { ...claimsOf(await world.mint()), sub: 'the-minister' }),
  },
  {
    name: 'a blank in the JSON of a genuine token',
    alarm: 'mutated',
    severity: 'critical',
    forged: async () => respaced(world.keys.own, await world.mint()),
  },
  {
    name: 'a key that ran out',
    alarm: 'expired-key',
    severity: 'critical',
    forged: () => forge(world.keys.old, claims()),
  },
  {
    name: 'a consumer key under the name of the enterprise',
    alarm: 'class-mismatch',
    severity: 'critical',
    forged: () => forge(world.keys.consumer, claims()),
  },
  {
    name: 'a consumer token for an enterprise audience',
    alarm: 'class-mismatch',
    severity: 'critical',
    forged: () => forge(world.keys.consumer, claims({ iss: CONSUMER })),
  },
  {
    name: 'a recorded token of an identity that belongs to nobody',
    alarm: 'canary',
    severity: 'critical',
    forged: () => world.mint({ sub: 'nobody' }),
  },
  {
    name: 'the twin of a genuine signature',
    alarm: 'malleable-signature',
    severity: 'warning',
    forged: async () => malleated(await world.mint()),
  },
  {
    name: 'a genuine token in another spelling of base64url',
    alarm: 'non-canonical',
    severity: 'warning',
    forged: async () => respelled(await world.mint()),
  },
  {
    name: 'a genuine token with padding',
    alarm: 'non-canonical',
    severity: 'warning',
    forged: async () => `${await world.mint()}==`,
  },
]

const noise: readonly {
  readonly name: string
  readonly token: () => Promise<string> | string
  readonly reason: string
}[] = [
  { name: 'nothing', token: () => '', reason: 'malformed' },
  { name: 'no JWS', token: () => 'a.b', reason: 'malformed' },
  { name: 'a megabyte', token: () => `${'a'.repeat(1 << 20)}.b.c`, reason: 'malformed' },
  {
    name: 'a key of his own under a known kid',
    token: () => forge({ ...newKey('own-1', CONSUMER) }, claims()),
    reason: 'bad-signature',
  },
  {
    name: 'a kid that nobody knows',
    token: () => forge(newKey('other', CONSUMER), claims()),
    reason: 'unknown-key',
  },
  {
    name: 'an issuer that nobody knows',
    token: () => forge(world.keys.own, claims({ iss: 'https://evil.example' })),
    reason: 'unknown-issuer',
  },
  {
    name: 'a genuine token whose time is over',
    token: () => forge(world.keys.own, claims({ iat: 1_600_000_000, exp: 1_600_000_600 })),
    reason: 'expired',
  },
  {
    name: 'a token that lives for a year',
    token: () => forge(world.keys.own, claims({ exp: Math.floor(Date.now() / 1000) + 31_536_000 })),
    reason: 'lifetime',
  },
  {
    name: 'a token for somebody else',
    token: () => world.mint({ aud: 'https://wiki.example.org' }),
    reason: 'wrong-audience',
  },
  {
    name: 'a signature of another token',
    token: async () => {
      const [header = '', payload = ''] = (await world.mint()).split('.')
      return `${header}.${payload}.${(await world.mint()).split('.')[2] ?? ''}`
    },
    reason: 'bad-signature',
  },
]

describe('a guard before a forger who has the key', () => {
  for (const { name, alarm, severity, forged } of forgeries)
    it(`refuses ${name} and tells of it`, async () => {
      const token = await forged()
      assert.equal(await refusal(token), alarm)
      assert.deepEqual(
        world.alarms.map((each) => [each.alarm, each.severity, each.isAdmitted]),
        [[alarm, severity, false]],
      )
      assert.ok(!JSON.stringify(world.alarms).includes(token.slice(0, 40)))
    })
})

describe('a guard in the noise', () => {
  for (const { name, token, reason } of noise)
    it(`refuses ${name}, and makes no noise about it`, async () => {
      assert.equal(await refusal(await token()), reason)
      assert.deepEqual(world.alarms, [])
    })
})

describe('a guard', () => {
  it('lets in what was recorded, at once', async () => {
    for (let i = 0; i < 50; i++)
      assert.equal(await refusal(await world.mint()), 'admitted: recorded')
    assert.deepEqual(world.alarms, [])
  })

  it('tells of each forgery once', async () => {
    const token = forge(world.keys.own, claims())
    for (let i = 0; i < 3; i++) assert.equal(await refusal(token), 'unissued')
    assert.equal(world.alarms.length, 1)
  })

  it('in monitor lets the forger in, and tells of it', async () => {
    const token = forge(world.keys.own, claims())
    assert.equal(await refusal(token, { mode: 'monitor' }), 'admitted: monitor')
    assert.deepEqual(told(), [['unissued', true]])
  })

  it('refuses what was revoked, without an alarm', async () => {
    const token = await world.mint()
    assert.equal(await refusal(token), 'admitted: recorded')
    await world.ledger.append(revocationOf(token, Date.now()))
    // Seen once it is published, a moment after it is durable.
    while ((await refusal(token)) !== 'revoked') await world.follower.refresh()
    assert.deepEqual(world.alarms, [])
  })
})

describe('a guard whose line to the ledger is cut', () => {
  let known = ''
  before(async () => {
    known = await world.mint()
    assert.equal(await refusal(known), 'admitted: recorded')
    world.line.isCut = true
  })
  after(() => {
    world.line.isCut = false
  })

  it('still lets in what it knows to be recorded', async () => {
    assert.equal(await refusal(known), 'admitted: recorded')
  })

  it('refuses what it does not know, and calls nobody a forger', async () => {
    assert.equal(await refusal(await world.mint()), 'stale')
    assert.deepEqual(world.alarms, [])
  })

  it('lets nobody in where the policy says so and the head is old', async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(await refusal(known, { whenStale: 'none', maxHeadAgeMs: 10 }), 'stale')
  })

  it('with grace takes what is young, and tells of the forgery when the line is back', async () => {
    const genuine = await world.mint()
    const forged = forge(world.keys.own, claims())
    const old = forge(world.keys.own, claims({ iat: Math.floor(Date.now() / 1000) - 60 }))
    const mode = 'enforce-with-grace'
    assert.equal(await refusal(genuine, { mode }), 'admitted: grace')
    assert.equal(await refusal(forged, { mode }), 'admitted: grace')
    assert.equal(await refusal(old, { mode }), 'stale')
    assert.deepEqual(told(), [])
    world.line.isCut = false
    await world.follower.refresh()
    await world.guard.recheck()
    assert.deepEqual(told(), [
      ['unissued', true],
      ['unissued', false],
    ])
    assert.equal(await refusal(genuine), 'admitted: recorded')
  })
})
