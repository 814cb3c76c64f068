/** A ledger with a million leaves is killed, and started again. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { BIN } from '@mintmark/testkit'
import { append, comes, entryOf, House, LEDGER, type Ledger, newToken } from './house.ts'

const LEAVES = 1_000_000
const AT_ONCE = 2000
const CALLERS = 4
const SHORT_JOURNAL = 16 << 20
const house = new House()
after(() => house.stop())

async function kill({ program }: Ledger): Promise<void> {
  program.process.kill('SIGKILL')
  await program.stop()
}

/** Bytes of the journal: what was recorded so fast that it is not yet durable where readers look. */
function journalOf({ place }: Ledger): number {
  const folder = join(place, 'private/journal')
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

/** Appends entries that the ledger distinguishes. */
async function fill(ledger: Ledger): Promise<void> {
  let made = 0
  const caller = async () => {
    while (made < LEAVES) {
      const first = made
      made += AT_ONCE
      const pattern = entryOf(newToken())
      const entries = Array.from({ length: AT_ONCE }, (_, n) => numbered(pattern, first + n))
      // oxlint-disable-next-line no-await-in-loop -- a caller waits for its answer
      const { results } = await append(ledger, entries)
      assert.ok(results.every(({ isRepeated }) => isRepeated === false))
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
}

function numbered(pattern: ReturnType<typeof entryOf>, number: number) {
  const inputHash = Uint8Array.from(pattern.inputHash)
  new DataView(inputHash.buffer).setUint32(0, number)
  const tokenId = `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
  return { ...pattern, tokenId, inputHash }
}

describe('a ledger with a million leaves that was killed', { timeout: 600_000 }, () => {
  it('knows each live token when it listens again, with its kept state and without', async () => {
    const vkey = await house.init('ledger', ...LEDGER)
    const first = await house.serve('ledger', vkey)
    await fill(first)
    // The burst is over: at the pace of an issuer the journal is as short all the time.
    assert.ok(
      await comes(async () => {
        const { results } = await append(first, [entryOf(newToken())])
        assert.ok(Number(results[0]?.['index']) >= LEAVES)
        return journalOf(first) < SHORT_JOURNAL
      }),
    )
    const last = entryOf(newToken())
    await append(first, [last])
    await kill(first)
    const kept = await house.serve('ledger', vkey)
    assert.equal((await append(kept, [last])).results[0]?.['isRepeated'], true)
    await kill(kept)
    rmSync(join(first.place, 'private/live'), { recursive: true })
    const whole = await house.serve('ledger', vkey)
    assert.equal((await append(whole, [last])).results[0]?.['isRepeated'], true)
    const audit = spawnSync(process.execPath, [BIN, 'ledger', 'audit', first.place], {
      encoding: 'utf8',
    })
    assert.equal(audit.status, 0, audit.stdout)
  })
})
