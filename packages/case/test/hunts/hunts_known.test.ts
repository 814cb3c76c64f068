/** What the hunts know of the world: folder names of every display language, and addresses of Microsoft 365. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { huntList } from '../../src/hunts/hunt_list.ts'
import { fillKnown, folderKey, quietFolders } from '../../src/hunts/known.ts'
import { serviceNetworks } from '../../src/store/known_lists.ts'
import { type OpenWorld, openWorld } from '../world.ts'

let world: OpenWorld
before(async () => {
  world = await openWorld()
  await fillKnown(world.session)
})
after(() => world.close())

describe('folders where nobody looks', () => {
  it('have the same key in the program and in the hunt, in every language', async () => {
    const [hunt] = huntList({ only: ['inbox_rule_hide_or_forward'] })
    const [, keyOf = ''] = /name -> (.+) AS key_of,/.exec(hunt?.sql ?? '') ?? []
    const differing: string[] = []
    for (const { name, key } of quietFolders()) {
      for (const spelled of [name, name.toUpperCase(), name.normalize('NFD')]) {
        // German has no capital of its own for every letter: what changes by upper case alone is another name.
        if (folderKey(spelled) !== key) continue
        // oxlint-disable-next-line no-await-in-loop -- a session takes one query at a time
        const [row] = await world.session.rows(
          `SELECT ${keyOf} AS k FROM (SELECT {name:String} AS name)`,
          {
            name: spelled,
          },
        )
        if (row?.['k'] !== key) differing.push(spelled)
      }
    }
    assert.deepEqual(differing, [])
  })

  it('are known in at least 40 languages a kind, and none by a key that is empty or a digit', () => {
    for (const kind of ['archive', 'conversations', 'deleted', 'junk'])
      assert.ok(quietFolders().filter((folder) => folder.kind === kind).length >= 40, kind)
    assert.deepEqual(
      quietFolders().filter(({ key }) => key.length < 2),
      [],
    )
  })

  it('hold no folder that people work in', () => {
    const keys = new Set(quietFolders().map(({ key }) => key))
    for (const name of [
      'Inbox',
      'Posteingang',
      'Boîte de réception',
      'Sent Items',
      'Drafts',
      'Projects',
    ])
      assert.equal(keys.has(folderKey(name)), false, name)
  })
})

describe('addresses of Microsoft 365', () => {
  for (const [ip, isOwn] of [
    ['40.99.1.2', true],
    ['52.99.255.255', true],
    ['20.190.160.24', true],
    ['2603:10a6:800:1a2::13', true],
    ['2a01:111:f400:7e::1', true],
    ['40.112.0.1', false],
    ['20.54.213.245', false],
    ['52.155.167.113', false],
    ['2603:1020:5::1', false],
    ['13.107.6.154', false],
  ] as const)
    it(`${isOwn ? 'hold' : 'do not hold'} ${ip}`, async () => {
      const rows = await world.session.rows(
        'SELECT 1 FROM service_network WHERE toIPv6({ip:String}) BETWEEN first AND last',
        { ip },
      )
      assert.equal(rows.length > 0, isOwn)
    })

  it('are filled once, however often hunts run', async () => {
    await fillKnown(world.session)
    const [row] = await world.session.rows(`SELECT
      toUInt32((SELECT count() FROM service_network)) AS networks, toUInt32((SELECT count() FROM quiet_folder)) AS folders`)
    assert.deepEqual(row, { networks: serviceNetworks().length, folders: quietFolders().length })
  })
})
