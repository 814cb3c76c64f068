import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { claimsOf, forge, forgeText, malleated, respaced, respelled } from '@mintmark/testkit'
import {
  type AlarmClass,
  type AudiencePolicy,
  alarmDocument,
  revocationOf,
  type Verdict,
} from '../src/index.ts'
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
  Promise.resolve(world.guard.assignVerdict(token, [{ ...mailPolicy, ...more }], 'dovecot'))

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
    name: 'an expired key',
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

const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead

/** Signed with the real key, not recorded, and not let in for another reason as well. */
const unfit: readonly {
  readonly name: string
  readonly refusal: string
  readonly alarm?: AlarmClass
  readonly severity?: 'warning'
  readonly forged: () => Promise<string> | string
}[] = [
  {
    name: 'another type',
    refusal: 'wrong-type',
    forged: () => forge(world.keys.own, claims(), { typ: 'JWT' }),
  },
  {
    name: 'a life of a year',
    refusal: 'lifetime',
    forged: () => forge(world.keys.own, claims({ exp: seconds(31_536_000) })),
  },
  {
    name: 'an expiry before its issuance',
    refusal: 'lifetime',
    forged: () => forge(world.keys.own, claims({ iat: seconds(30), exp: seconds(20) })),
  },
  {
    name: 'a time that is over',
    refusal: 'expired',
    forged: () => forge(world.keys.own, claims({ iat: seconds(-1200), exp: seconds(-600) })),
  },
  {
    name: 'an issuance that is still to come',
    refusal: 'not-yet',
    forged: () => forge(world.keys.own, claims({ iat: seconds(500), exp: seconds(900) })),
  },
  {
    name: 'a begin that is still to come',
    refusal: 'not-yet',
    forged: () => forge(world.keys.own, claims({ nbf: seconds(500) })),
  },
  {
    name: 'another audience',
    refusal: 'wrong-audience',
    forged: () => forge(world.keys.own, claims({ aud: 'https://wiki.example.org' })),
  },
  {
    name: 'no audience',
    refusal: 'claims',
    forged: () => forge(world.keys.own, claims({ aud: undefined })),
  },
  {
    name: 'no times',
    refusal: 'claims',
    forged: () => forge(world.keys.own, claims({ iat: undefined, exp: undefined })),
  },
  {
    name: 'no id and another type',
    refusal: 'wrong-type',
    forged: () => forge(world.keys.own, claims({ jti: undefined }), { typ: 'JWT' }),
  },
  {
    name: 'an issuer that is not configured',
    refusal: 'unknown-issuer',
    alarm: 'class-mismatch',
    // The ledger does not list it: whether it was recorded is unknown.
    severity: 'warning',
    forged: () => forge(world.keys.own, claims({ iss: 'https://evil.example' })),
  },
  {
    name: 'no issuer',
    refusal: 'malformed',
    alarm: 'class-mismatch',
    forged: () => forge(world.keys.own, claims({ iss: undefined })),
  },
  {
    name: 'claims that are no JSON',
    refusal: 'malformed',
    alarm: 'class-mismatch',
    forged: () => forgeText(world.keys.own, '{"jti":'),
  },
  {
    name: 'an extension that is not understood',
    refusal: 'malformed',
    forged: () => forge(world.keys.own, claims(), { crit: ['exp'] }),
  },
  {
    name: 'a length that no token has',
    refusal: 'oversized',
    forged: () => forge(world.keys.own, claims({ filling: 'x'.repeat(20_000) })),
  },
  {
    name: 'a key that was revoked',
    refusal: 'revoked-key',
    forged: () => forge(world.keys.revoked, claims()),
  },
  {
    name: 'other claims under a recorded id, for another audience',
    refusal: 'wrong-audience',
    alarm: 'mutated',
    forged: async () =>
      forge(world.keys.own, { ...claimsOf(await world.mint()), aud: 'https://wiki.example.org' }),
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
    token: () => forge(newKey('other', CONSUMER), claims({ iss: 'https://evil.example' })),
    reason: 'unknown-issuer',
  },
  {
    name: 'a token that expired before what the ledger remembers',
    token: () => forge(world.keys.own, claims({ iat: 1_600_000_000, exp: 1_600_000_600 })),
    reason: 'expired',
  },
  {
    name: 'a recorded token whose time is over',
    token: () => world.mint({ iat: seconds(-30), exp: seconds(-1) }),
    reason: 'expired',
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
    it(`refuses ${name} and raises the alarm`, async () => {
      const token = await forged()
      assert.equal(await refusal(token), alarm)
      assert.deepEqual(
        world.alarms.map((each) => [each.alarm, each.severity, each.isAdmitted]),
        [[alarm, severity, false]],
      )
      assert.ok(!JSON.stringify(world.alarms).includes(token.slice(0, 40)))
    })
})

