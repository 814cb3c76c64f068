import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Session } from '../../src/engine/session.ts'
import {
  addMarks,
  type MarkKind,
  type MarkParty,
  markAccesses,
  markHistory,
  marks,
  withdrawMarks,
} from '../../src/scope/marks.ts'
import { remark, select } from '../../src/scope/select.ts'
import { backends } from '../backends.ts'
import {
  addMark,
  bind,
  fill,
  guid,
  type OpenWorld,
  openWorld,
  type Row,
  undetermined,
  unissued,
} from '../world.ts'

const ANN = 'ann@example.org'
const FORGED = bind(ANN, 1, ['<1@example.org>'], { ip: '192.0.2.1', token_id: guid(1) })
const SAME_TOKEN = bind(ANN, 2, ['<2@example.org>'], { ip: '192.0.2.9', token_id: guid(1) })
const QUIET = bind(ANN, 900, ['<3@example.org>'], { ip: '198.51.100.1', session_id: guid(7) })
const QUIET_TOO = bind(ANN, 901, ['<4@example.org>'], { ip: '198.51.100.1', session_id: guid(8) })
const rows = { FORGED, SAME_TOKEN, QUIET, QUIET_TOO }
const idOf = (row: Row) => String(row['record_id'])

/** Names of the accesses of each party. */
async function parties(session: Session): Promise<Record<string, string[]>> {
  const selected = await select(session, {})
  try {
    return await partiesIn(session, selected.table)
  } finally {
    await selected.close()
  }
}

async function partiesIn(session: Session, table: string): Promise<Record<string, string[]>> {
  const found = await session.rows(`SELECT record_id, party FROM ${table} ORDER BY at`)
  const names = (party: string) =>
    found
      .filter((row) => row['party'] === party)
      .map((row) => Object.entries(rows).find(([, one]) => idOf(one) === row['record_id'])?.[0])
      .map(String)
  return { theirs: names('theirs'), either: names('either') }
}

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

    it('make accesses theirs or ours, the more particular before the other, the newest of one thing', async () => {
      const { session } = world
      const mark = async (kind: MarkKind, value: string, party: MarkParty | null) =>
        addMark(session, said(kind, value, party))
      assert.deepEqual(await parties(session), { theirs: ['FORGED'], either: ['SAME_TOKEN'] })

      await mark('address', '198.51.100.1', 'theirs')
      assert.deepEqual((await parties(session))['theirs'], ['FORGED', 'QUIET', 'QUIET_TOO'])
      await mark('session', guid(7).toUpperCase(), 'ours')
      assert.deepEqual((await parties(session))['theirs'], ['FORGED', 'QUIET_TOO'])
      await mark('access', idOf(SAME_TOKEN), 'ours')
      assert.deepEqual((await parties(session))['either'], [])
      await mark('access', idOf(FORGED), 'ours')
      await mark('address', '198.51.100.1', null)
      assert.deepEqual(await parties(session), { theirs: [], either: [] })
      await mark('access', idOf(FORGED), null)
      assert.deepEqual((await parties(session))['theirs'], ['FORGED'])

      const held = await marks(session)
      assert.deepEqual(
        held.map(({ kind, party, who, reason }) => [kind, party, who, reason]),
        [
          ['session', 'ours', 'ann', 'the owner says so'],
          ['access', 'ours', 'ann', 'the owner says so'],
        ],
      )
      assert.equal((await markHistory(session)).length, 6)
    })

    it('have no part in a selection that somebody named', async () => {
      const selected = await select(world.session, { ips: ['198.51.100.1'] })
      try {
        const [counted] = await world.session.rows(
          `SELECT count() AS n FROM ${selected.table} WHERE party = 'theirs'`,
        )
        assert.equal(Number(counted?.['n']), 2)
      } finally {
        await selected.close()
      }
    })
  })

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
      const at = await markAccesses(session, { ...word, party: 'theirs' }, all)
      const token = { kind: 'token', values: [guid(1)], party: 'ours' } as const
      await addMarks(session, { ...word, ...token })
      const marked = await parties(session)
      // An access's own mark is before its token's.
      assert.deepEqual(marked['theirs'], ['FORGED', 'SAME_TOKEN'])
      const followed = await remark(session, whole, at)
      assert.deepEqual(await partiesIn(session, followed.table), marked)
      await followed.close()

      await withdrawMarks(session, { at, by: 'bob' }, word)
      assert.deepEqual(await parties(session), marked)
      await withdrawMarks(session, { at, by: 'ann' }, word)
      assert.deepEqual((await parties(session))['theirs'], [])
      const [back, , made] = await markHistory(session)
      assert.deepEqual([back?.party, back?.marks, made?.marks, made?.counting], [null, 2, 2, 0])
      await addMarks(session, { ...word, ...token, party: null })
      assert.deepEqual(await parties(session), unmarked)
    })
  })

describe('addMark', () => {
  let world: OpenWorld
  before(async () => {
    world = await openWorld()
  })
  after(() => world.close())

  const refused: readonly [name: string, Parameters<typeof addMark>[1]][] = [
    ['a token that is no id', said('token', '00000000-0000-0000-0000-000000000000', 'ours')],
    ['an access that is no id', said('access', "1' OR 1", 'ours')],
    ['an address that is none', said('address', 'localhost', 'ours')],
    ['a network, which a mark cannot be on', said('address', '192.0.2.0/24', 'ours')],
    ['no reason', { ...said('address', '192.0.2.1', 'ours'), reason: ' \n ' }],
    ['nobody', { ...said('address', '192.0.2.1', 'ours'), who: '' }],
    ['a book', { ...said('address', '192.0.2.1', 'ours'), reason: 'x'.repeat(2001) }],
  ]
  for (const [name, mark] of refused)
    it(`refuses ${name}`, async () => {
      await assert.rejects(addMark(world.session, mark), { code: 'INPUT_INVALID' })
      assert.deepEqual(await marks(world.session), [])
    })

  it('keeps a reason with quotes, tabs, backslashes and HTML as one line', async () => {
    const reason = `\\N 'a'\t"b" <script>alert(1)</script>\n\u202e会`
    await addMark(world.session, { ...said('address', '2001:DB8::1', 'ours'), reason })
    const [mark] = await marks(world.session)
    assert.equal(mark?.reason, `\\N 'a' "b" <script>alert(1)</script> \u202e会`)
    assert.equal(mark.value, '2001:db8::1')
  })
})
