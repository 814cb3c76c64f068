/** A guard whose clock is not that of the ledger. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { startGuardWorld } from './served_guard.ts'

const AHEAD_MS = 600_000

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000
  while (!(await isSo())) {
    assert.ok(Date.now() < end)
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

it('a guard whose clock is off says so, is not ready, and is again when the clock is right', async () => {
  let aheadMs = AHEAD_MS
  const world = await startGuardWorld(undefined, () => Date.now() + aheadMs)
  const ready = async () => (await fetch(`${world.url}/readyz`)).status
  const events = () => world.lines.filter((line) => line.includes('"event":"clock"'))
  try {
    await until(() => Promise.resolve(events().length > 0))
    assert.match(events()[0] ?? '', /this machine is (?:599|60[01]) s ahead of the ledger/)
    assert.equal(await ready(), 503)
    const metrics = await (await fetch(`${world.url}/metrics`)).text()
    const [, seconds = ''] = /^mintmark_guard_clock_ahead_seconds (\S+)$/m.exec(metrics) ?? []
    assert.ok(Math.abs(Number(seconds) - AHEAD_MS / 1000) < 3, seconds)
    aheadMs = 0
    await until(async () => (await ready()) === 200)
    await until(() => Promise.resolve(events().length > 1))
    assert.match(events()[1] ?? '', /as that of the ledger/)
  } finally {
    await world.stop()
  }
})
