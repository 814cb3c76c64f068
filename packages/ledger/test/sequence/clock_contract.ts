/** What a ledger does where its clock jumps, whatever it is kept in: a part of the contract of stores. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { auditLedger, logPolicy, openLedger } from '../../src/index.ts'
import { tokenIdBytes } from '../../src/tree/entry.ts'
import { newLedger, readerOf } from '../tested_store.ts'
import { issuance } from '../tokens.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-clock-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

let made = 0
const newFolder = () => newLedger(join(scratch, String(made++)))

const START = Date.parse('2026-11-25T12:00:00Z')
const DAY = 86_400_000
const clockError = { code: 'LEDGER_CLOCK' }
const taken = { code: 'ENTRY_REFUSED', facts: { reason: 'token-id-taken' } }

/** A token that is made at a time and lives ten minutes. */
const tokenAt = (ms: number, more: Readonly<Record<string, unknown>> = {}) =>
  issuance({ iat: ms / 1000, exp: ms / 1000 + 600, ...more })

/** Opens a ledger of which no time passes but by its clock. */
const openAt = (folder: string, now: () => number, confirmedMs?: number) =>
  openLedger(folder, { now, elapsed: () => 0, confirmedMs })

describe('a clock that jumps ahead', () => {
  for (const [name, aheadMs] of [
    ['two minutes', 120_000],
    ['a day', DAY],
    ['a year', 365 * DAY],
  ] as const)
    it(`by ${name} and comes back opens no shard, loses nothing, and forgets no token`, async () => {
      const folder = await newFolder()
      let clock = START
      const genuine = tokenAt(START)
      const id = tokenIdBytes(genuine.tokenId)
      const ledger = await openAt(folder, () => clock)
      await ledger.append(genuine)
      clock = START + aheadMs
      // Whether the issuer's clock is right, or jumped too.
      for (const ms of [START, clock]) {
        // oxlint-disable-next-line no-await-in-loop -- two
        await assert.rejects(ledger.append(tokenAt(ms)), clockError)
      }
      assert.ok(ledger.trouble instanceof MintmarkError && ledger.trouble.code === 'LEDGER_CLOCK')
      assert.notEqual(ledger.find('agency', id, genuine.inputHash), undefined)
      clock = START + 1000
      assert.equal(ledger.trouble, undefined)
      const { shard, index } = await ledger.append(tokenAt(START))
      assert.deepEqual([shard, index], ['agency/2026-11-25', 2])
      assert.equal((await ledger.append(genuine)).isRepeated, true)
      await ledger.close()
      const reader = await readerOf(folder)
      const policy = logPolicy(reader.description.key)
      const report = await auditLedger(reader, { policy, seen: [], nowMs: START })
      assert.deepEqual([report.findings, report.shards], [[], 1])
    })

  it('in step with the time that passes is no jump, however long nothing came', async () => {
    const folder = await newFolder()
    let clock = START
    const ledger = await openLedger(folder, { now: () => clock, elapsed: () => clock - START })
    await ledger.append(tokenAt(clock))
    clock += 40 * DAY
    assert.equal((await ledger.append(tokenAt(clock))).shard, 'agency/2027-01-04')
    await ledger.close()
  })
})

describe('a clock that jumped while the ledger was closed', () => {
  const jti = '22608a25-1d9b-44b5-b0f2-cb94f06b2d00'
  const later = START + 25 * 3_600_000

  /** A ledger with one token, closed again. */
  async function closed(): Promise<string> {
    const folder = await newFolder()
    const ledger = await openAt(folder, () => START)
    await ledger.append(tokenAt(START, { jti }))
    await ledger.close()
    return folder
  }

  it('is doubted until somebody confirms it', async () => {
    const folder = await closed()
    for (const confirmedMs of [undefined, START]) {
      /* oxlint-disable no-await-in-loop -- one opening after the other */
      const ledger = await openAt(folder, () => later, confirmedMs)
      await assert.rejects(ledger.append(tokenAt(later)), clockError)
      await ledger.close()
      /* oxlint-enable no-await-in-loop */
    }
    const ledger = await openAt(folder, () => later, later - 60_000)
    assert.equal((await ledger.append(tokenAt(later))).shard, 'agency/2026-11-26')
    await ledger.close()
  })

  it('by hours, which is believed, has no token forgotten that lives when it is back', async () => {
    const folder = await closed()
    let clock = START + 5 * 3_600_000
    const ledger = await openAt(folder, () => clock)
    clock = START + 2000
    await assert.rejects(ledger.append(tokenAt(START, { jti, sub: 'mallory' })), taken)
    await ledger.close()
  })

  it('from long ago to now, as one that was not set yet, is believed', async () => {
    const folder = await closed()
    let clock = 0
    const ledger = await openAt(folder, () => clock)
    const tooEarly = { code: 'ENTRY_REFUSED', facts: { reason: 'issued-at' } }
    await assert.rejects(ledger.append(tokenAt(START)), tooEarly)
    clock = START + 60_000
    assert.equal((await ledger.append(tokenAt(clock))).index, 2)
    await ledger.close()
  })
})
