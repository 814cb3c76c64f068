import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Json, MintmarkError } from '@mintmark/core'
import type { Session } from '../../src/engine/session.ts'
import { type Case, openCase } from '../../src/store/case.ts'
import { backends } from '../backends.ts'

const ODD_TEXTS = [
  "it's",
  'a "quoted" word',
  'back\\slash \\n \\t \\0 \\x00',
  'line\nbreak\r\n',
  'tab\there',
  'NUL \0 inside',
  "'; DROP TABLE access; --",
  '{name:String} {x}',
  'é 漢字 \u{1f600} \u2028',
  '\\N',
  'NULL',
  '',
  ' ',
]
const MAX = '18446744073709551615'

async function all(chunks: AsyncIterable<readonly Json[]>): Promise<Json[]> {
  const rows: Json[] = []
  for await (const chunk of chunks) rows.push(...chunk)
  return rows
}

const REFUSED = [
  'INSERT INTO meta (name) VALUES (1)',
  'INSERT INTO meta (name) SELECT 1',
  'DROP TABLE meta',
  'TRUNCATE TABLE meta',
  'ALTER TABLE meta DELETE WHERE 1',
  'CREATE TABLE t (a UInt8) ENGINE = Memory',
  'CREATE TEMPORARY TABLE t (a UInt8)',
  'SET readonly = 0',
  'SYSTEM SHUTDOWN',
  'SELECT 1; SELECT 2',
  "SELECT 1 INTO OUTFILE '/tmp/mintmark-out'",
  "SELECT 1 /* */ INTO/**/OUTFILE '/tmp/mintmark-out'",
  "SELECT * FROM file('/etc/hostname', 'LineAsString')",
  "SELECT file('/etc/hostname')",
  "SELECT `file` ('/etc/hostname')",
  "SELECT FILE('/etc/hostname')",
  "SELECT * FROM url('http://127.0.0.1:9/', 'LineAsString')",
  "SELECT * FROM remote('127.0.0.1:9', 'system.one')",
  "SELECT * FROM executable('ls', 'TSV', 'a String')",
  "INSERT INTO FUNCTION file('/tmp/mintmark-out', 'CSV') SELECT 1",
  'SELECT 1 SETTINGS readonly = 0',
  'SELECT 1 FORMAT CSV',
  "EXPLAIN SELECT file('/etc/hostname')",
  '',
  'SELECT \0 1',
]

type Get = () => Session

function bindsValues(session: Get): void {
  it('gives back every text that is bound, alone and in arrays', async () => {
    for (const value of ODD_TEXTS) {
      const [row] = await session().rows('SELECT {value:String} AS value', { value })
      assert.equal(row?.['value'], value)
    }
    const [row] = await session().rows('SELECT {values:Array(String)} AS values', {
      values: ODD_TEXTS,
    })
    assert.deepEqual(row?.['values'], ODD_TEXTS)
  })

  it('gives 64-bit integers as text, to the last one', async () => {
    const [row] = await session().rows(
      'SELECT {max:UInt64} AS bound, toUInt64(18446744073709551615) AS written',
      { max: MAX },
    )
    assert.deepEqual(row, { bound: MAX, written: MAX })
  })

  it("keeps ClickHouse's error number", async () => {
    for (const [sql, number] of [
      ['SELECT * FROM no_such_table', 60],
      ['SELECT no_such_column', 47],
      ['SELEKT 1', 62],
    ] as const) {
      await assert.rejects(session().rows(sql), (error) => {
        assert.ok(error instanceof MintmarkError)
        assert.equal(error.code, 'ENGINE_QUERY')
        assert.equal(error.facts['clickhouse'], number)
        return true
      })
    }
  })
}

function streams(session: Get): void {
  it('reports an error that comes amid a stream', async () => {
    const late = session().stream(
      'SELECT throwIf(number = 90000) AS x FROM numbers(100000) SETTINGS max_block_size = 1000',
    )
    await assert.rejects(all(late), { code: 'ENGINE_QUERY' })
  })

  it('goes on after a stream that was left', async () => {
    for await (const chunk of session().stream('SELECT number FROM numbers(1000000)')) {
      assert.ok(chunk.length > 0)
      break
    }
    const [row] = await session().rows('SELECT 1 AS one')
    assert.equal(row?.['one'], 1)
  })

  it('streams with bounded memory', async () => {
    // What the engine takes for the first of them it keeps.
    await streamed(session(), 500_000)
    const start = process.memoryUsage().rss
    const { rows, top } = await streamed(session(), 2_000_000)
    assert.equal(rows, 2_000_000)
    assert.ok(top - start < 250e6, `${Math.round((top - start) / 1e6)} MB more`)
  })
}

/** Streams rows of a hundred letters: how many came, and the memory of the process at most. */
async function streamed(session: Session, count: number): Promise<{ rows: number; top: number }> {
  let [rows, top] = [0, 0]
  const sql = `SELECT number, repeat('x', 100) AS text FROM numbers(${count})`
  for await (const chunk of session.stream(sql)) {
    rows += chunk.length
    top = Math.max(top, process.memoryUsage().rss)
  }
  return { rows, top }
}

function takesQuestions(session: Get): void {
  it('answers a question that somebody typed', async () => {
    assert.deepEqual(
      await all(session().ask("SELECT 'INTO OUTFILE; file(' AS `file`, 2 AS format -- ;")),
      [{ file: 'INTO OUTFILE; file(', format: 2 }],
    )
    assert.ok((await all(session().ask('SHOW TABLES'))).length > 10)
    await all(session().ask('WITH 1 AS a SELECT a, count() FROM access'))
  })

  for (const sql of REFUSED) {
    it(`refuses ${JSON.stringify(sql)}`, async () => {
      await assert.rejects(all(session().ask(sql)), (error) => {
        assert.ok(error instanceof MintmarkError)
        return error.code === 'INPUT_INVALID' || error.code === 'ENGINE_QUERY'
      })
      const [row] = await session().rows('SELECT count() AS facts FROM meta')
      assert.notEqual(row?.['facts'], '0')
    })
  }
}

for (const backend of backends) {
  describe(`session: ${backend.name}`, { skip: backend.skip ?? false }, () => {
    let place: Awaited<ReturnType<typeof backend.start>>
    let opened: Case

    before(async () => {
      place = await backend.start()
      opened = await openCase(place.location)
    })
    after(async () => {
      await opened.close()
      await place.stop()
    })
    const session: Get = () => opened.session
    describe('values', () => bindsValues(session))
    describe('streams', () => streams(session))
    describe('questions', () => takesQuestions(session))
  })
}
