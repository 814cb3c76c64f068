/** A ledger in PostgreSQL: the contract of all stores, and what is this one's alone. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import {
  createPostgresLedger,
  openLedger,
  PostgresFiles,
  type Sequencer,
  walkShards,
} from '../../src/index.ts'
import { openSession } from '../../src/store/postgres_database.ts'
import { PostgresStore } from '../../src/store/postgres_store.ts'
import { newLedger, readerOf, useStore, wantedLedger } from '../tested_store.ts'
import { ISSUER, issuance } from '../tokens.ts'
import { createIn, skip, startPostgres } from './postgres_world.ts'

const server = await startPostgres()
const scratch = mkdtempSync(join(tmpdir(), 'mintmark-in-postgres-'))
after(async () => {
  await server?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

if (server !== undefined) {
  useStore((folder, wanted) => createIn(server, folder, wanted))
  await import('./store_contract.ts')
}

let made = 0
const newFolder = () => join(scratch, String(made++))
const open = (folder: string) => openLedger(folder, { now: Date.now })

/** A ledger, and the statements that are run in its schema. */
async function newInPostgres() {
  if (server === undefined) throw new Error('no server')
  const folder = newFolder()
  const url = await createIn(server, folder, wantedLedger())
  const schema = /search_path%3D(\w+)/.exec(url)?.[1] ?? ''
  const sql = (text: string) => server.sql(`SET search_path = ${schema}; ${text}`)
  return { folder, url, sql }
}

describe('a ledger in PostgreSQL', { skip }, () => {
  it('is made once, and not over another', async () => {
    const { url } = await newInPostgres()
    const invalid = { code: 'LEDGER_INVALID', facts: { member: 'store' } }
    await assert.rejects(createPostgresLedger(newFolder(), url, wantedLedger()), invalid)
    await assert.rejects(createPostgresLedger(newFolder(), 'mysql://x', wantedLedger()), invalid)
    assert.ok(server !== undefined)
    const empty = server.schema('nothing_in_it')
    await assert.rejects(PostgresStore.open(empty), { code: 'LEDGER_MISSING' })
  })

  it('refuses a second process with the process id and host of the first', async () => {
    const { folder } = await newInPostgres()
    const ledger = await open(folder)
    await assert.rejects(open(folder), {
      code: 'LEDGER_BUSY',
      facts: { pid: process.pid, host: hostname() },
    })
    await ledger.close()
    await (await open(folder)).close()
  })

  it('keeps its key out of the database', async () => {
    const { folder, sql } = await newInPostgres()
    const ledger = await open(folder)
    await ledger.append(issuance())
    await ledger.close()
    const tables = sql(`SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables
      WHERE schemaname = current_schema()`)
    assert.equal(tables, 'mintmark_file mintmark_ledger mintmark_live mintmark_record')
    assert.equal(sql(`SELECT count(*) FROM mintmark_file WHERE path LIKE '%pem%'`), '0')
  })

  it('with a record that is gone or old does not start, though its files are whole', async () => {
    const { folder, sql } = await newInPostgres()
    sql('CREATE TABLE kept AS TABLE mintmark_record')
    const ledger = await open(folder)
    await ledger.append(issuance())
    await ledger.close()
    sql('DELETE FROM mintmark_record')
    await assert.rejects(open(folder), { code: 'LEDGER_DAMAGED' })
    sql('INSERT INTO mintmark_record TABLE kept')
    await assert.rejects(open(folder), { code: 'LEDGER_BEHIND' })
  })

  it('removes old records and partial tiles as it grows', async () => {
    const { folder, sql } = await newInPostgres()
    const ledger = await openLedger(folder, { now: Date.now, segmentBytes: 50_000 })
    for (let round = 0; round < 8; round++)
      await Promise.all(Array.from({ length: 100 }, () => ledger.append(issuance())))
    await ledger.close()
    assert.equal(sql('SELECT count(*) FROM mintmark_record'), '1')
    const partials = sql(`SELECT string_agg(path, ' ' ORDER BY path) FROM mintmark_file
      WHERE path LIKE '%/tile/0/00_.p/%'`)
    assert.match(partials, /^(?:\S+\/tile\/0\/003\.p\/\d+ ?)+$/)
    const reader = await readerOf(folder)
    const sizes: number[] = []
    for await (const { shard } of walkShards(reader, 'agency')) sizes.push(shard.head.size)
    assert.deepEqual(sizes, [801])
  })
})

