/** A key that is distrusted, where the policy would admit what raises an alarm. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { forge, malleated, respelled } from '@mintmark/testkit'
import type { DistrustedKeys } from '../../src/verify/distrusted_keys.ts'
import { claims, mailPolicy, newWorld } from '../guard_world.ts'

it('a distrusted key admits nothing, not even what monitoring would, and its alarms say so', async () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a guard asks of it
  const distrusted = {
    has: () => true,
    distrust: () => false,
    count: 1,
  } as unknown as DistrustedKeys
  const own = await newWorld({ distrusted })
  try {
    await own.follower.refresh()
    const tokens = [
      forge(own.keys.own, claims()),
      forge(own.keys.own, claims({ sub: 'nobody' })),
      respelled(forge(own.keys.own, claims())),
      malleated(forge(own.keys.own, claims())),
      forge(own.keys.old, claims()),
    ]
    const policies = [{ ...mailPolicy, mode: 'monitor' as const }]
    for (const token of tokens) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const verdict = await own.guard.assignVerdict(token, policies, 'dovecot')
      assert.equal(verdict.isAdmitted ? 'admitted' : verdict.reason, 'distrusted-key')
    }
    assert.deepEqual(
      own.alarms.map(({ isAdmitted }) => isAdmitted),
      tokens.map(() => false),
    )
  } finally {
    await own.close()
  }
})
