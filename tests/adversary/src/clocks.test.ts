/** Machines whose clock jumps while they run. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { append, comes, entryOf, House, introspect, LEDGER, newToken, statusOf } from './house.ts'

const DAY_MS = 86_400_000
const houses: House[] = []
const newHouse = () => {
  const house = new House()
  houses.push(house)
  return house
}
after(() => Promise.all(houses.map((house) => house.stop())))

describe('a ledger whose clock jumps a year ahead', () => {
  it('records nothing until it is back, and then goes on in the same shard', async () => {
    const house = newHouse()
    const ledger = await house.serve('ledger', await house.init('ledger', ...LEDGER), [], true)
    const first = await append(ledger, [entryOf(newToken())])
    house.setAhead(365 * DAY_MS)
    const token = newToken({}, Date.now() + 365 * DAY_MS)
    assert.deepEqual(await append(ledger, [entryOf(token)]), {
      status: 503,
      results: [{ unavailable: 'LEDGER_CLOCK' }],
    })
    assert.equal(await statusOf(`${ledger.url}/healthz`), 503)
    house.setAhead(0)
    assert.ok(await comes(async () => (await statusOf(`${ledger.url}/healthz`)) === 200))
    const next = await append(ledger, [entryOf(newToken())])
    assert.equal(next.results[0]?.['shard'], first.results[0]?.['shard'])
  })
})

describe('a guard whose clock is ten minutes off', () => {
  for (const aheadMs of [600_000, -600_000])
    it(`says so, and is not ready until it is right: ${aheadMs} ms`, async () => {
      const house = newHouse()
      const ledger = await house.ledger()
      const token = newToken()
      await append(ledger, [entryOf(token)])
      house.setAhead(aheadMs)
      const guard = await house.guard(ledger, true)
      assert.ok(await comes(() => guard.program.printed().includes('"event":"clock"')))
      assert.ok(await comes(async () => (await statusOf(`${guard.url}/readyz`)) === 503))
      house.setAhead(0)
      assert.ok(await comes(async () => (await statusOf(`${guard.url}/readyz`)) === 200))
      assert.equal((await introspect(guard, token))['active'], true)
    })
})
