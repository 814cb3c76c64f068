/** Invalid stores and streams of a ledger: the error names the option, and nothing is made. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ISSUER } from '@mintmark/ledger/testing'
import { mintmark } from '../../fake_io.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-options-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const folder = join(scratch, 'ledger')

describe('mintmark ledger', () => {
  for (const [store, pattern] of [
    ['mysql://db.example.org/ledger', /no postgres:\/\/ address.*LEDGER_INVALID/],
    ['postgres://someone:hunter2@127.0.0.1:1/ledger', /ECONNREFUSED.*LEDGER_FAILED/],
  ] as const)
    it(`init makes nothing with the store ${store.split(':')[0]}://…`, async () => {
      const named = ['--name', 'ledger.example.org', '--issuer', `main=${ISSUER}`]
      const { code, err } = await mintmark('ledger', 'init', folder, ...named, '--store', store)
      assert.equal(code, 3)
      assert.match(err, pattern)
      assert.ok(!err.includes('hunter2'))
      assert.ok(!existsSync(folder))
    })

  for (const command of ['serve', 'prove', 'audit', 'keys', 'tail', 'export'] as const)
    it(`${command} names the folder that is no ledger`, async () => {
      const token = command === 'prove' ? ['--shard', 'main/2026-11-25', '--index', '0'] : []
      const { code, err } = await mintmark('ledger', command, scratch, ...token)
      assert.equal(code, 3)
      assert.ok(err.includes(` at ${scratch}: it is no ledger (LEDGER_MISSING)`), err)
    })

  for (const [option, value] of [
    ['--nats', 'http://nats.example.org'],
    ['--nats', 'nats://'],
    ['--nats-stream', 'two words'],
  ] as const)
    it(`serve does not take ${option} ${value}`, async () => {
      const nats = option === '--nats' ? [] : ['--nats', 'nats://127.0.0.1:1']
      const { code, err } = await mintmark('ledger', 'serve', folder, ...nats, option, value)
      assert.equal(code, 2)
      assert.match(err, new RegExp(`${option} (?:is|takes) `))
    })
})
