import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { scope } from '../../src/scope/scope.ts'
import { backends } from '../backends.ts'
import { bind, fill, guid, issuance, openWorld, undetermined, type World } from '../world.ts'
import {
  ANN,
  accounts,
  BOB,
  copies,
  counted,
  entry,
  messages,
  sync,
  T1,
  theirs,
} from './scope_world.ts'

describe('the same scope', () => {
  const mine = theirs(
    [
      bind(ANN, 1, ['<1@x>', '<2@x>'], T1),
      bind(BOB, 3, ['<2@x>'], { ...T1, token_id: guid(2) }),
      sync(BOB, 4, 'F', '\\Inbox'),
    ],
    {
      access: [
        bind(ANN, 2, ['<3@x>'], { ip: '192.0.2.1' }),
        bind(ANN, 5, ['<4@x>'], { ip: '198.51.100.1' }),
        bind(ANN, 6, [''], { ip: '', item_id: ['i1'] }),
      ],
      issuance: [issuance(0, ANN, { ip: '198.51.100.1' })],
      directory: [entry(ANN, 'Org', ['East']), entry(BOB, 'Org', ['East'])],
      inventory: [counted(BOB, 'F', '/Inbox', 4)],
    },
  )
  const given: World = {
    ...mine,
    verdicts: new Map([...(mine.verdicts ?? []), ...undetermined(...(mine.access ?? []).slice(3))]),
  }
  for (const backend of backends) {
    it(`comes out of ${backend.name}`, { skip: backend.skip ?? false }, async () => {
      const place = await openWorld(backend)
      try {
        await fill(place.session, given)
        const found = await scope(place.session, {})
        assert.deepEqual([...messages(found), ...copies(found)], [2, 8, 3, 9])
        assert.deepEqual(accounts(found), [`${ANN} 2 4`, `${BOB} 1 5`])
        assert.deepEqual([found.accesses, found.ambiguous.accesses], [3, 2])
        assert.deepEqual(found.groups, [
          { name: 'East', mailboxes: 2, marked: 0, messages: { lower: 2, upper: 8 } },
        ])
      } finally {
        await place.close()
      }
    })
  }
})
