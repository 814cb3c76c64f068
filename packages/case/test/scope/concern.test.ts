import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concerning, whomOf } from '../../src/scope/concern.ts'
import { scope } from '../../src/scope/scope.ts'
import { select } from '../../src/scope/select.ts'
import { backends } from '../backends.ts'
import { bind, fill, guid, openWorld, type World } from '../world.ts'
import { ANN, BOB, EVE, entry, T1, theirs } from './scope_world.ts'

const MINE = { tenant: 'mine', token_tenant: 'theirs' }
/** Ordinary causes remain: it accuses nobody. */
const LEAD = bind(ANN, 5, ['<5@x>'], { ...T1, ...MINE, token_id: guid(5) })
const ESTABLISHED: World = theirs(
  [
    bind(ANN, 1, ['<1@x>'], { ...T1, ...MINE }),
    bind(ANN, 2, ['<2@x>'], { ...T1, ...MINE, token_id: guid(2), principal: EVE }),
    bind(ANN, 3, ['<2@x>'], { ...T1, ...MINE, token_id: guid(3), principal: 'guest@home.example' }),
    bind(EVE, 4, ['<3@x>'], { ...T1, tenant: 'theirs', token_id: guid(4) }),
  ],
  { directory: [entry(ANN, 'Mine'), entry(BOB, 'Mine'), entry(EVE, 'Theirs', ['Desk'])] },
)

const GIVEN: World = {
  ...ESTABLISHED,
  access: [...(ESTABLISHED.access ?? []), LEAD],
  verdicts: new Map([
    ...(ESTABLISHED.verdicts ?? []),
    [LEAD, ['unissued', 'never-issued', 'lead'] as const],
  ]),
}

describe('what concerns an organisation', () => {
  for (const backend of backends)
    it(`is the same in ${backend.name}`, { skip: backend.skip ?? false }, async () => {
      const place = await openWorld(backend)
      try {
        await fill(place.session, GIVEN)
        const selected = await select(place.session, {})
        const whole = await scope(place.session, selected)
        const [whom] = whomOf(whole, 'MINE')
        assert.ok(whom !== undefined)
        assert.deepEqual(whom, { name: 'Mine', isOrganisation: true, accounts: [ANN] })
        const found = await concerning(place.session, selected, whole, whom)
        const own = await scope(place.session, found.selected)
        await found.selected.close()
        await selected.close()
        assert.deepEqual([whole.accesses, own.accesses], [4, 3])
        assert.deepEqual(found.tenants, ['mine'])
        assert.deepEqual(found.verdicts, { lead: 1, unissued: 3 })
        assert.equal(found.own.names.includes(BOB), true, 'a colleague')
        assert.equal(found.own.names.includes('guest@home.example'), true, 'nobody else’s')
        assert.deepEqual(found.others.names, [EVE])
        assert.deepEqual(found.others.organisations.toSorted(), [
          'Desk',
          'Theirs',
          'example.net',
          'theirs',
        ])
      } finally {
        await place.close()
      }
    })
})
