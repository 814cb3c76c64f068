import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { huntList, isBuiltIn } from '../../src/hunts/hunt_list.ts'
import { checkHunt, type HuntOptions, runHunts } from '../../src/hunts/run_hunts.ts'
import { bind, fill, issuance, openWorld } from '../world.ts'

const COLUMNS = `at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, client_app_id AS app`
const file = (id: string, body: string, more: readonly string[] = []) =>
  [
    `-- id: ${id}`,
    '-- title: A title',
    '-- means: What a hit says',
    '-- cannot-mean: What it does not',
    '-- attack: T1114.002',
    '-- strength: lead',
    '-- class: context',
    '-- references: none',
    ...more,
    body,
  ].join('\n')

const hasCode = (code: string) => (error: unknown) =>
  error instanceof MintmarkError && error.code === code

let opened: Awaited<ReturnType<typeof openWorld>>
let dir = ''
const own = (id: string, body: string, more: readonly string[] = []) => {
  writeFileSync(join(dir, `${id}.sql`), file(id, body, more))
  return { dirs: [dir], only: [id] }
}

const one = async (options: HuntOptions) => {
  const [result] = await runHunts(opened.session, options)
  assert.ok(result !== undefined)
  return result
}

before(async () => {
  opened = await openWorld()
  await fill(opened.session, {
    access: Array.from({ length: 30 }, (_, index) =>
      bind(`m${index % 3}@a.example.org`, index, [], {
        ip: '198.51.100.7',
        client: `it's "quoted" \\ \n\t\u0000 number ${index}`,
      }),
    ),
    issuance: [issuance(0, 'm0@a.example.org', { ip: '2001:db8::1' })],
  })
})
after(async () => {
  await opened.close()
  rmSync(dir, { recursive: true, force: true })
})
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'mintmark-hunts-'))
})

describe('built-in hunts', () => {
  for (const hunt of huntList())
    it(`${hunt.id} passes the check that a user's hunt must pass`, async () => {
      const params = Object.fromEntries(hunt.params.map(({ name, value }) => [name, value]))
      const slice = { slice: 0, slices: 1, first_bucket: 0, last_bucket: 255 }
      assert.ok(await checkHunt(opened.session, hunt, { ...params, ...slice }))
      assert.ok(isBuiltIn(hunt))
    })
})

it('a hunt that hits nothing has no times', async () => {
  own('some', `SELECT ${COLUMNS}, '' AS why FROM access`)
  own('none', `SELECT ${COLUMNS}, '' AS why FROM access LIMIT 0`)
  const [none, some] = await runHunts(opened.session, { dirs: [dir], only: ['none', 'some'] })
  assert.equal(some?.hits, 30)
  const { hits, first, last, accounts, rows } = none ?? {}
  assert.deepEqual([hits, first, last, accounts, rows], [0, null, null, 0, []])
})

