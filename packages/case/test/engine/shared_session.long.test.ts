import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import type { Session } from '../../src/engine/session.ts'
import { isMoved } from '../../src/engine/session_through.ts'
import { addMarks, addNote, marks, notes } from '../../src/scope/marks.ts'
import { select } from '../../src/scope/select.ts'
import { openCase } from '../../src/store/case.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-shared-'))
after(() => rmSync(root, { recursive: true, force: true }))
let made = 0

/** A case that is there, and nobody has open. */
async function newCase(): Promise<string> {
  const folder = join(root, `case-${made++}`)
  await (await openCase(folder)).close()
  return folder
}

async function streamed(rows: AsyncIterable<readonly Json[]>): Promise<number> {
  let count = 0
  for await (const some of rows) count += some.length
  return count
}

const urlOf = (module: string) => JSON.stringify(new URL(module, import.meta.url).href)

/** Another process, which opens the case to read it and then runs `script`. */
function startReader(folder: string, script: string) {
  const open = `const { openCase } = await import(${urlOf('../../src/store/case.ts')})
    const opened = await openCase(${JSON.stringify(folder)}, { mode: 'read' })`
  return spawn(process.execPath, ['--input-type=module', '-e', `${open}\n${script}`])
}

/** What a session has to do, in any process. */
async function holds(session: Session): Promise<void> {
  const name = 'scratch_shared'
  await session.command(`CREATE TABLE ${name} (n UInt64, t String) ENGINE = Memory`)
  await session.insert(name, ['n', 't'], 'TabSeparated', Buffer.from('1\ta\\nb\n2\t\n'))
  const big = '9223372036854775808'
  const rows = await session.rows(
    `SELECT n, t, {big:UInt64} AS big, {list:Array(String)} AS list FROM ${name} ORDER BY n`,
    { big, list: ["it's", '\\', '\n'] },
  )
  assert.deepEqual(rows, [
    { n: '1', t: 'a\nb', big, list: ["it's", '\\', '\n'] },
    { n: '2', t: '', big, list: ["it's", '\\', '\n'] },
  ])
  assert.equal(await streamed(session.stream('SELECT number FROM numbers(200000)')), 200_000)
  assert.equal(await streamed(session.ask('SELECT 1')), 1)
  await assert.rejects(streamed(session.ask('DROP TABLE access')), { code: 'INPUT_INVALID' })
  await assert.rejects(session.rows('SELECT nothing FROM nowhere'), { code: 'ENGINE_QUERY' })
  await session.everywhere(`DROP TABLE ${name}`)
}

describe('a case that somebody reads', () => {
  it('is open to other readers, who ask through the first', async () => {
    const folder = await newCase()
    const first = await openCase(folder, { mode: 'read' })
    const second = await openCase(folder, { mode: 'read' })
    const third = await openCase(folder, { mode: 'read' })
    assert.equal(statSync(join(folder, 'socket')).mode & 0o777, 0o600)
    await holds(first.session)
    await holds(second.session)
    const answers = await Promise.all(
      [first, second, third].map(({ session }) => session.rows('SELECT count() AS n FROM meta')),
    )
    assert.deepEqual(answers[1], answers[0])
    assert.deepEqual(answers[2], answers[0])
    await second.close()
    await third.close()
    await first.close()
    await (await openCase(folder, { mode: 'read' })).close()
  })
})

describe('the tables of a case that several processes read', () => {
  it('are those of each process, in any order', async () => {
    const folder = await newCase()
    const first = await openCase(folder, { mode: 'read' })
    const own = await select(first.session, { all: true })
    const other = startReader(
      folder,
      `const { select } = await import(${urlOf('../../src/scope/select.ts')})
       console.log((await select(opened.session, { all: true })).table)
       process.stdin.once('data', async () => {
         await opened.close()
         process.exit()
       })`,
    )
    let line = ''
    for await (line of createInterface({ input: other.stdout })) break
    await (await select(first.session, {})).close()
    for (const table of [own.table, line])
      assert.deepEqual(await first.session.rows(`EXISTS TABLE ${table}`), [{ result: 1 }])
    other.stdin.write('end\n')
    await once(other, 'close')
    await own.close()
    await first.close()
  })

  it('are changed by the first alone', async () => {
    const folder = await newCase()
    const first = await openCase(folder, { mode: 'read' })
    const second = await openCase(folder, { mode: 'read' })
    for (const statement of [
      'TRUNCATE TABLE verdict',
      'INSERT INTO hunt_hit SELECT * FROM hunt_hit',
      'INSERT INTO meta VALUES (1)',
      'DROP TABLE access',
      'ALTER TABLE access DELETE WHERE 1',
    ])
      await assert.rejects(second.session.command(statement))
    await assert.rejects(
      second.session.insert('verdict', ['reason'], 'TabSeparated', Buffer.from('a\n')),
      {
        code: 'CASE_BUSY',
      },
    )
    assert.deepEqual(await first.session.rows('EXISTS TABLE access'), [{ result: 1 }])
    await second.close()
    await first.close()
  })
})

