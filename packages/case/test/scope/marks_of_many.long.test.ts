import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addMarks, markAccesses, markHistory, withdrawMarks } from '../../src/scope/marks.ts'
import { remark, select } from '../../src/scope/select.ts'
import { backends } from '../backends.ts'
import { fill, guid, type OpenWorld, openWorld, undetermined, unissued } from '../world.ts'
import { FORGED, parties, partiesIn, rows, SAME_TOKEN } from './marked_accesses.ts'

for (const backend of backends)
  describe(`marks of many in ${backend.name}`, { skip: backend.skip ?? false }, () => {
    let world: OpenWorld
    before(async () => {
      world = await openWorld(backend)
      await fill(world.session, {
        access: Object.values(rows),
        verdicts: new Map([...unissued(FORGED), ...undetermined(SAME_TOKEN)]),
      })
    })
    after(() => world.close())

    it('of all of a selection are made and taken back as one, and followed as if selected anew', async () => {
      const { session } = world
      const word = { reason: 'their scanner', who: 'ann' }
      const unmarked = await parties(session)
      const whole = await select(session, {})
      const all = `SELECT record_id FROM access WHERE ip LIKE '192.0.2.%'`
      const at = await markAccesses(session, { ...word, party: 'attacker' }, all)
      const token = { kind: 'token', values: [guid(1)], party: 'legitimate' } as const
      await addMarks(session, { ...word, ...token })
      const marked = await parties(session)
      // An access's own mark is before its token's.
      assert.deepEqual(marked['attacker'], ['FORGED', 'SAME_TOKEN'])
      const followed = await remark(session, whole, at)
      assert.deepEqual(await partiesIn(session, followed.table), marked)
      await followed.close()

      await withdrawMarks(session, { at, by: 'bob' }, word)
      assert.deepEqual(await parties(session), marked)
      await withdrawMarks(session, { at, by: 'ann' }, word)
      assert.deepEqual((await parties(session))['attacker'], [])
      const [back, , made] = await markHistory(session)
      assert.deepEqual([back?.party, back?.marks, made?.marks, made?.counting], [null, 2, 2, 0])
      await addMarks(session, { ...word, ...token, party: null })
      assert.deepEqual(await parties(session), unmarked)
    })
  })
