/** The front end of 2023 as a user meets it: served, probed, fixed, and probed again. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type Json, text } from '@mintmark/core'
import { mintmark, printedAddress, start } from '@mintmark/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { objects, parsed } from '../../printed.ts'

const SCHEMA = new URL('../../../../../docs/schema/replay-with-1.schema.json', import.meta.url)
const root = mkdtempSync(join(tmpdir(), 'mintmark-front-end-'))
after(() => rmSync(root, { recursive: true, force: true }))

const PROBE = join(root, 'probe.json')

/** Serves the front end, and probes it. */
async function probed(state: '2023' | 'fixed') {
  const served = start('replay', 'storm-0558', '--front-end', state, '--out', root)
  try {
    const target = await printedAddress(served.process)
    const issuer = join(root, 'issuer')
    const args = ['--target', target, '--issuer', issuer, '--rate', '1000', '--json']
    const ended = await mintmark('trust', 'probe', ...args)
    const vectors = objects(parsed(ended.out)['vectors'])
    const accepted = vectors.filter(({ outcome }) => outcome === 'accepted').map(({ id }) => id)
    const refused = vectors.filter(({ outcome }) => outcome === 'refused').length
    if (state === '2023') writeFileSync(PROBE, ended.out)
    return { ...ended, accepted, refused, all: vectors.length }
  } finally {
    served.process.kill('SIGTERM')
    const { code, out, err } = await served.ended
    assert.deepEqual([code, err], [0, ''])
    assert.ok(out.split('\n').every((line) => line.length <= 80 || line.startsWith('Next:')))
  }
}

describe('replay --front-end', () => {
  it('of 2023 accepts the keys of others, and no other forgery', async () => {
    const { code, accepted, refused, all } = await probed('2023')
    assert.equal(code, 1)
    assert.deepEqual(accepted, [
      'consumer-key',
      'retired-key-listed',
      'key-unlisted',
      'other-tenant-key',
      'disabled-issuer-key',
    ])
    assert.equal(refused, all - accepted.length)
    assert.ok(all > 100)
  })

  it('with the fix refuses every forgery, and still takes the genuine token', async () => {
    const { code, accepted, refused, all } = await probed('fixed')
    assert.deepEqual([code, accepted], [0, []])
    assert.equal(refused, all)
  })
})

describe('from key to verifier', () => {
  const out = join(root, 'world')
  const logs = join(out, 'logs')

  it('leads from the core of the replay to the front end, the tokens named as missing', async (t) => {
    const ended = await mintmark('replay', 'storm-0558', '--out', out, '--scale', '0.001', '--json')
    const dump = text(parsed(ended.out), 'dump')
    if (dump === undefined) {
      t.skip('no core can be taken here')
      return
    }
    copyFileSync(PROBE, join(logs, 'probe.json'))
    const { out: said } = await mintmark('investigate', logs, '--case', join(out, 'case'), '--json')
    const [chain, ...more] = objects(parsed(said)['chains'])
    assert.deepEqual(more, [])
    const links = objects(chain?.['links'])
    assert.deepEqual(
      links.map(({ link, state }) => [link, state]),
      [
        ['key', 'established'],
        ['trust', 'established'],
        ['tokens', 'missing'],
        ['accesses', 'lead'],
        ['verifiers', 'established'],
      ],
    )
    const [key, trust, , accesses, verifiers] = links.map((link) => objects(link['evidence'])[0])
    assert.equal(key?.['path'], dump)
    assert.match(String(trust?.['path']), /discovery-keys\.json$/)
    assert.match(String(links[1]?.['text']), /^No longer to be trusted since 2021-04-04 14:43 UTC/)
    const line = readFileSync(String(accesses?.['path']), 'utf8').split('\n')
    assert.match(line[Number(accesses?.['line']) - 1] ?? '', /MailItemsAccessed/)
    assert.equal(verifiers?.['path'], join(logs, 'probe.json'))
    const shown = await mintmark('investigate', logs, '--case', join(out, 'case'))
    const lines = shown.out.trimEnd().split('\n')
    assert.ok(
      lines.length <= 25 && lines.every((each) => each.length <= 80 || each.startsWith('NEXT')),
    )
    const printed = shown.out.replaceAll(/\s+/g, ' ')
    assert.match(printed, /trusted until 2021-04-04 http:\S+ accepted a token of this key/)
    assert.match(printed, /missing: which tokens it signed; which verifier the accesses used/)
  })
})

describe('replay --with', () => {
  it('prints a table of the four measures, with what each rests on', async () => {
    const { code, out, err } = await mintmark('replay', 'storm-0558', '--with', '--scale', '0.001')
    assert.deepEqual([code, err], [0, ''])
    const lines = out.split('\n')
    assert.ok(lines.every((line) => line.length <= 80))
    const rows = lines.slice(1, 5).map((line) => line.split(/ +/))
    assert.deepEqual(
      rows.map(([name]) => name),
      ['none', 'rotation', 'class-check', 'guard'],
    )
    assert.equal(rows[0]?.[4], '0')
    assert.ok(rows.slice(1).every((row) => row[3] === '0' && row[4] === rows[0]?.[3]))
    assert.match(out, /^ {2}rotation {5}a key is gone a day after its certificate ends/m)
  })

  it('takes some of them, as JSON', async () => {
    const args = ['--with', 'guard', 'none', '--scale', '0.001', '--json']
    const { code, out } = await mintmark('replay', 'storm-0558', ...args)
    const document = parsed(out)
    const { measures } = document
    assert.equal(code, 0)
    const schema: Json = parsed(readFileSync(SCHEMA, 'utf8'))
    const validate = new Ajv2020({ strict: false }).compile(schema)
    assert.ok(validate(document), JSON.stringify(validate.errors, null, 1))
    assert.deepEqual(
      objects(measures).map(({ measure }) => measure),
      ['none', 'guard'],
    )
  })

  it('takes no other, and writes no logs', async () => {
    for (const args of [
      ['--with', 'prayer'],
      ['--with', '--out', root],
    ])
      assert.equal((await mintmark('replay', 'storm-0558', ...args)).code, 2)
  })
})