const noteOn = (n: number) =>
  ({ kind: 'mailbox', value: `${n}@example.org`, text: 'seen', who: 'ann' }) as const

it('the marks and notes of a case that several processes read are those of all', async () => {
  const folder = await newCase()
  const first = await openCase(folder, { mode: 'read' })
  const second = await openCase(folder, { mode: 'read' })
  const writers = [first, second, first, second, first, second]
  await Promise.all(writers.map((one, n) => addNote(one.session, noteOn(n))))
  const said = { kind: 'address', party: 'legitimate', reason: 'legitimate', who: 'ann' } as const
  await Promise.all(
    writers.map((one, n) => addMarks(one.session, { ...said, values: [`192.0.2.${n}`] })),
  )
  assert.equal((await notes(second.session)).length, writers.length)
  assert.equal((await marks(first.session)).length, writers.length)
  await second.close()
  await first.close()
})

describe('a case that several readers have open', () => {
  it('goes on after a reader who left in the middle of an answer', async () => {
    const folder = await newCase()
    const first = await openCase(folder, { mode: 'read' })
    const second = await openCase(folder, { mode: 'read' })
    for await (const rows of second.session.stream('SELECT number FROM numbers(1000000)')) {
      assert.ok(rows.length > 0)
      break
    }
    assert.deepEqual(await second.session.rows('SELECT 1 AS one'), [{ one: 1 }])
    const third = await openCase(folder, { mode: 'read' })
    const leaving = third.session.rows('SELECT sleep(1)')
    await third.close()
    await leaving
    assert.deepEqual(await first.session.rows('SELECT 2 AS two'), [{ two: 2 }])
    await second.close()
    await first.close()
  })

  it('is closed only when the others are done', async () => {
    const folder = await newCase()
    const first = await openCase(folder, { mode: 'read' })
    const second = await openCase(folder, { mode: 'read' })
    const closing = first.close()
    assert.deepEqual(await second.session.rows('SELECT 3 AS three'), [{ three: 3 }])
    await second.close()
    await closing
  })
})

describe('a case and who wants it for long, or to fill it', () => {
  it('opens for a long time only after the others have closed', async () => {
    const folder = await newCase()
    const first = await openCase(folder, { mode: 'read' })
    const opening = openCase(folder, { mode: 'read', isLasting: true })
    await first.close()
    const lasting = await opening
    const second = await openCase(folder, { mode: 'read' })
    assert.deepEqual(await second.session.rows('SELECT 6 AS six'), [{ six: 6 }])
    await second.close()
    await lasting.close()
  })

  it('lets the one for long in after a while, and it outlives the process that had the engine', async () => {
    const folder = await newCase()
    const first = await openCase(folder, { mode: 'read' })
    const lasting = await openCase(folder, { mode: 'read', isLasting: true })
    assert.deepEqual(await lasting.session.rows('SELECT 7 AS seven'), [{ seven: 7 }])
    // It stays, and is not waited for.
    await first.close()
    await assert.rejects(lasting.session.rows('SELECT 8 AS eight'), isMoved)
    assert.deepEqual(await lasting.session.rows('SELECT 8 AS eight'), [{ eight: 8 }])
    await lasting.session.command('TRUNCATE TABLE verdict')
    await lasting.close()
    await (await openCase(folder)).close()
  })

  it('is not open to the one that would fill it', async () => {
    const folder = await newCase()
    const first = await openCase(folder, { mode: 'read' })
    await assert.rejects(openCase(folder), { code: 'CASE_BUSY' })
    await first.close()
  })
})

it('a query fails with CASE_BUSY when the process that holds the engine is killed', async () => {
  const folder = await newCase()
  const holder = startReader(folder, "console.log('open'); setInterval(() => {}, 1000)")
  await once(holder.stdout, 'data')
  const reader = await openCase(folder, { mode: 'read' })
  assert.deepEqual(await reader.session.rows('SELECT 4 AS four'), [{ four: 4 }])
  holder.kill('SIGKILL')
  await assert.rejects(reader.session.rows('SELECT sleep(3)'), { code: 'CASE_BUSY' })
  await reader.close()
  const next = await openCase(folder, { mode: 'read' })
  assert.deepEqual(await next.session.rows('SELECT 5 AS five'), [{ five: 5 }])
  await next.close()
})
