import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type CustodyOptions, custody } from '../../src/dumps/custody.ts'
import { select } from '../../src/scope/select.ts'
import {
  access,
  fill,
  guid,
  hour,
  type OpenWorld,
  openWorld,
  type Row,
  unissued,
} from '../world.ts'

const SITE = 'https://example.sharepoint.example.com/dumps'
const touch = (at: number, name: string, fields: Row = {}): Row =>
  access(at, {
    service: 'SharePoint',
    operation: 'FileDownloaded',
    principal: 'eng@example.org',
    object_path: `${SITE}/${name}`,
    object_name: name,
    ...fields,
  })

const dump = touch(5, 'LSASS-2021.dmp', {
  token_id: guid(1),
  token_state: 'present',
  ip: '192.0.2.1',
})
const forged = touch(9, 'plan.docx', { token_id: guid(2), token_state: 'present' })
const rows = [
  dump,
  touch(1, 'lsass-2021.DMP', {
    principal: 'ops@example.org',
    object_path: `${SITE}/lsass-2021.dmp`,
  }),
  forged,
  touch(2, 'plan.docx', { object_name: '' }),
  touch(3, 'holiday.jpg', { object_hash: 'ab'.repeat(32) }),
  touch(4, 'core.app.1000.4242.zst'),
  touch(4, 'core.js'),
  touch(4, "it's 100%\\odd.txt"),
  access(4, { service: 'MicrosoftGraph', object_path: '/users/x/drive/memory.dmp' }),
]

let world: OpenWorld
before(async () => {
  world = await openWorld()
  await fill(world.session, {
    access: rows,
    verdicts: new Map(unissued(forged)),
    hits: new Map([[dump, 'replayed']]),
  })
})
after(() => world.close())

const names = async (options: CustodyOptions) =>
  (await custody(world.session, options)).map((one) => `${one.artefact} ${one.accesses}`)

const named: readonly (readonly [artefact: string, found: readonly string[]])[] = [
  ['PLAN', ['plan.docx 2']],
  [`${SITE}/plan.docx`, ['plan.docx 2']],
  ['AB'.repeat(32), ['holiday.jpg 1']],
  ['ab', []],
  ["it's 100%\\odd", ["it's 100%\\odd.txt 1"]],
  ["' OR 1=1 --", []],
  ['.*', []],
]
describe('custody', () => {
  it('follows what looks like a dump, whatever its letter case', async () => {
    assert.deepEqual(await names({}), ['LSASS-2021.dmp 2', 'core.app.1000.4242.zst 1'])
  })

  it('follows the files of the selected accesses, too', async () => {
    const selected = await select(world.session, {})
    const found = await names({ selected })
    await selected.close()
    assert.deepEqual(found, ['plan.docx 2', 'LSASS-2021.dmp 2', 'core.app.1000.4242.zst 1'])
  })

  it('says who, when, from where, with which token and how sure', async () => {
    const [found] = await custody(world.session, { artefact: 'lsass' })
    assert.deepEqual(found?.rows, [
      {
        artefact: 'LSASS-2021.dmp',
        path: `${SITE}/LSASS-2021.dmp`,
        at: `${hour(5).replace(' ', 'T')}Z`,
        principal: 'eng@example.org',
        operation: 'FileDownloaded',
        ip: '192.0.2.1',
        client: '',
        tokenId: guid(1),
        verdict: 'issued',
        reason: 'token-issued',
        hunts: ['h'],
      },
      {
        artefact: 'lsass-2021.DMP',
        path: `${SITE}/lsass-2021.dmp`,
        at: `${hour(1).replace(' ', 'T')}Z`,
        principal: 'ops@example.org',
        operation: 'FileDownloaded',
        ip: '',
        client: '',
        tokenId: '',
        verdict: 'issued',
        reason: 'token-issued',
        hunts: [],
      },
    ])
    assert.deepEqual([found.principals, found.suspect, found.established], [2, 1, 1])
  })
})

describe('custody of what is named', () => {
  for (const [artefact, found] of named) {
    it(`of ${artefact.slice(0, 40)} is that of ${found.length} artefacts`, async () => {
      assert.deepEqual(await names({ artefact }), found)
    })
  }

  it('lists no more than asked for, and counts all', async () => {
    const found = await custody(world.session, { artefact: 'example', limit: 1 })
    assert.deepEqual(
      found.map((one) => [one.accesses, one.rows.length]),
      [[2, 1]],
    )
  })
})
