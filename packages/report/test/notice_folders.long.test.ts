/** Notices of several recipients: each has its own folder and bytes, whatever happened to others. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import { everybody, type Whom } from '@mintmark/case'
import { erratumOf, readReport, writeNotices } from '@mintmark/report'
import { recipient, within } from './notice_checks.ts'

describe('notices', () => {
  it('have the same bytes, whatever happened to others', async () => {
    const first = { accounts: 2, forged: 5, isMixed: false }
    const others = [
      [{ accounts: 1, forged: 1, isMixed: false }],
      [
        { accounts: 3, forged: 9, isMixed: true },
        { accounts: 2, forged: 4, isMixed: true },
      ],
    ]
    const written: Map<string, string>[] = []
    // oxlint-disable-next-line no-await-in-loop -- one world after the other
    for (const more of others)
      await within(
        { seed: 11, isShared: false, shapes: [first, ...more] },
        async (world, folder) => {
          const out = join(folder, 'out')
          await writeNotices(
            world.opened,
            world.answered,
            [recipient(world, world.homes[0]?.name ?? '')],
            { out },
          )
          written.push(
            new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')])),
          )
        },
      )
    const [one, two] = written
    assert.ok(one !== undefined && one.size > 5)
    assert.deepEqual(one, two)
  })

  it('for everybody are a folder each, which report diff compares', async () => {
    const plan = {
      seed: 3,
      isShared: true,
      shapes: [
        { accounts: 1, forged: 2, isMixed: false },
        { accounts: 2, forged: 3, isMixed: false },
      ],
    }
    await within(plan, async (world, folder) => {
      const all = everybody(world.answered.scope)
      assert.equal(all.length, 2)
      const made = await writeNotices(world.opened, world.answered, all, {
        out: join(folder, 'out'),
      })
      const [one, two] = made
      assert.ok(one !== undefined && two !== undefined && one.out !== two.out)
      assert.deepEqual(
        erratumOf(await readReport(one.out), await readReport(one.out)).differences,
        [],
      )
      assert.ok(
        erratumOf(await readReport(one.out), await readReport(two.out)).differences.length > 0,
      )
    })
  })
})

describe('folders of notices', () => {
  it('are one each, also where names look like the number of a second one', async () => {
    const shape = { accounts: 1, forged: 1, isMixed: false }
    await within({ seed: 5, isShared: false, shapes: [shape, shape] }, async (world, folder) => {
      const [one] = everybody(world.answered.scope)
      assert.ok(one !== undefined)
      const out = join(folder, 'out')
      const named = ['a b', 'a-b', 'a-b-2'].map(
        (name): Whom => ({ name, isOrganisation: true, accounts: one.accounts }),
      )
      const made = await writeNotices(world.opened, world.answered, named, { out })
      assert.deepEqual(
        made.map(({ whom, out: place }) => [whom.name, basename(place)]),
        [
          ['a b', 'a-b'],
          ['a-b', 'a-b-2'],
          ['a-b-2', 'a-b-2-2'],
        ],
      )
    })
  })
})
