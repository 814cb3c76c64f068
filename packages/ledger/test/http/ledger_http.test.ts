import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { BIN, mintmark } from '@mintmark/testkit'
import { parseFrontEnds } from '../../src/home/front_ends.ts'
import { ledgerApp, MAX_ENTRIES_BYTES } from '../../src/http/ledger_app.ts'
import { encodeEntry, type Issuance, type Receipt, writeBundle } from '../../src/index.ts'
import {
  claims,
  frontEndKey,
  issuanceFor,
  makeLedger,
  post,
  serve,
  token,
} from '../ledger_world.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-http-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const KEY = 'a-key-of-more-than-twenty-letters'
const frontEnds = parseFrontEnds(
  `# who may append\nfront ${createHash('sha256').update(KEY).digest('hex')}\n`,
)
const asked: string[] = []
const read = (path: string) => {
  asked.push(path)
  return Promise.resolve(Buffer.from('content'))
}
const receipt: Receipt = { shard: 'main/2026-11-25', index: 7, isRepeated: false }
const appWith = (append: () => Promise<Receipt>) =>
  ledgerApp({ read, entries: { append, frontEnds: () => frontEnds } })
const app = appWith(() => Promise.resolve(receipt))

const bundle = (...entries: readonly Issuance[]) =>
  Buffer.from(writeBundle(entries.map((entry) => encodeEntry(entry))))
const entry = () => issuanceFor(token(claims()))