describe('files in PostgreSQL', { skip }, () => {
  it('give each as it is, by any path, and go on after a read that failed', async () => {
    const { url, sql } = await newInPostgres()
    const session = await openSession(url)
    const paths = ['a', "it's", 'two $1', 'back\\slash', 'ü/名', 'nothing in it', 'large']
    const lengths = [1, 3, 26, 4, 5, 0, 3_000_000]
    const contents = lengths.map((length) => Buffer.alloc(length, 'mintmark'))
    const put = 'INSERT INTO mintmark_file SELECT * FROM unnest($1::text[], $2::bytea[])'
    await session.query(put, [paths, contents])
    await session.close()
    const files = new PostgresFiles(url)
    const read = await Promise.all(paths.map((path) => files.read(path)))
    assert.deepEqual(read.map(String), contents.map(String))
    assert.equal(await files.read("none' OR true --"), undefined)
    await assert.rejects(files.read('a\0'), { code: 'LEDGER_FAILED' })
    const cut = Promise.allSettled(paths.map(() => files.read('large')))
    sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND application_name = 'mintmark'`)
    await cut
    const again = async (tries: number): Promise<number | undefined> => {
      const bytes = await files.read('large').catch(() => undefined)
      return bytes === undefined && tries > 0 ? await again(tries - 1) : bytes?.length
    }
    assert.equal(await again(9), 3_000_000)
    await files.close()
  })
})

/** Until the ledger says that publishing fails, or does not any more. */
async function told(ledger: Sequencer, isFailing: boolean): Promise<void> {
  for (let i = 0; i < 3000 && (ledger.publishFailure !== undefined) !== isFailing; i++)
    await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('what is published in a database', { skip }, () => {
  it('keeps no commit waiting, and stops none where its session ends', async () => {
    const { folder, url, sql } = await newInPostgres()
    const ledger = await open(folder)
    const other = await openSession(url)
    const entries = Array.from({ length: 3 }, () => issuance())
    const [first = issuance(), second = issuance(), third = issuance()] = entries
    await other.query('BEGIN')
    await other.query('LOCK TABLE mintmark_file IN ACCESS EXCLUSIVE MODE')
    const receipts = [await ledger.append(first)]
    const blocked = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO mintmark_file%'`
    for (let i = 0; i < 600 && sql(blocked) === '0'; i++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    receipts.push(await ledger.append(second))
    await told(ledger, true)
    receipts.push(await ledger.append(third))
    assert.equal(ledger.trouble, undefined)
    await other.query('COMMIT')
    await other.close()
    await told(ledger, false)
    await ledger.close()
    assert.deepEqual(
      receipts.map(({ index }) => index),
      [1, 2, 3],
    )
    const reader = await readerOf(folder)
    assert.equal((await reader.shard((await reader.newest('agency')) ?? ''))?.head.size, 4)
  })
})

describe('a database of a ledger', { skip }, () => {
  it('does not start without a record that it had, or with one that was changed', async () => {
    const broken = [
      'DELETE FROM mintmark_record WHERE number = 3',
      'UPDATE mintmark_record SET bytes = set_byte(bytes, 200, get_byte(bytes, 200) # 1) WHERE number = 3',
      'DELETE FROM mintmark_record',
    ]
    for (const statement of broken) {
      const { folder, url, sql } = await newInPostgres()
      const store = await PostgresStore.open(url)
      for await (const _ of store.recover());
      await store.start(new Map())
      for (let first = 0; first < 3; first++)
        await store.commit([
          { shard: 'agency/2026-11-25', first, entries: [Buffer.alloc(300, first)] },
        ])
      await store.close(undefined)
      sql(statement)
      await assert.rejects(open(folder), { code: 'LEDGER_DAMAGED' })
    }
  })

  it('is no place for one where the server does not wait for its disk', async () => {
    assert.ok(server !== undefined)
    const { folder, url } = await newInPostgres()
    server.sql(`ALTER ROLE mintmark SET synchronous_commit = off`)
    try {
      // What the role says is overruled for commits.
      const ledger = await open(folder)
      await ledger.append(issuance())
      await ledger.close()
    } finally {
      server.sql('ALTER ROLE mintmark RESET synchronous_commit')
    }
    server.sql('ALTER SYSTEM SET fsync = off')
    server.sql('SELECT pg_reload_conf()')
    try {
      for (let i = 0; i < 600 && server.sql('SHOW fsync') === 'on'; i++)
        await new Promise((resolve) => setTimeout(resolve, 50))
      await assert.rejects(PostgresStore.open(url), {
        code: 'LEDGER_INVALID',
        facts: { member: 'fsync' },
      })
    } finally {
      server.sql('ALTER SYSTEM RESET fsync')
      server.sql('SELECT pg_reload_conf()')
    }
  })

  it('is not reached at a wrong address, and the error does not show the password', async () => {
    const url = 'postgres://someone:hunter2@127.0.0.1:1/nowhere'
    await assert.rejects(PostgresStore.open(url), (error: unknown) => {
      assert.ok(error instanceof Error && 'code' in error && 'facts' in error)
      assert.deepEqual([error.code, error.facts], ['LEDGER_FAILED', { sqlstate: 'ECONNREFUSED' }])
      return !`${error.message}${JSON.stringify(error)}`.includes('hunter2')
    })
  })
})

describe('published files in PostgreSQL', { skip }, () => {
  it('are listed as a folder lists them', async () => {
    const { folder, url, sql } = await newInPostgres()
    const paths = ['a/b', 'a/b.c', 'a/b/c', 'a/b/d/e', 'a/b0', 'a/c/tile/0/000', 'a/z', 'ab/c', 'b']
    for (const path of paths) sql(`INSERT INTO mintmark_file VALUES ('${path}', '')`)
    const files = new PostgresFiles(url)
    assert.deepEqual(await files.list('a'), ['b', 'b.c', 'b0', 'c', 'z'])
    assert.deepEqual(await files.list('a/b'), ['c', 'd'])
    assert.deepEqual(await files.list('nowhere'), [])
    await files.close()
    const store = await PostgresStore.open(url)
    await store.remove('a/b')
    assert.deepEqual(await store.list('a'), ['b.c', 'b0', 'c', 'z'])
    await store.close(undefined)
    assert.ok(folder !== '')
  })
})

it('a place that names a database is read from it', { skip }, async () => {
  const folder = newFolder()
  await newLedger(folder)
  const ledger = await open(folder)
  await ledger.append(issuance())
  await ledger.close()
  const reader = await readerOf(folder)
  assert.equal(reader.description.issuers.get('agency'), ISSUER)
  assert.equal((await reader.shard((await reader.newest('agency')) ?? ''))?.head.size, 2)
})
