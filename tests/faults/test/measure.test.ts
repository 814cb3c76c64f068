import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faulted, faultNamed, firm, measure, type TrueAccess, type World } from '../src/index.ts'

const world = firm(7, { people: 9 })
const forgedIn = ({ truth }: World) => [...truth.values()].filter(({ forged }) => forged !== '')

/** The world with another truth: what an instrument that works must object to. */
function untrue(change: (access: TrueAccess) => TrueAccess): World {
  return { ...world, truth: new Map([...world.truth].map(([id, access]) => [id, change(access)])) }
}

describe('a measure', () => {
  it('sees the forger, accuses nobody, and its bounds hold where nothing is lost', async () => {
    const { falseEstablished, violations, forged, forgedEstablished, genuine } =
      await measure(world)
    assert.deepEqual([falseEstablished, violations], [[], []])
    assert.equal(forged, forgedIn(world).length)
    assert.ok(forgedEstablished > 0)
    assert.ok(genuine > 100)
  })

  it('objects where a forged access is said to be ordinary', async () => {
    const { falseEstablished, forged } = await measure(
      untrue((access) => ({ ...access, forged: '' })),
    )
    assert.equal(forged, 0)
    assert.ok(falseEstablished.length > 0)
    assert.ok(falseEstablished.every(({ strength }) => strength === 'established'))
  })

  it('objects where more or less was read than the bounds say', async () => {
    for (const inAll of [0, 1_000_000]) {
      const exposure = { mailboxes: world.exposure.mailboxes, inAll }
      // oxlint-disable-next-line no-await-in-loop -- the engine has one case at a time
      const { violations } = await measure({ ...world, exposure })
      assert.deepEqual(
        violations.map(({ mailbox, truth }) => [mailbox, truth]),
        [['', inAll]],
      )
    }
  })

  it('asks for no bound where records went without a mark', async () => {
    const exposure = { mailboxes: world.exposure.mailboxes, inAll: 1_000_000 }
    assert.deepEqual((await measure({ ...world, exposure, isSilent: true })).violations, [])
  })

  it('covers a world after a fault', async () => {
    const fault = faultNamed('files-gzipped')
    assert.ok(fault !== undefined)
    const changed = faulted(world, fault)
    assert.ok(changed !== undefined)
    const [before, after] = [await measure(world), await measure(changed)]
    assert.deepEqual(
      [after.genuine, after.forged, after.forgedEstablished, after.faults],
      [before.genuine, before.forged, before.forgedEstablished, ['files-gzipped']],
    )
  })
})
