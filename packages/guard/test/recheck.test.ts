/**
 * Tokens that were shown while the ledger was unavailable: each is checked by itself, whatever becomes of another.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LedgerAnswer } from '@mintmark/ledger/http'
import { forge } from '@mintmark/testkit'
import { type Presence, presenceOf } from '../src/verify/presence.ts'
import { Recheck } from '../src/verify/recheck.ts'
import type { Signed, Unsettled, Verifier } from '../src/verify/verifier.ts'
import { mailPolicy, newWorld, claims as tokenClaims } from './guard_world.ts'

const NOW = Date.parse('2026-11-29T00:00:00Z')
const LATER = NOW + 600_000

/** A follower that says of the tokens of an issuer what the test has it say; `away` is a ledger that cannot be read. */
class Ledgers {
  readonly away = new Set<string>()
  asked = 0
  forgottenMs = 0
  ageMs = 0

  isForgotten(_issuer: string, _issuedAtMs: number, expiresMs: number): boolean {
    return expiresMs < this.forgottenMs
  }

  find(): 'unknown' {
    return 'unknown'
  }

  ask(issuer: string): Promise<LedgerAnswer> {
    this.asked++
    return Promise.resolve({ state: this.away.has(issuer) ? 'failed' : 'unknown' })
  }

  hasRead(): boolean {
    return true
  }

  covers(): boolean {
    return false
  }

  async presenceOf({ jws: { issuer }, claims, inputHash }: Signed): Promise<Presence> {
    const { id, issuedAtMs, expiresMs } = claims
    if (this.isForgotten(issuer, issuedAtMs, expiresMs)) return { state: 'forgotten' }
    return await presenceOf(this, { issuer, id, inputHash, issuedAtMs, isOver: false }, 1)
  }

  refresh(): Promise<void> {
    this.ageMs = -1
    return Promise.resolve()
  }
}

// oxlint-disable typescript/no-unsafe-type-assertion -- what a recheck reads of each
function unsettled(issuer: string, number: number, expiresMs = LATER): Unsettled {
  const inputHash = createHash('sha256').update(`${issuer} ${number}`).digest()
  const claims = { id: inputHash.subarray(0, 16), expiresMs }
  return { signed: { jws: { issuer }, claims, inputHash } as unknown as Signed, isAdmitted: true }
}

const alarmOf = (
  { jws }: Signed,
  alarm: string,
  { isAdmitted }: Pick<Unsettled, 'isAdmitted'>,
) => ({
  issuer: jws.issuer,
  alarm,
  isAdmitted,
})

function given() {
  const ledgers = new Ledgers()
  const alarms: string[] = []
  const told: boolean[] = []
  const recheck = new Recheck({
    verifier: {
      alarmOf,
      presenceOf: (signed: Signed) => ledgers.presenceOf(signed),
    } as unknown as Verifier,
    onAlarm: ({ issuer, alarm, isAdmitted }) => {
      alarms.push(`${issuer} ${alarm}`)
      told.push(isAdmitted)
    },
  })
  return { ledgers, alarms, told, recheck }
}
// oxlint-enable typescript/no-unsafe-type-assertion

describe('tokens that were shown while the ledger was unavailable', () => {
  it('raise their alarm although tokens of another issuer are still undecided', async () => {
    const { ledgers, alarms, recheck } = given()
    ledgers.away.add('a')
    for (let n = 0; n < 40; n++) recheck.add(unsettled('a', n))
    recheck.add(unsettled('b', 0))
    await recheck.run()
    assert.deepEqual(alarms, ['b unissued'])
    assert.equal(recheck.count, 40)
  })

  it('go behind the others of their issuer, so that all have their turn', async () => {
    const { ledgers, alarms, recheck } = given()
    ledgers.away.add('a')
    for (let n = 0; n < 300; n++) recheck.add(unsettled('a', n))
    await recheck.run()
    assert.equal(recheck.count, 300)
    ledgers.away.delete('a')
    ledgers.asked = 0
    await recheck.run()
    assert.equal(alarms.length, 256)
    await recheck.run()
    assert.equal(alarms.length, 300)
    assert.deepEqual([recheck.count, recheck.lost, ledgers.asked], [0, 0, 300])
  })

  it('are counted as lost where the ledger has forgotten them, and where they are too many', async () => {
    const { ledgers, alarms, recheck } = given()
    ledgers.away.add('a')
    for (let n = 0; n < 10_002; n++) recheck.add(unsettled('a', n, n === 0 ? NOW + 1 : LATER))
    recheck.add(unsettled('a', 1))
    assert.deepEqual([recheck.count, recheck.lost], [10_000, 2])
    ledgers.forgottenMs = NOW + 2
    await recheck.run()
    assert.deepEqual([recheck.count, recheck.lost, alarms.length], [9999, 3, 0])
  })
})

it('a token that was refused first, and admitted later, counts as admitted', async () => {
  const { recheck, told } = given()
  const one = unsettled('a', 1)
  recheck.add({ ...one, isAdmitted: false })
  recheck.add(one)
  recheck.add({ ...one, isAdmitted: false })
  await recheck.run()
  assert.deepEqual(told, [true])
})

it('a forgery that grace let in raises its alarm though it expired before the ledger was back', async () => {
  const world = await newWorld()
  try {
    const { keys, guard, follower, alarms } = world
    await follower.refresh()
    world.line.isCut = true
    const exp = Math.floor(Date.now() / 1000) + 2
    const policy = { ...mailPolicy, mode: 'enforce-with-grace' as const }
    const verdict = await guard.assignVerdict(
      forge(keys.own, tokenClaims({ exp })),
      [policy],
      'dovecot',
    )
    assert.equal(verdict.isAdmitted, true)
    await sleep(exp * 1000 - Date.now() + 50)
    world.line.isCut = false
    await follower.refresh()
    await guard.recheck()
    assert.deepEqual(
      alarms.map(({ alarm, severity, isAdmitted }) => [alarm, severity, isAdmitted]),
      [['unissued', 'critical', true]],
    )
  } finally {
    await world.close()
  }
})