async function answered(bytes: Uint8Array, key = KEY, target = app) {
  const headers = { authorization: `Bearer ${key}` }
  const body = Uint8Array.from(bytes)
  const response = await target.request('/entries', { method: 'POST', headers, body })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

describe('POST /entries', () => {
  const cases: readonly (readonly [string, () => Buffer, number, string])[] = [
    ['an entry', () => bundle(entry()), 200, KEY],
    ['another key', () => bundle(entry()), 401, `${KEY}x`],
    ['no key', () => bundle(entry()), 401, ''],
    ['nothing', () => Buffer.alloc(0), 400, KEY],
    ['a bundle that is cut', () => bundle(entry()).subarray(0, 90), 400, KEY],
    ['too many entries', () => Buffer.alloc(2 * 4097), 400, KEY],
    ['too many bytes', () => Buffer.alloc(MAX_ENTRIES_BYTES + 1), 413, KEY],
  ]
  for (const [name, body, status, key] of cases)
    it(`answers ${status} to ${name}`, async () => {
      assert.equal((await answered(body(), key)).status, status)
    })

  it('answers with one result for each entry, in their order', async () => {
    const opening = encodeEntry({
      kind: 'opening',
      issuer: 'x',
      openedAtMs: 1,
      previousOrigin: '',
      previousSize: 0,
      previousRoot: new Uint8Array(32),
    })
    const body = Buffer.from(writeBundle([new Uint8Array(3), opening, encodeEntry(entry())]))
    const { status, text } = await answered(body)
    assert.equal(status, 200)
    assert.deepEqual(JSON.parse(text), {
      results: [{ refused: 'malformed' }, { refused: 'opening' }, receipt],
    })
  })

  const failures = [
    [new MintmarkError('ENTRY_REFUSED', '', { reason: 'expired' }), 200, { refused: 'expired' }],
    [
      new MintmarkError('ENTRY_REFUSED', '', { reason: 'overrun' }),
      503,
      { unavailable: 'overrun' },
    ],
    [new MintmarkError('DISK_FULL', ''), 503, { unavailable: 'DISK_FULL' }],
    [new MintmarkError('LEDGER_FAILED', ''), 503, { unavailable: 'LEDGER_FAILED' }],
  ] as const
  for (const [failure, status, result] of failures)
    it(`answers ${status} with ${JSON.stringify(result)}`, async () => {
      const target = appWith(() => Promise.reject(failure))
      const outcome = await answered(bundle(entry()), KEY, target)
      assert.equal(outcome.status, status)
      assert.deepEqual(JSON.parse(outcome.text), { results: [result] })
    })

  it('says nothing of a bug but that it cannot answer', async () => {
    const target = appWith(() => Promise.reject(new Error('secret')))
    const { status, text } = await answered(bundle(entry()), KEY, target)
    assert.deepEqual([status, text.includes('secret')], [503, false])
  })
})

describe('GET /healthz', () => {
  it('answers 503 with the trouble of the ledger', async () => {
    let trouble: string | undefined
    const target = ledgerApp({ read, trouble: () => trouble })
    assert.equal((await target.request('/healthz')).status, 200)
    trouble = 'no entry is taken in'
    const response = await target.request('/healthz')
    assert.deepEqual([response.status, await response.text()], [503, 'no entry is taken in\n'])
  })
})

describe('a front end', () => {
  it('can append no more once it is taken out of the file, and again when it is back', async () => {
    const made = await makeLedger(scratch, 'withdrawn')
    const warnings: string[] = []
    const served = await serve(made.folder, { warn: (text) => warnings.push(text) })
    const file = join(made.folder, 'private/front-ends')
    const lines = readFileSync(file, 'utf8')
    const status = async () => (await post(served.url, frontEndKey(made.folder), [entry()])).status
    const until = async (expected: number) => {
      for (const end = Date.now() + 120_000; Date.now() < end; ) {
        // oxlint-disable-next-line no-await-in-loop -- until it is seen
        if ((await status()) === expected) return
        // oxlint-disable-next-line no-await-in-loop -- the same
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      assert.fail(`never ${expected}`)
    }
    try {
      assert.equal(await status(), 200)
      writeFileSync(file, '# nobody\n')
      await until(401)
      writeFileSync(file, 'not a line of it\n')
      writeFileSync(file, lines)
      await until(200)
    } finally {
      await served.stop()
    }
  })
})

describe('GET', () => {
  const there = ['/ledger.json', '/main/latest', '/main/2026-11-25/checkpoint']
  for (const path of [
    ...there,
    '/main/2026/tile/0/x001/067.p/9',
    '/main/2026-11-25/tile/entries/000',
  ])
    it(`${path} is read from the ledger`, async () => {
      const response = await app.request(path)
      assert.equal(response.status, 200)
      assert.equal(asked.at(-1), path.slice(1))
      const cache = response.headers.get('cache-control') ?? ''
      assert.equal(cache.includes('immutable'), path.includes('/tile/'))
    })

  const nowhere = [
    '/',
    '/private/checkpoint.pem',
    '/main/2026-11-25/tile/0/1',
    '/main/2026-11-25/tile/0/000.p/256',
    '/main/..%2f..%2fprivate/checkpoint',
    '/..%2fprivate/latest',
    '/main/2026-11-25/tile/0/..%2f..%2f000',
    '/MAIN/latest',
    '/main/2026-11-25/secret',
  ]
  for (const path of nowhere)
    it(`${path} is not read at all`, async () => {
      const before = asked.length
      assert.equal((await app.request(path)).status, 404)
      assert.equal(asked.length, before)
    })
})

it('an unreadable list of front ends is refused with the number of the line', () => {
  assert.throws(() => parseFrontEnds('\nfront abc\n'), {
    code: 'LEDGER_INVALID',
    facts: { line: 2 },
  })
})

describe('mintmark ledger serve', () => {
  it('ends with 0 on SIGTERM, and has kept the entries that it accepted', async () => {
    const { folder, policy } = await makeLedger(scratch, 'served')
    const child = spawn(process.execPath, [BIN, 'ledger', 'serve', folder, '--port', '0'])
    let out = ''
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString()
    })
    while (!out.includes('\n')) await new Promise((resolve) => setTimeout(resolve, 20))
    const url = out.trim().replace('ledger at ', '')
    const { status } = await post(url, frontEndKey(folder), [entry(), entry()])
    assert.equal(status, 200)
    const ended = new Promise((resolve) => {
      child.once('close', resolve)
    })
    child.kill('SIGTERM')
    assert.equal(await ended, 0)
    const audited = await mintmark('ledger', 'audit', folder, '--policy', policy)
    assert.match(audited.out, /3 entries in 1 shard \(2 tokens/)
  })

  it('keeps its heads, and does not start from a folder that has less', async () => {
    const { folder } = await makeLedger(scratch, 'heads')
    const other = await makeLedger(scratch, 'empty')
    const heads = join(scratch, 'heads.ndjson')
    const first = await serve(folder, { heads })
    await post(first.url, frontEndKey(folder), [entry()])
    await first.stop()
    await (await serve(folder, { heads })).stop()
    await assert.rejects(serve(other.folder, { heads }), { code: 'LEDGER_BEHIND' })
  })

  it('fails with INPUT_INVALID when its port is taken, and releases its folder', async () => {
    const { folder } = await makeLedger(scratch, 'port')
    const first = await serve(folder)
    const port = Number(new URL(first.url).port)
    const other = await makeLedger(scratch, 'port-2')
    await assert.rejects(serve(other.folder, { port }), { code: 'INPUT_INVALID' })
    await first.stop()
    // The second one gave its folder back.
    await (await serve(other.folder)).stop()
  })
})
