/** A ledger that is served, on a machine whose clock jumps. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import {
  claims,
  frontEndKey,
  issuanceFor,
  makeLedger,
  post,
  serve,
  token,
} from '@mintmark/ledger/testing'
import { mintmark } from '../../fake_io.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-clock-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const DAY_MS = 86_400_000

const daysLater = () => Date.now() + 3 * DAY_MS

const entryAt = (nowMs: number) => {
  const iat = Math.floor(nowMs / 1000)
  return issuanceFor(token(claims({ iat, exp: iat + 600 })))
}

it('ledger serve warns when its clock jumps, and accepts no entry until the clock is back', async () => {
  const { folder } = await makeLedger(scratch, 'jumps')
  const key = frontEndKey(folder)
  const warnings: string[] = []
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  const warned = async (pattern: RegExp) => {
    for (let i = 0; i < 400 && !warnings.some((text) => pattern.test(text)); i++)
      // oxlint-disable-next-line no-await-in-loop -- it is waited for
      await new Promise((resolve) => setTimeout(resolve, 25))
    return warnings.some((text) => pattern.test(text))
  }
  const { url, stop } = await serve(folder, { now, warn: (text) => warnings.push(text) })
  const health = async () => (await fetch(`${url}/healthz`)).status
  const sent = () => post(url, key, [entryAt(now())])
  try {
    const before = await sent()
    aheadMs = 365 * DAY_MS
    assert.deepEqual(await sent(), { status: 503, results: [{ unavailable: 'LEDGER_CLOCK' }] })
    assert.equal(await health(), 503)
    assert.ok(
      await warned(/^entries are not taken in: the clock is 31\d{6} s further than it can be/),
    )
    aheadMs = 0
    const again = await sent()
    assert.equal(again.results[0]?.['shard'], before.results[0]?.['shard'])
    assert.equal(await health(), 200)
    assert.ok(await warned(/^entries are taken in again$/))
  } finally {
    await stop()
  }
})

it('a ledger that was off for days takes entries in once somebody confirms the clock', async () => {
  const { folder } = await makeLedger(scratch, 'was-off')
  const key = frontEndKey(folder)
  const first = await serve(folder)
  await post(first.url, key, [entryAt(Date.now())])
  await first.stop()
  for (const [confirmedMs, status] of [
    [undefined, 503],
    [daysLater(), 200],
  ] as const) {
    /* oxlint-disable no-await-in-loop -- one opening after the other */
    const { url, stop } = await serve(folder, { now: daysLater, confirmedMs })
    const answer = await post(url, key, [entryAt(daysLater())])
    await stop()
    assert.equal(answer.status, status)
    /* oxlint-enable no-await-in-loop */
  }
})

it('--confirm-clock takes a time with its zone', async () => {
  const { folder } = await makeLedger(scratch, 'confirmed')
  for (const spelled of ['yes', '2026-11-25', '2026-11-25T08:30', '2026-13-25T08:30Z']) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { code, err } = await mintmark('ledger', 'serve', folder, '--confirm-clock', spelled)
    assert.equal(code, 2)
    assert.match(err, /--confirm-clock takes a time with its zone/)
  }
})
