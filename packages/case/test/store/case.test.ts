import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { openCase } from '../../src/store/case.ts'
import { writeMeta } from '../../src/store/meta.ts'
import { TABLES } from '../../src/store/schema.ts'
import { backends } from '../backends.ts'

describe('a case in a folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'mintmark-case-'))
  after(() => rmSync(root, { recursive: true, force: true }))

  it('is made once and opened again', async () => {
    const folder = join(root, 'deep', 'er', 'case')
    const made = await openCase(folder)
    await writeMeta(made.session, 'colour', 'blue')
    await made.close()
    const again = await openCase(folder, { mode: 'read' })
    const [row] = await again.session.rows("SELECT value FROM meta WHERE name = 'colour'")
    await again.close()
    assert.equal(row?.['value'], 'blue')
  })

  it('is missing when nothing is there and it is only read', async () => {
    await assert.rejects(openCase(join(root, 'none'), { mode: 'read' }), { code: 'CASE_MISSING' })
  })

  it('is not made in a folder that holds something else', async () => {
    const folder = join(root, 'photos')
    mkdirSync(folder)
    writeFileSync(join(folder, 'cat.txt'), 'meow')
    await assert.rejects(openCase(folder), { code: 'CASE_INVALID' })
    assert.equal(readFileSync(join(folder, 'cat.txt'), 'utf8'), 'meow')
  })

  it('is not made where a file stands', async () => {
    writeFileSync(join(root, 'file'), '')
    await assert.rejects(openCase(join(root, 'file')), { code: 'CASE_INVALID' })
  })

  it('says what to do where it cannot write, whatever the user may', async () => {
    await assert.rejects(openCase('/sys/mintmark-case'), {
      code: 'CASE_INVALID',
      message:
        /: (?:permission denied|the file system is read-only)\. Reading a case writes into it, too: copy it to where/,
    })
  })

  for (const [name, file] of [
    ['another version', '{"format":"mintmark-case","schemaVersion":999}'],
    ['something else', '{"format":"other"}'],
    ['no JSON', '\0\xff{'],
  ] as const) {
    it(`is invalid when case.json is ${name}`, async () => {
      const folder = mkdtempSync(join(root, 'bad-'))
      writeFileSync(join(folder, 'case.json'), file)
      await assert.rejects(openCase(folder), { code: 'CASE_INVALID' })
    })
  }

  it('is busy while it is open, and says who has it', async () => {
    const folder = join(root, 'busy')
    const opened = await openCase(folder)
    await assert.rejects(openCase(folder), (error) => {
      assert.ok(error instanceof MintmarkError)
      assert.equal(error.code, 'CASE_BUSY')
      assert.equal(error.facts['pid'], process.pid)
      return true
    })
    await opened.close()
    await (await openCase(folder)).close()
  })
})

it('has no tables of a killed run once it is open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-killed-'))
  const killed = await openCase(folder)
  await killed.session.command('CREATE TABLE scratch_old_0 (x UInt8) ENGINE = MergeTree ORDER BY x')
  await killed.close()
  const opened = await openCase(folder)
  assert.deepEqual(await opened.session.rows('EXISTS TABLE scratch_old_0'), [{ result: 0 }])
  await opened.close()
  rmSync(folder, { recursive: true })
})

describe('the lock of a case', () => {
  const root = mkdtempSync(join(tmpdir(), 'mintmark-lock-'))
  after(() => rmSync(root, { recursive: true, force: true }))

  const locks = [
    {
      name: 'a dead process',
      lock: { host: hostname(), pid: 2 ** 22 + 1, started: '' },
      busy: false,
    },
    {
      name: 'this very process id, killed before',
      lock: { host: hostname(), pid: process.pid, started: '1' },
      busy: false,
    },
    {
      name: 'a process id that another process has now',
      lock: { host: hostname(), pid: 1, started: '99999999999' },
      busy: false,
    },
    {
      name: 'a process that runs',
      lock: { host: hostname(), pid: process.ppid, started: '' },
      busy: true,
    },
    {
      name: 'a process on another host',
      lock: { host: 'elsewhere.example', pid: 5, started: '' },
      busy: true,
    },
    { name: 'nobody: the lock was cut short', lock: '{"ho', busy: false },
  ]
  for (const { name, lock, busy } of locks) {
    it(`${busy ? 'respects' : 'takes over'} the lock of ${name}`, async () => {
      const folder = mkdtempSync(join(root, 'lock-'))
      writeFileSync(join(folder, 'lock'), typeof lock === 'string' ? lock : JSON.stringify(lock))
      if (busy) await assert.rejects(openCase(folder), { code: 'CASE_BUSY' })
      else await (await openCase(folder)).close()
    })
  }
})

for (const backend of backends) {
  describe(`a case: ${backend.name}`, { skip: backend.skip ?? false }, () => {
    it('has every table and view, is found again, and refuses another version', async () => {
      const place = await backend.start()
      try {
        if (backend.name !== 'a folder')
          await assert.rejects(openCase(place.location, { mode: 'read' }), { code: 'CASE_MISSING' })
        const made = await openCase(place.location)
        for (const name of [
          ...TABLES.map((table) => table.name),
          'item',
          'artefact_access',
          'judged',
        ])
          await made.session.rows(`SELECT * FROM ${name} LIMIT 1`)
        await made.close()
        const again = await openCase(place.location, { mode: 'read' })
        await writeMeta(again.session, 'schema_version', '0')
        await again.close()
        await assert.rejects(openCase(place.location), { code: 'CASE_INVALID' })
      } finally {
        await place.stop()
      }
    })
  })
}

describe('a case on a server', () => {
  it('is unavailable when nothing answers, and the error keeps the password to itself', async () => {
    await assert.rejects(openCase('clickhouse://me:hunter2@127.0.0.1:9/db'), (error) => {
      assert.ok(error instanceof MintmarkError)
      assert.equal(error.code, 'ENGINE_UNAVAILABLE')
      assert.doesNotMatch(
        JSON.stringify([error.message, error.stack, error.facts, String(error.cause)]),
        /hunter2/u,
      )
      return true
    })
  })

  for (const location of [
    'clickhouse://',
    'clickhouse://u:hunter2@/db',
    'clickhouse://u:hunter2@h/db;DROP',
    'clickhouse://u:hunter2@h/a.b',
    'clickhouse://u:hunter2@h1,h2/db',
    "clickhouse://u:hunter2@h/db?cluster=c');--",
    'clickhouse://u:hunter2%@h/db',
    'clickhouse://u:hunter2@h:99999/db',
  ]) {
    it(`refuses ${location.replace('hunter2', 'PASSWORD')}`, async () => {
      await assert.rejects(openCase(location), (error) => {
        assert.ok(error instanceof MintmarkError)
        assert.equal(error.code, 'INPUT_INVALID')
        assert.doesNotMatch(error.message, /hunter2/u)
        return true
      })
    })
  }
})
