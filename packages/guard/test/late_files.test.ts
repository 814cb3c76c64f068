/** A guard on plain files of a web server: what it makes of tokens that were recorded and are not published yet. */
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { type Issuance, logPolicy, type Revocation } from '@mintmark/ledger'
import { WrittenLedger } from '@mintmark/ledger/testing'
import { forge } from '@mintmark/testkit'
import { type Alarm, LedgerFollower, SigningGate, TrustedKeys } from '../src/index.ts'
import { claims, ENTERPRISE, guardOf, keysOf, mailPolicy, newKey } from './guard_world.ts'

const NOW = Date.parse('2026-11-25T12:00:00Z')
const TODAY = 'main/2026-11-25'
const key = newKey('own-1', ENTERPRISE)
const ring = new TrustedKeys(await keysOf(ENTERPRISE, [key]))

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

function newFiles() {
  const ledger = new WrittenLedger({ main: ENTERPRISE })
  ledger.append(TODAY, [ledger.opening('main', NOW - 3_600_000)])
  const alarms: Alarm[] = []
  const now = () => NOW
  const policy = logPolicy(ledger.description.key)
  const follower = new LedgerFollower({ read: ledger.read, policy, now })
  stops.push(() => follower.stop())
  const guard = guardOf(follower, ring, alarms, { waitMs: 1, now })
  const recorded: (Issuance | Revocation)[] = []
  const record = (entry: Issuance | Revocation) => {
    recorded.push(entry)
    return Promise.resolve({ shard: TODAY, index: 0, isRepeated: false })
  }
  const { kid, privateKey } = key
  const gate = new SigningGate({ record, kid, alg: 'ES256', privateKey })
  const assignVerdict = async (token: string, more: Partial<typeof mailPolicy> = {}) => {
    const verdict = await guard.assignVerdict(token, [{ ...mailPolicy, ...more }], 'dovecot')
    return verdict.isAdmitted ? verdict.basis : verdict.reason
  }
  return {
    assignVerdict,
    mint: async (issued: number) => (await gate.mint(claimsAt(issued))).token,
    publish: () => ledger.append(TODAY, recorded.splice(0)),
    recheck: async () => {
      await guard.recheck()
      return alarms.map(({ alarm, severity }) => `${alarm} ${severity}`)
    },
  }
}

/** @param issued seconds after {@link NOW} */
function claimsAt(issued: number): Record<string, unknown> {
  const iat = NOW / 1000 + issued
  return claims({ iat, exp: iat + 600 })
}

describe('plain files that are late', () => {
  it('refuse a genuine token without an alarm, and admit it once they have it', async () => {
    const { assignVerdict, mint, publish, recheck } = newFiles()
    const token = await mint(0)
    assert.equal(await assignVerdict(token), 'stale')
    assert.deepEqual(await recheck(), [])
    await mint(120)
    publish()
    assert.deepEqual(await recheck(), [])
    assert.equal(await assignVerdict(token), 'recorded')
  })

  const forged: readonly (readonly [string, Record<string, unknown>, number])[] = [
    ['of now', {}, 120],
    ['of a time to come', { iat: NOW / 1000 + 9e8, exp: NOW / 1000 + 9e8 + 60 }, 720],
  ]
  for (const [name, more, early] of forged)
    it(`raise the alarm of a forgery ${name} when they have a token that was issued later`, async () => {
      const { assignVerdict, mint, publish, recheck } = newFiles()
      const token = forge(key, { ...claimsAt(0), ...more })
      await mint(early)
      publish()
      await assignVerdict(token)
      assert.deepEqual(await recheck(), [])
      await mint(early + 1)
      publish()
      assert.deepEqual(await recheck(), ['unissued critical'])
    })

  it('call a forgery without a time of issue unissued at once', async () => {
    const { assignVerdict, mint, publish, recheck } = newFiles()
    await mint(0)
    publish()
    assert.equal(await assignVerdict(forge(key, { ...claimsAt(0), iat: undefined })), 'unissued')
    assert.deepEqual(await recheck(), ['unissued critical'])
  })

  it('let no forgery in by grace, or where any valid signature is enough', async () => {
    const { assignVerdict } = newFiles()
    const token = forge(key, claimsAt(0))
    assert.equal(await assignVerdict(token, { mode: 'enforce-with-grace' }), 'stale')
    assert.equal(await assignVerdict(token, { whenStale: 'all' }), 'stale')
    assert.equal(await assignVerdict(token, { mode: 'monitor' }), 'monitor')
  })
})
