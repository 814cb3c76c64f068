import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { everybody, whomOf } from '@mintmark/case'
import { writeNotices } from '@mintmark/report'
import { leaksIn, recipient, wholeText, within } from './notice_checks.ts'

describe('a notice', () => {
  it('for a mailbox has nothing of its colleagues', async () => {
    const plan = {
      seed: 7,
      isShared: false,
      shapes: [
        { accounts: 3, forged: 6, isMixed: true },
        { accounts: 2, forged: 2, isMixed: false },
      ],
    }
    await within(plan, async (world, folder) => {
      const [home] = world.homes
      assert.ok(home !== undefined)
      const { identity, account } = home
      const out = join(folder, 'out')
      await writeNotices(world.opened, world.answered, [recipient(world, account.toUpperCase())], {
        out,
      })
      const text = wholeText(out)
      const [local = ''] = account.split('@')
      const colleagues = identity.filter((one) => one.includes('@') && one !== account)
      assert.equal(colleagues.length, 2)
      assert.deepEqual(
        colleagues.filter((one) => text.includes(one) || text.includes(one.split('@')[0] ?? '')),
        [],
      )
      assert.ok(text.includes(local))
      assert.deepEqual(
        leaksIn(text, world, (one) => one === 0),
        [],
      )
    })
  })
})

describe('a recipient', () => {
  const scope = {
    accounts: [
      { mailbox: 'ada@a.example', organisation: 'A' },
      { mailbox: 'bo@b.example', organisation: '' },
    ],
  }

  it('is an organisation, or an account, in any letter case', () => {
    const a = { name: 'A', isOrganisation: true, accounts: ['ada@a.example'] }
    assert.deepEqual(whomOf(scope, ' a '), [a])
    assert.deepEqual(
      whomOf(scope, 'ADA@a.example').map(({ isOrganisation }) => isOrganisation),
      [false],
    )
    assert.deepEqual(whomOf(scope, 'b'), [])
  })

  it('is the one of exactly that name, where others differ by letter case', () => {
    const two = {
      accounts: [
        { mailbox: 'ada@a.example', organisation: 'Acme' },
        { mailbox: 'bo@b.example', organisation: 'ACME' },
      ],
    }
    const names = (name: string) => whomOf(two, name).map((whom) => whom.name)
    assert.deepEqual(names('ACME'), ['ACME'])
    assert.deepEqual(names('Acme'), ['Acme'])
    assert.deepEqual(names('acme'), ['Acme', 'ACME'])
  })

  it('is the account itself where no organisation is known', () => {
    assert.deepEqual(
      everybody(scope).map(({ name }) => name),
      ['A', 'bo@b.example'],
    )
  })
})
