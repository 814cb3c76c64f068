import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Session } from '../../src/engine/session.ts'
import { readIndicators } from '../../src/scope/indicators.ts'
import { select } from '../../src/scope/select.ts'
import type { Selection } from '../../src/scope/selection.ts'
import {
  access,
  bind,
  fill,
  guid,
  hour,
  type OpenWorld,
  openWorld,
  undetermined,
  unissued,
} from '../world.ts'

const ANN = 'ann@example.org'
const BOB = 'bob@example.org'
/** One access for each way of naming it. */
const rows = {
  forged: bind(ANN, 1, ['<1@example.org>'], { ip: '192.0.2.1', token_id: guid(1) }),
  reused: bind(BOB, 2, ['<2@example.org>'], { ip: '192.0.2.2', token_id: guid(2) }),
  hunted: access(3, { service: 'SharePoint', principal: 'eng@example.net', object_path: '/x' }),
  session: bind(ANN, 4, ['<4@example.org>'], { session_id: guid(44), ip: '198.51.100.4' }),
  other: bind(ANN, 5, ['<5@example.org>'], { other_session_id: guid(55), ip: '2001:db8::5' }),
  app: bind(BOB, 6, ['<6@example.org>'], { client_app_id: guid(66) }),
  agent: bind(BOB, 7, ['<7@example.org>'], { client: 'Client=OWA;Mozilla/5.0 (X; Odd/9)' }),
  byId: bind('', 8, ['<8@example.org>'], { mailbox_id: guid(88), principal: '' }),
  alias: bind('ann.old@example.org', 9, ['<9@example.org>'], { mailbox_id: guid(99) }),
  named: bind(ANN, 10, ['<10@example.org>'], { mailbox_id: guid(99), operation: 'Send' }),
}
const nameOf = new Map(Object.entries(rows).map(([name, row]) => [String(row['record_id']), name]))

/** Names of the accesses that a selection holds, by time. */
async function theirs(session: Session, selection: Selection): Promise<string[]> {
  const selected = await select(session, selection)
  try {
    const found = await session.rows(
      `SELECT record_id FROM ${selected.table} WHERE party = 'theirs' ORDER BY at`,
    )
    return found.map((row) => nameOf.get(String(row['record_id'])) ?? '?')
  } finally {
    await selected.close()
  }
}

const everything = Object.keys(rows)
const cases: readonly { name: string; selection: Selection; holds: readonly string[] }[] = [
  {
    name: 'nothing asked: what is pointed at',
    selection: {},
    holds: ['forged', 'reused', 'hunted'],
  },
  { name: 'all', selection: { all: true }, holds: everything },
  { name: 'a session', selection: { sessions: [guid(44).toUpperCase()] }, holds: ['session'] },
  { name: 'the other session field', selection: { sessions: [guid(55)] }, holds: ['other'] },
  { name: 'a token', selection: { tokens: [`{${guid(1)}}`] }, holds: ['forged'] },
  { name: 'an address', selection: { ips: ['192.0.2.1:8080'] }, holds: ['forged'] },
  { name: 'a network', selection: { ips: ['192.0.2.0/24'] }, holds: ['forged', 'reused'] },
  { name: 'an IPv6 network', selection: { ips: ['2001:db8::/32'] }, holds: ['other'] },
  {
    name: 'a network and an address',
    selection: { ips: ['192.0.2.0/31', '198.51.100.4'] },
    holds: ['forged', 'session'],
  },
  { name: 'an application', selection: { apps: [guid(66)] }, holds: ['app'] },
  {
    name: 'a principal, whatever its case',
    selection: { principals: ['ENG@example.net'] },
    holds: ['hunted'],
  },
  {
    name: 'a mailbox, under its id too',
    selection: { mailboxes: [BOB] },
    holds: ['reused', 'app', 'agent', 'byId'],
  },
  {
    name: 'a mailbox under a former name',
    selection: { mailboxes: [ANN], fromMs: Date.UTC(2023, 5, 1, 8, 30) },
    holds: ['alias', 'named'],
  },
  { name: 'an operation', selection: { operations: ['Send'] }, holds: ['named'] },
  {
    name: 'a time, its end left out',
    selection: { fromMs: Date.UTC(2023, 5, 1, 2), toMs: Date.UTC(2023, 5, 1, 4) },
    holds: ['reused', 'hunted'],
  },
  {
    name: 'values of one kind',
    selection: { tokens: [guid(1), guid(2)] },
    holds: ['forged', 'reused'],
  },
  {
    name: 'kinds that narrow each other',
    selection: { mailboxes: [ANN], ips: ['192.0.2.0/24'] },
    holds: ['forged'],
  },
  {
    name: 'an attacker list, any of it',
    selection: {
      attacker: readIndicators(`192.0.2.1\nClient=OWA;Mozilla/5.0 (X; Odd/9)\nsession: ${guid(55)}`)
        .indicators,
    },
    holds: ['forged', 'other', 'agent'],
  },
  {
    name: 'an attacker list within a mailbox',
    selection: {
      mailboxes: [BOB],
      attacker: readIndicators('192.0.2.1\nMozilla/5.0 (X; Odd').indicators,
    },
    holds: ['agent'],
  },
  { name: 'an empty attacker list, which is nothing', selection: { attacker: [] }, holds: [] },
  { name: 'SQL as a value', selection: { principals: ["' OR 1=1 --", '\\'] }, holds: [] },
]

let world: OpenWorld
before(async () => {
  world = await openWorld()
  await fill(world.session, {
    access: Object.values(rows),
    directory: [{ evidence_id: 1, line: 1, principal: BOB, principal_id: guid(88) }],
    verdicts: new Map([
      ...unissued(rows.forged),
      [rows.reused, ['mismatched', 'principal-differs'] as const],
      ...undetermined(rows.session, rows.other, rows.app, rows.agent, rows.byId),
    ]),
    hits: new Map([[rows.hunted, 'replayed']]),
  })
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
    await theirs(world.session, {})
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
