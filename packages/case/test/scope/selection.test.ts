import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { select } from '../../src/scope/select.ts'
import { guid, hour, type OpenWorld } from '../world.ts'
import {
  ANN,
  BOB,
  everything,
  type SelectionCase,
  selectionWorld,
  theirs,
} from './selection_world.ts'

const cases: readonly SelectionCase[] = [
  {
    name: 'nothing asked: what is pointed at',
    selection: {},
    holds: ['forged', 'reused', 'hunted'],
  },
  { name: 'all', selection: { all: true }, holds: everything },
  {
    name: 'a network and an address',
    selection: { ips: ['192.0.2.0/31', '198.51.100.4'] },
    holds: ['forged', 'session'],
  },
  {
    name: 'a mailbox, under its id too',
    selection: { mailboxes: [BOB] },
    holds: ['reused', 'app', 'agent', 'byId'],
  },
  {
    name: 'a time, its end left out',
    selection: { fromMs: Date.UTC(2023, 5, 1, 2), toMs: Date.UTC(2023, 5, 1, 4) },
    holds: ['reused', 'hunted'],
  },
  {
    name: 'kinds that narrow each other',
    selection: { mailboxes: [ANN], ips: ['192.0.2.0/24'] },
    holds: ['forged'],
  },
  { name: 'SQL as a value', selection: { principals: ["' OR 1=1 --", '\\'] }, holds: [] },
]

let world: OpenWorld
before(async () => {
  world = await selectionWorld()
})
after(() => world.close())

describe('a selection', () => {
  for (const { name, selection, holds } of cases) {
    it(`takes ${name}`, async () => assert.deepEqual(await theirs(world.session, selection), holds))
  }

  for (const [option, selection] of [
    ['--ip', { ips: ['not an address'] }],
    ['--ip', { ips: ['10.0.0.0/64'] }],
    ['--token', { tokens: [''] }],
    ['--session', { sessions: ['   '] }],
  ] as const) {
    it(`refuses ${JSON.stringify(selection)}`, async () => {
      await assert.rejects(select(world.session, selection), {
        code: 'INPUT_INVALID',
        facts: { option },
      })
    })
  }

  it('leaves no table behind', async () => {
    const tables = await world.session.rows(
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'scratch_')",
    )
    assert.deepEqual(tables, [])
  })

  it('drops nothing of a selection that is still open', async () => {
    const first = await select(world.session, {})
    const second = await select(world.session, {})
    const isThere = await world.session.rows(`EXISTS TABLE ${first.table}`)
    await second.close()
    await first.close()
    assert.deepEqual(isThere, [{ result: 1 }])
  })

  it('takes more values than fit into one request', async () => {
    const sessions = Array.from({ length: 1201 }, (_, i) => guid(100_000 + i))
    assert.deepEqual(await theirs(world.session, { sessions: [...sessions, guid(44)] }), [
      'session',
    ])
  })

  it('of a time before all is empty', async () => {
    assert.equal(hour(0), '2023-06-01 00:00:00.000')
    assert.deepEqual(await theirs(world.session, { toMs: Date.UTC(2023, 5, 1) }), [])
  })
})
