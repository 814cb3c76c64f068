/**
 * The short run of the truth bench: accidents that have accused the innocent before, and a forger's
 * choices that have hidden him. The long run is `node bench/src/truth.bench.ts`.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  campus,
  faulted,
  faultNamed,
  firm,
  type Judged,
  type Measure,
  measure,
  type World,
} from '../src/index.ts'

const WORLDS = { firm: firm(2, { people: 8 }), campus: campus(1, { people: 12 }) }

async function after(world: World, name: string): Promise<Measure> {
  const fault = faultNamed(name)
  assert.ok(fault !== undefined)
  const changed = faulted(world, fault)
  assert.ok(changed !== undefined)
  return await measure(changed)
}

const said = ({ truth, verdict, reason }: Judged) => `${truth.id} ${verdict} ${reason}`

describe('an ordinary accident accuses nobody, and bounds hold', () => {
  for (const [world, name] of [
    ['firm', 'sign-in-hour-lost'],
    ['firm', 'sign-in-ids-lower-cased'],
    ['firm', 'audit-hours-lost'],
    ['campus', 'sign-ins-in-local-time'],
    ['campus', 'partner-sign-ins-instead-of-ours'],
    ['campus', 'service-for-users-never-logged'],
    ['campus', 'audit-gap-stated'],
  ] as const)
    it(`${name}, ${world}`, async () => {
      const { falseEstablished, genuine, violations } = await after(WORLDS[world], name)
      assert.ok(genuine > 100)
      assert.deepEqual(falseEstablished.slice(0, 3).map(said), [])
      assert.deepEqual(violations, [])
    })
})

describe('a forger is seen, whatever his tokens say', () => {
  for (const name of [
    'forger-no-id',
    'forger-issued-last-week',
    'forger-expired-token-of-victim',
    'forger-session-of-victim',
    'forger-as-application',
  ])
    it(name, async () => {
      const { missed, forged, forgedIssued, violations } = await after(WORLDS.campus, name)
      assert.deepEqual(violations, [])
      assert.ok(forged > 0)
      assert.equal(forgedIssued, 0)
      assert.deepEqual(missed.slice(0, 3).map(said), [])
    })
})
