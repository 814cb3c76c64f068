/** Bounds of a guard: how much a caller may ask, how much a key may alarm, how old a head and a key may be. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseObject } from '@mintmark/core'
import { ISSUER } from '@mintmark/ledger/testing'
import { AUDIENCE, callerNamed, type GuardWorld, jwks, startGuardWorld } from './served_guard.ts'

const DAY_SECONDS = 86_400

async function within(
  more: (scratch: string) => Readonly<Record<string, unknown>>,
  work: (world: GuardWorld) => Promise<void>,
  now: () => number = Date.now,
): Promise<void> {
  const world = await startGuardWorld(more, now)
  try {
    await work(world)
  } finally {
    await world.stop()
  }
}

/** Asks until the answer is this one, or for 20 seconds; gives the last answer. */
async function reached(ask: () => Promise<number>, wanted: number): Promise<number> {
  let status = await ask()
  for (let i = 0; i < 200 && status !== wanted; i++) {
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    await new Promise((resolve) => setTimeout(resolve, 100))
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    status = await ask()
  }
  return status
}

const introspect = (world: GuardWorld, token: string) => world.post('/introspect', { token })

const isActive = ({ text }: { readonly text: string }) => parseObject(text)?.['active']

describe('a caller above its rate', () => {
  it('gets 429, is answered again a little later, and does not limit another caller', async () => {
    const callers = [{ ...callerNamed('dovecot'), requestsPerSecond: 1 }, callerNamed('other')]
    await within(
      () => ({ callers }),
      async (world) => {
        const statuses = async (caller: string) => {
          const asked = Array.from({ length: 50 }, () =>
            world.post('/introspect', { token: 'none' }, { caller }),
          )
          return (await Promise.all(asked)).map(({ status }) => status)
        }
        const from = performance.now()
        const burst = await statuses('dovecot')
        const answered = burst.filter((status) => status === 200).length
        // One at once, and one for each second that it took.
        const most = 1 + Math.ceil((performance.now() - from) / 1000)
        assert.ok(answered >= 1 && answered <= most, `${answered} of at most ${most}`)
        assert.equal(burst.filter((status) => status === 429).length, 50 - answered)
        assert.deepEqual(new Set(await statuses('other')), new Set([200]))
        const again = async () => (await world.post('/introspect', { token: 'none' })).status
        assert.equal(await reached(again, 200), 200)
      },
    )
  })
})

describe('a key with more forged tokens than anybody can read about', () => {
  it('raises a hundred alarms a minute, and the others are counted', async () => {
    const start = Date.now()
    let aheadMs = 0
    await within(
      () => ({ callers: [callerNamed('dovecot')] }),
      async (world) => {
        const forged = Array.from({ length: 120 }, (_, n) =>
          world.forge(n % 2 === 0 ? {} : { jti: undefined, iss: `https://${n}.example.org` }),
        )
        for (const token of forged) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          assert.equal(isActive(await introspect(world, token)), false)
        }
        assert.equal(world.alarms().length, 100)
        const metrics = await (await fetch(`${world.url}/metrics`)).text()
        assert.match(metrics, /^mintmark_guard_alarms_suppressed\S* 20$/m)
        aheadMs = 59_000
        await introspect(world, world.forge())
        assert.equal(world.alarms().length, 100)
        aheadMs = 61_000
        await introspect(world, world.forge())
        assert.equal(world.alarms().length, 101)
        for (let n = 0; n < 110; n++) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          await introspect(world, world.forge())
        }
        assert.equal(world.alarms().length, 200)
        aheadMs = -3_600_000
        await introspect(world, world.forge())
        assert.equal(world.alarms().length, 201, 'after the clock was set back')
      },
      () => start + aheadMs,
    )
  })
})

describe('a key whose genuine tokens somebody changes', () => {
  it('raises its critical alarms beside a hundred warnings, and what was kept back later', async () => {
    const start = Date.now()
    let aheadMs = 0
    await within(
      () => ({ callers: [callerNamed('dovecot')] }),
      async (world) => {
        const changed: string[] = []
        for (let n = 0; n < 101; n++) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          changed.push(`${await world.mint()}=`)
          // oxlint-disable-next-line no-await-in-loop -- the same
          await introspect(world, changed.at(-1) ?? '')
        }
        await introspect(world, world.forge())
        const told = () => world.alarms().map(({ severity }) => severity)
        assert.deepEqual([told().length, told().at(-1)], [101, 'critical'])
        aheadMs = 61_000
        await introspect(world, changed.at(-1) ?? '')
        assert.deepEqual([told().length, told().at(-1)], [102, 'warning'])
      },
      () => start + aheadMs,
    )
  })
})

describe('a guard whose head is stale', () => {
  it('is not ready any more', async () => {
    const audiences = [
      { audience: AUDIENCE, classes: ['agency'], mode: 'enforce', maxHeadAgeSeconds: 2 },
    ]
    await within(
      () => ({ audiences }),
      async (world) => {
        const ready = async () => (await fetch(`${world.url}/readyz`)).status
        assert.equal(await reached(ready, 200), 200)
        await world.stopLedger()
        assert.equal(await reached(ready, 503), 503)
      },
    )
  })
})

/** An issuer whose keys are two days old. */
function issuerOf(scratch: string, maxKeyAgeDays: number): Readonly<Record<string, unknown>> {
  const keys = join(scratch, 'old-keys.json')
  const nbf = Math.floor(Date.now() / 1000) - 2 * DAY_SECONDS
  writeFileSync(keys, JSON.stringify({ keys: jwks.keys.map((key) => Object.assign({ nbf }, key)) }))
  return { issuer: ISSUER, class: 'agency', keys, maxKeyAgeDays }
}

describe('a key that is older than its issuer may use one', () => {
  for (const [days, isAccepted] of [
    [1, false],
    [3, true],
  ] as const)
    it(`of two days ${isAccepted ? 'counts' : 'does not count'} where ${days} are allowed`, async () => {
      await within(
        (scratch) => ({ issuers: [issuerOf(scratch, days)] }),
        async (world) => {
          assert.equal(isActive(await introspect(world, await world.mint())), isAccepted)
        },
      )
    })
})
