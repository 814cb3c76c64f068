import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, mock } from 'node:test'
import { mintmark } from '../../fake_io.ts'

const folder = mkdtempSync(join(os.tmpdir(), 'mintmark-note-'))
const inCase = ['--case', join(folder, 'case')]
const ID = '4e0f1c2a-0000-4000-8000-0000000000ab'

before(async () => {
  const exports = join(folder, 'exports')
  mkdirSync(exports)
  writeFileSync(join(exports, 'empty.ndjson'), '')
  await mintmark('ingest', exports, ...inCase)
})
after(() => rmSync(folder, { recursive: true, force: true }))

describe('note', () => {
  it('is found again by its token in any spelling', async () => {
    const written = await mintmark('note', `token:${ID}`, 'asked', '--as', 'ada', ...inCase)
    assert.deepEqual([written.code, written.err], [0, ''])
    const spelled = [ID.toUpperCase(), ID.replaceAll('-', ''), `{${ID}}`]
    for (const one of spelled) {
      // oxlint-disable-next-line no-await-in-loop -- one command after the other
      assert.match((await mintmark('note', `token:${one}`, ...inCase)).out, /asked/, one)
    }
    assert.equal((await mintmark('note', 'token:x', ...inCase)).code, 2)
  })

  it('asks for its author where the user of the machine has no name', async () => {
    const nameless = mock.method(os, 'userInfo', () => {
      throw new Error('uv_os_get_passwd returned ENOENT')
    })
    syncBuiltinESMExports()
    try {
      const { code, err } = await mintmark('note', 'mailbox:a@example.org', 'asked', ...inCase)
      assert.deepEqual([code, err.includes('--as is needed')], [2, true], err)
      assert.equal((await mintmark('note', ...inCase)).code, 0)
    } finally {
      nameless.mock.restore()
      syncBuiltinESMExports()
    }
  })
})
