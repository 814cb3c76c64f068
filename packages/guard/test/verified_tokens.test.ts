/** The memory of tokens whose signature was good: what comes in, what goes, and what it may never say. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { forge } from '@mintmark/testkit'
import { readKeys, revocationOf, type TrustedKey, TrustedKeys } from '../src/index.ts'
import { VerifiedTokens } from '../src/verify/verified_tokens.ts'
import { claims, ENTERPRISE, mailPolicy, newKey, newWorld, type World } from './guard_world.ts'

const owner = { issuer: ENTERPRISE, maxKeyAgeMs: undefined }

async function trusted(kid: string): Promise<TrustedKey> {
  const [key] = await readKeys(JSON.stringify({ keys: [newKey(kid, ENTERPRISE).jwk] }), owner)
  if (key === undefined) throw new Error('no key')
  return key
}

describe('a memory of verified tokens', () => {
  let key: TrustedKey
  let ring: TrustedKeys
  before(async () => {
    key = await trusted('k')
    ring = new TrustedKeys([key])
  })

  it('knows what came last, and is never larger than it may be', () => {
    const memory = new VerifiedTokens(10)
    for (let i = 0; i < 1000; i++) {
      memory.add(`token ${i}`, key, ring)
      assert.equal(memory.signerOf(`token ${i}`, ring), key)
      assert.ok(memory.count <= 10)
    }
    assert.equal(memory.signerOf('token 0', ring), undefined)
    assert.equal(memory.signerOf('token 996', ring), key)
  })

  it('keeps a token that is shown again and again, whatever comes between', () => {
    const memory = new VerifiedTokens(10)
    memory.add('mine', key, ring)
    for (let i = 0; i < 1000; i++) {
      memory.add(`token ${i}`, key, ring)
      assert.equal(memory.signerOf('mine', ring), key)
    }
  })

  it('knows nothing under other keys, and forgets all with the first of them', () => {
    const memory = new VerifiedTokens(10)
    memory.add('mine', key, ring)
    const other = new TrustedKeys([])
    assert.equal(memory.signerOf('mine', other), undefined)
    memory.add('theirs', key, other)
    assert.equal(memory.signerOf('mine', ring), undefined)
    assert.equal(memory.count, 1)
  })

  it('of no size remembers nothing', () => {
    assert.equal(new VerifiedTokens(0).nameOf('mine'), undefined)
  })
})

describe('a guard that remembers', () => {
  let world: World
  before(async () => {
    world = await newWorld()
  })
  after(() => world.close())

  const judged = async (token: string, now = mailPolicy) => {
    const verdict = await world.guard.assignVerdict(token, [now], 'dovecot')
    return verdict.isAdmitted ? verdict.basis : verdict.reason
  }
  const remembered = () => world.guard.gauges()['remembered_tokens']

  it('remembers what is recorded once, and no forgery, noise or monitored exception', async () => {
    const token = await world.mint()
    for (let i = 0; i < 3; i++) assert.equal(await judged(token), 'recorded')
    const forged = forge(world.keys.own, claims())
    assert.equal(await judged(forged), 'unissued')
    assert.equal(await judged(forged, { ...mailPolicy, mode: 'monitor' }), 'monitor')
    assert.equal(await judged(`${token.slice(0, -6)}AAAAAA`), 'bad-signature')
    assert.equal(await judged(forge(newKey('other', ENTERPRISE), claims())), 'unknown-key')
    // The first is asked of the ledger, and known from the second time on.
    assert.ok(Number(remembered()) <= 1)
    assert.equal(await judged(token), 'recorded')
    assert.equal(remembered(), 1)
  })

  it('looks at the rest anew each time: audience, revocation', async () => {
    const token = await world.mint()
    for (let i = 0; i < 3; i++) assert.equal(await judged(token), 'recorded')
    assert.equal(await judged(token, { ...mailPolicy, audience: 'wiki' }), 'wrong-audience')
    const classes = new Set(['consumer'])
    assert.equal(await judged(token, { ...mailPolicy, classes }), 'class-mismatch')
    await world.ledger.append(revocationOf(token, Date.now()))
    while ((await judged(token)) !== 'revoked') await world.follower.refresh()
    assert.equal(await judged(token), 'revoked')
  })
})
