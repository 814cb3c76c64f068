import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isWhole, verifyReport, writeNotices } from '@mintmark/report'
import * as fc from 'fast-check'
import { folded, leaksIn, recipient, wholeText, within } from './notice_checks.ts'
import { ATTACKER, plans } from './notice_world.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 4)

describe('a notice', () => {
  it('for an organisation has nothing that only others have', async () => {
    const property = fc.asyncProperty(plans, (plan) =>
      within(plan, async (world, folder) => {
        const recipients = world.homes.map(({ name }) => recipient(world, name))
        const made = await writeNotices(world.opened, world.answered, recipients, {
          out: join(folder, 'out'),
        })
        for (const [n, { out }] of made.entries()) {
          const text = wholeText(out)
          assert.deepEqual(
            leaksIn(text, world, (one) => one === n),
            [],
          )
          assert.ok(text.includes(ATTACKER.ip), 'the attacker is everybody’s')
          assert.ok(text.includes(folded(world.homes[n]?.name ?? '?')))
          assert.ok(isWhole(await verifyReport(out), false))
        }
      }),
    )
    await fc.assert(property, { numRuns: RUNS })
  })
})