describe('a guard before a forger whose token is not even in order', () => {
  for (const {
    name,
    refusal: expected,
    forged,
    alarm = 'unissued',
    severity = 'critical',
  } of unfit)
    it(`raises the alarm of a forgery, which names the other fault too: ${name}`, async () => {
      assert.equal(await refusal(await forged(), { mode: 'monitor' }), alarm)
      assert.deepEqual(
        world.alarms.map((each) => [each.alarm, each.severity, each.isAdmitted, each.refusal]),
        [[alarm, severity, false, expected]],
      )
      const [document] = world.alarms.map(alarmDocument)
      assert.equal(document?.['refusal'], expected)
    })

  it('raises the alarm once the ledger is back', async () => {
    world.line.isCut = true
    const token = forge(world.keys.own, claims({ aud: 'https://wiki.example.org' }))
    assert.equal(await refusal(token), 'wrong-audience')
    assert.equal(world.alarms.length, 0)
    world.line.isCut = false
    await world.follower.refresh()
    await world.guard.recheck()
    assert.deepEqual(
      world.alarms.map((each) => [each.alarm, each.refusal]),
      [['unissued', 'wrong-audience']],
    )
  })
})

it('a guard raises no critical alarm about a changed token that the ledger has forgotten', async () => {
  const old = forge(world.keys.own, claims({ iat: 1_600_000_000, exp: 1_600_000_600 }))
  for (const token of [malleated(old), respelled(old)]) await judged(token)
  assert.deepEqual(
    world.alarms.map(({ alarm, severity, isRecorded }) => [alarm, severity, isRecorded]),
    [
      ['malleable-signature', 'warning', undefined],
      ['non-canonical', 'warning', undefined],
    ],
  )
})

describe('a guard that receives invalid tokens', () => {
  for (const { name, token, reason } of noise)
    it(`refuses ${name}, and raises no alarm`, async () => {
      assert.equal(await refusal(await token()), reason)
      assert.deepEqual(world.alarms, [])
    })
})

describe('a guard', () => {
  it('admits recorded tokens at once', async () => {
    for (let i = 0; i < 50; i++)
      assert.equal(await refusal(await world.mint()), 'admitted: recorded')
    assert.deepEqual(world.alarms, [])
  })

  it('raises one alarm for each forgery', async () => {
    const token = forge(world.keys.own, claims())
    for (let i = 0; i < 3; i++) assert.equal(await refusal(token), 'unissued')
    assert.equal(world.alarms.length, 1)
  })

  it('in monitor mode admits the forger and raises the alarm', async () => {
    const token = forge(world.keys.own, claims())
    assert.equal(await refusal(token, { mode: 'monitor' }), 'admitted: monitor')
    assert.deepEqual(told(), [['unissued', true]])
  })

  it('refuses revoked tokens without an alarm', async () => {
    const token = await world.mint()
    assert.equal(await refusal(token), 'admitted: recorded')
    await world.ledger.append(revocationOf(token, Date.now()))
    // Seen once it is published, a moment after it is durable.
    while ((await refusal(token)) !== 'revoked') await world.follower.refresh()
    assert.deepEqual(world.alarms, [])
  })
})

describe('a guard without a connection to the ledger', () => {
  let known = ''
  before(async () => {
    known = await world.mint()
    assert.equal(await refusal(known), 'admitted: recorded')
    world.line.isCut = true
  })
  after(() => {
    world.line.isCut = false
  })

  it('still admits tokens that it knows to be recorded', async () => {
    assert.equal(await refusal(known), 'admitted: recorded')
  })

  it('refuses unknown tokens without an alarm', async () => {
    assert.equal(await refusal(await world.mint()), 'stale')
    assert.deepEqual(world.alarms, [])
  })

  it('admits no token where the head is old and the policy requires a fresh one', async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(await refusal(known, { whenStale: 'none', maxHeadAgeMs: 10 }), 'stale')
  })

  it('raises a warning about a changed token, and a critical alarm only when the ledger lacks it', async () => {
    world.line.isCut = true
    const forged = malleated(forge(world.keys.own, claims()))
    for (const token of [`${await world.mint()}=`, forged]) {
      const reason = token === forged ? 'malleable-signature' : 'non-canonical'
      assert.equal(await refusal(token), reason)
    }
    world.line.isCut = false
    await world.follower.refresh()
    await world.guard.recheck()
    assert.deepEqual(
      world.alarms.map(({ alarm, severity, isRecorded }) => [alarm, severity, isRecorded]),
      [
        ['non-canonical', 'warning', undefined],
        ['malleable-signature', 'warning', undefined],
        ['malleable-signature', 'critical', false],
      ],
    )
    world.line.isCut = true
  })

  it('with grace admits young tokens, and raises the alarm when the ledger is back', async () => {
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