describe('hunts that run', () => {
  it('of the user run beside the built-in ones, with bound parameters, whole counts and the first rows', async () => {
    const selection = own(
      'mine',
      `SELECT ${COLUMNS}, concat(client, {word:String}) AS why FROM access WHERE toHour(at) >= {hour:UInt8}`,
      ['-- param: hour UInt8 10', "-- param: word String '; DROP TABLE access --'"],
    )
    const result = await one({ ...selection, limit: 2 })
    assert.equal(result.hits, 14)
    assert.equal(result.accounts, 3)
    assert.equal(result.first, '2023-06-01T10:00:00.000Z')
    assert.equal(result.last, '2023-06-01T23:00:00.000Z')
    assert.equal(result.rows.length, 2)
    assert.equal(result.rows[0]?.why, `it's "quoted" \\ \n\t\u0000 number 10; DROP TABLE access --`)
  })

  it('fill hunt_hit, and replace only their own hits', async () => {
    const first = own('first', `SELECT ${COLUMNS}, '' AS why FROM access`)
    const second = own('second', `SELECT ${COLUMNS}, '' AS why FROM access LIMIT 0`)
    await runHunts(opened.session, { dirs: [dir], only: ['first', 'second'] })
    await runHunts(opened.session, first)
    await runHunts(opened.session, second)
    const rows = await opened.session.rows(`
      SELECT hunt, class, strength, toUInt32(count()) AS n,
        toUInt32(countIf((record_id, content, bucket) IN (SELECT record_id, content, bucket FROM access))) AS same
      FROM hunt_hit WHERE hunt IN ('first', 'second') GROUP BY ALL ORDER BY hunt`)
    assert.deepEqual(rows, [{ hunt: 'first', class: 'context', strength: 'lead', n: 30, same: 30 }])
  })

  it('count an access once, however often a hunt gives it', async () => {
    const result = await one(
      own('twice', `SELECT ${COLUMNS}, arrayJoin(['b', 'a']) AS why FROM access`),
    )
    assert.equal(result.hits, 30)
    assert.deepEqual(new Set(result.rows.map((row) => row.why)), new Set(['a']))
  })

  it('give the same whatever the number of slices', async () => {
    const body = `SELECT ${COLUMNS}, '' AS why FROM access
      WHERE bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8} AND cityHash64(ip) % {slices:UInt16} >= 0
        AND {slice:UInt16} < {slices:UInt16}`
    const result = await one(own('sliced', body, ['-- slices: 7']))
    assert.equal(result.hits, 30)
  })

  it('are as the documentation shows them', async () => {
    const docs = readFileSync(new URL('../../../../docs/hunts.md', import.meta.url), 'utf8')
    const [, example = ''] = /```sql\n([\s\S]*?)```/u.exec(docs) ?? []
    writeFileSync(join(dir, 'mail_from_script.sql'), example.replace("'python'", "'NUMBER 7'"))
    const result = await one({ dirs: [dir], only: ['mail_from_script'] })
    assert.equal(result.hits, 1)
  })
})

describe('hunts that do not run', () => {
  for (const [name, body] of [
    ['a column too few', `SELECT at FROM access`],
    ['a column too many', `SELECT ${COLUMNS}, '' AS why, line FROM access`],
    ['an unknown table', `SELECT ${COLUMNS}, '' AS why FROM nowhere`],
    ['what only the engine knows to be wrong', `SELECT ${COLUMNS}, '' AS why FROM access WHERE`],
    [
      'a table function that the reader does not know',
      `SELECT ${COLUMNS}, '' AS why FROM access, fileCluster('a', 'b')`,
    ],
    [
      'a function with the effect of a table',
      `SELECT ${COLUMNS}, '' AS why FROM access, azureBlobStorage('a')`,
    ],
  ] as const) {
    it(`refuse ${name}`, async () => {
      await assert.rejects(runHunts(opened.session, own('wrong', body)), hasCode('HUNT_INVALID'))
    })
  }
})

describe('folders of hunts', () => {
  it('refuse an id that is taken, a file under another name, a folder that is not there, an unknown id', () => {
    const clash = mkdtempSync(join(dir, 'clash-'))
    writeFileSync(join(clash, 'id_structure.sql'), file('id_structure', 'SELECT 1'))
    assert.throws(() => huntList({ dirs: [clash] }), hasCode('HUNT_INVALID'))
    const other = mkdtempSync(join(dir, 'other-'))
    writeFileSync(join(other, 'a.sql'), file('b', 'SELECT 1'))
    assert.throws(() => huntList({ dirs: [other] }), hasCode('HUNT_INVALID'))
    assert.throws(() => huntList({ dirs: [join(dir, 'nowhere')] }), hasCode('INPUT_UNREADABLE'))
    assert.throws(() => huntList({ only: ['nothing'] }), hasCode('INPUT_INVALID'))
  })

  it('of one folder named twice are one', () => {
    const once = mkdtempSync(join(dir, 'once-'))
    writeFileSync(join(once, 'a.sql'), file('a', 'SELECT 1'))
    writeFileSync(join(once, 'notes.txt'), 'not a hunt')
    const built = huntList().length
    assert.equal(huntList({ dirs: [once, once] }).length, built + 1)
  })
})
