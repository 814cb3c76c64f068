import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { after, before, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { type Case, openCase } from '../../src/store/case.ts'
import { lockIngest } from '../../src/store/ingest_lock.ts'
import { writeMeta } from '../../src/store/meta.ts'
import { oneServer } from '../backends.ts'

const backend = oneServer()

const here = hostname()
const holders = [
  {
    name: 'a dead process',
    holder: { host: here, pid: 2 ** 22 + 1, started: '', key: 'a' },
    busy: false,
  },
  {
    name: 'this process id, killed before',
    holder: { host: here, pid: process.pid, started: '1', key: 'a' },
    busy: false,
  },
  {
    name: 'a process that runs',
    holder: { host: here, pid: process.ppid, started: '', key: 'a' },
    busy: true,
  },
  {
    name: 'another host',
    holder: { host: 'elsewhere.example', pid: 7, started: '', key: 'a' },
    busy: true,
  },
]

describe('the ingest lock of a server', { skip: backend.skip ?? false }, () => {
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

  it('keeps a second ingest and a second opening out until it is given back', async () => {
    const unlock = await lockIngest(opened.session)
    for (const attempt of [
      () => lockIngest(opened.session),
      () => openCase(place.location, { mode: 'read' }),
    ]) {
      await assert.rejects(attempt, (error) => {
        assert.ok(error instanceof MintmarkError)
        assert.equal(error.code, 'CASE_BUSY')
        assert.equal(error.facts['pid'], process.pid)
        return true
      })
    }
    await unlock()
    await (await openCase(place.location)).close()
    await (await lockIngest(opened.session))()
  })

  for (const { name, holder, busy } of holders) {
    it(`${busy ? 'respects' : 'takes over'} that of ${name}`, async () => {
      await writeMeta(opened.session, 'ingest', JSON.stringify(holder))
      if (busy) await assert.rejects(lockIngest(opened.session), { code: 'CASE_BUSY' })
      else await (await lockIngest(opened.session))()
    })
  }

  it('takes over that of another host which has been silent for long', async () => {
    const holder = { host: 'elsewhere.example', pid: 7, started: '', key: 'a' }
    await opened.session.command('TRUNCATE TABLE meta')
    await opened.session.command(
      "INSERT INTO meta (name, value, at) SELECT 'ingest', {value:String}, now64(3, 'UTC') - INTERVAL 10 MINUTE",
      { value: JSON.stringify(holder) },
    )
    await (await lockIngest(opened.session))()
  })
})
