import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openCase } from '@mintmark/case'
import { mintmark, start, startNode } from './built_command.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-e2e-'))
const place = join(folder, 'case')
after(() => rmSync(folder, { recursive: true, force: true }))

const LINE = `${JSON.stringify({
  schema: 'mintmark-access/1',
  id: 'one',
  at: '2023-05-15T08:02:00Z',
  operation: 'PageRead',
  service: 'wiki',
  principal: 'ada@example.org',
  tenant: 'agency',
})}\n`

it('a scan keeps its exit code when its reader closes the pipe early', async () => {
  const keys = join(folder, 'many')
  mkdirSync(keys)
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString()
  for (let i = 0; i < 300; i++) writeFileSync(join(keys, `${i}.pem`), pem)
  const { process: child, ended } = start('scan', keys, '--json')
  child.stdout?.once('data', () => child.stdout?.destroy())
  const { code, err } = await ended
  assert.deepEqual([code, err], [1, ''])
})

it('a check keeps its exit code when nobody reads what it prints', async () => {
  const report = join(folder, 'report')
  mkdirSync(report)
  writeFileSync(join(report, 'report.md'), 'altered')
  writeFileSync(join(report, 'MANIFEST'), `${'0'.repeat(64)}  report.md\n`)
  const read = await mintmark('report', 'verify', report)
  const { process: child, ended } = start('report', 'verify', report)
  child.stdout?.destroy()
  const { code, err } = await ended
  assert.deepEqual([code, err], [1, read.err])
  assert.equal(read.code, 1)
})

it('a record of keys and its history keep their exit code when nobody reads them', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const [keys, record] = [join(folder, 'private.json'), join(folder, 'record')]
  writeFileSync(
    keys,
    JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k' }] }),
  )
  for (const args of [
    ['record', keys, '--out', record],
    ['history', record],
  ]) {
    const { process: child, ended } = start('trust', ...args)
    child.stdout?.destroy()
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    assert.deepEqual([args[0], (await ended).code], [args[0], 1])
  }
})

it('a guard whose alarms nobody reads any more ends with 3 and says so', async () => {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const [keys, policy] = [join(folder, 'jwks.json'), join(folder, 'policy.txt')]
  writeFileSync(keys, JSON.stringify({ keys: [{ ...jwk, kid: 'k1', alg: 'ES256' }] }))
  const ledger = ['--name', 'ledger.example.org', '--issuer', 'main=https://id.example.org']
  const { out: vkey } = await mintmark('ledger', 'init', join(folder, 'ledger'), ...ledger)
  writeFileSync(policy, `log ${vkey}quorum none\n`)
  const config = {
    schema: 'mintmark-guard/1',
    listen: { port: 0 },
    ledger: { url: 'http://127.0.0.1:9', policy },
    issuers: [{ issuer: 'https://id.example.org', class: 'agency', keys }],
    audiences: [{ audience: 'imap.example.org', classes: ['agency'], mode: 'enforce' }],
    callers: [],
  }
  const file = join(folder, 'guard.json')
  writeFileSync(file, JSON.stringify(config))
  const { process: child, ended } = start('guard', 'serve', '--config', file, '--json')
  child.stdout?.destroy()
  const { code, err } = await ended
  assert.equal(code, 3)
  assert.match(err, /standard output cannot be written to \(EPIPE\)/)
})

it('a command that waits for what never comes ends with 3 and says so', async () => {
  const stuck = join(folder, 'stuck.mjs')
  writeFileSync(
    stuck,
    `import { main } from ${JSON.stringify(new URL('../../../packages/cli/src/main.ts', import.meta.url))}
const io = { err: (text) => process.stderr.write(text), out: () => new Promise(() => {}) }
await main(['--version'], io)
`,
  )
  const { code, err } = await startNode(stuck).ended
  assert.deepEqual([code, /a bug, please report it: the command stopped/.test(err)], [3, true])
})

describe('the built command', () => {
  it('ends with 3 where nothing could be decided, and leaves its input unchanged', async () => {
    const input = join(folder, 'lines.ndjson')
    writeFileSync(input, LINE)
    const { code, err } = await mintmark('investigate', input, '--case', place)
    assert.deepEqual([code, err], [3, ''])
    assert.equal(readFileSync(input, 'utf8'), LINE)
  })

  it('ends quietly when its reader has seen enough', async () => {
    const { process: child, ended } = start(
      'sql',
      "SELECT number, repeat('x', 100) AS text FROM numbers(2000000)",
      '--case',
      place,
    )
    child.stdout?.once('data', () => child.stdout?.destroy())
    const { code, signal, err } = await ended
    assert.deepEqual([code, signal, err], [0, null, ''])
  })

  it('refuses a case that another process has open, and names that process', async () => {
    const open = await openCase(place)
    const { code, err } = await mintmark('evidence', '--case', place)
    await open.close()
    assert.equal(code, 3)
    assert.match(err, new RegExp(`\\b${process.pid}\\b.*\\(CASE_BUSY\\)\\n$`))
    assert.equal((await mintmark('evidence', '--case', place)).code, 0)
  })
})
