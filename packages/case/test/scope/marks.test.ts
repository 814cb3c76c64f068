import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { insertRows } from '../../src/engine/rows.ts'
import { type MarkKind, type MarkParty, markHistory, marks } from '../../src/scope/marks.ts'
import { select } from '../../src/scope/select.ts'
import { backends } from '../backends.ts'
import { addMark, fill, guid, type OpenWorld, openWorld, undetermined, unissued } from '../world.ts'
import { FORGED, idOf, parties, QUIET, rows, SAME_TOKEN } from './marked_accesses.ts'

const said = (kind: MarkKind, value: string, party: MarkParty | null) => ({
  kind,
  value,
  party,
  reason: 'the owner says so',
  who: 'ann',
})

for (const backend of backends)
  describe(`marks in ${backend.name}`, { skip: backend.skip ?? false }, () => {
    let world: OpenWorld
    before(async () => {
      world = await openWorld(backend)
      await fill(world.session, {
        access: Object.values(rows),
        verdicts: new Map([...unissued(FORGED), ...undetermined(SAME_TOKEN)]),
      })
    })
    after(() => world.close())

    it('classify accesses: a specific mark wins over a general one, the newest on one thing over older ones', async () => {
      const { session } = world
      const mark = async (kind: MarkKind, value: string, party: MarkParty | null) =>
        addMark(session, said(kind, value, party))
      assert.deepEqual(await parties(session), { attacker: ['FORGED'], ambiguous: ['SAME_TOKEN'] })

      await mark('address', '198.51.100.1', 'attacker')
      assert.deepEqual((await parties(session))['attacker'], ['FORGED', 'QUIET', 'QUIET_TOO'])
      await mark('session', guid(7).toUpperCase(), 'legitimate')
      assert.deepEqual((await parties(session))['attacker'], ['FORGED', 'QUIET_TOO'])
      await mark('access', idOf(SAME_TOKEN), 'legitimate')
      assert.deepEqual((await parties(session))['ambiguous'], [])
      await mark('access', idOf(FORGED), 'legitimate')
      await mark('address', '198.51.100.1', null)
      assert.deepEqual(await parties(session), { attacker: [], ambiguous: [] })
      await mark('access', idOf(FORGED), null)
      assert.deepEqual((await parties(session))['attacker'], ['FORGED'])

      const held = await marks(session)
      assert.deepEqual(
        held.map(({ kind, party, who, reason }) => [kind, party, who, reason]),
        [
          ['session', 'legitimate', 'ann', 'the owner says so'],
          ['access', 'legitimate', 'ann', 'the owner says so'],
        ],
      )
      assert.equal((await markHistory(session)).length, 6)
    })

    it('have no part in a selection that somebody named', async () => {
      const selected = await select(world.session, { ips: ['198.51.100.1'] })
      try {
        const [counted] = await world.session.rows(
          `SELECT count() AS n FROM ${selected.table} WHERE party = 'attacker'`,
        )
        assert.equal(Number(counted?.['n']), 2)
      } finally {
        await selected.close()
      }
    })
  })

describe('marks of an earlier version', () => {
  let world: OpenWorld
  before(async () => {
    world = await openWorld()
  })
  after(() => world.close())

  it('count as they did', async () => {
    const { session } = world
    const columns = ['kind', 'value', 'party', 'reason', 'who', 'at']
    await fill(session, {
      access: Object.values(rows),
      verdicts: new Map([...unissued(FORGED), ...undetermined(SAME_TOKEN)]),
    })
    await insertRows(session, 'mark', columns, [
      ['access', idOf(QUIET), 'theirs', 'seen', 'bob', '1000'],
      ['access', idOf(FORGED), 'ours', 'seen', 'bob', '1000'],
    ])
    assert.deepEqual((await parties(session))['attacker'], ['QUIET'])
    const found = (await marks(session)).map(({ value, party }) => [value, party] as const)
    const expected = { [idOf(QUIET)]: 'attacker', [idOf(FORGED)]: 'legitimate' }
    assert.deepEqual(Object.fromEntries(found), expected)
  })
})

describe('addMark', () => {
  let world: OpenWorld
  before(async () => {
    world = await openWorld()
  })
  after(() => world.close())

  const refused: readonly [name: string, Parameters<typeof addMark>[1]][] = [
    ['a token that is no id', said('token', '00000000-0000-0000-0000-000000000000', 'legitimate')],
    ['an access that is no id', said('access', "1' OR 1", 'legitimate')],
    ['an address that is none', said('address', 'localhost', 'legitimate')],
    ['a network, which a mark cannot be on', said('address', '192.0.2.0/24', 'legitimate')],
    ['no reason', { ...said('address', '192.0.2.1', 'legitimate'), reason: ' \n ' }],
    ['nobody', { ...said('address', '192.0.2.1', 'legitimate'), who: '' }],
    ['a book', { ...said('address', '192.0.2.1', 'legitimate'), reason: 'x'.repeat(2001) }],
  ]
  for (const [name, mark] of refused)
    it(`refuses ${name}`, async () => {
      await assert.rejects(addMark(world.session, mark), { code: 'INPUT_INVALID' })
      assert.deepEqual(await marks(world.session), [])
    })

  it('keeps a reason with quotes, tabs, backslashes and HTML as one line', async () => {
    const reason = `\\N 'a'\t"b" <script>alert(1)</script>\n\u202e会`
    await addMark(world.session, { ...said('address', '2001:DB8::1', 'legitimate'), reason })
    const [mark] = await marks(world.session)
    assert.equal(mark?.reason, `\\N 'a' "b" <script>alert(1)</script> \u202e会`)
    assert.equal(mark.value, '2001:db8::1')
  })
})
