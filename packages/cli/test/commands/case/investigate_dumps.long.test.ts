/** Dumps among the evidence: recognised, searched once, and reported with whoever accessed them. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Json } from '@mintmark/core'
import { elfCore, readAgain } from '@mintmark/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { mintmark, type Outcome } from '../../fake_io.ts'
import { assertHarmless, member, objects, parsed } from '../../printed.ts'

const SCHEMA = new URL('../../../../../docs/schema/answer-1.schema.json', import.meta.url)
const root = mkdtempSync(join(tmpdir(), 'mintmark-dumps-'))
after(() => rmSync(root, { recursive: true, force: true }))

const { privateKey, publicKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const spki = createHash('sha256')
  .update(publicKey.export({ type: 'spki', format: 'der' }))
  .digest('hex')
/** A prime as memory holds it, which only a search for the known key finds: no encoding shows it. */
const prime = Buffer.from(
  Buffer.from(String(privateKey.export({ format: 'jwk' }).p), 'base64url').toReversed(),
)
const HOSTILE_KID = 'kid-\u001b[2J\u202e'
const jwks = JSON.stringify({
  keys: [{ ...publicKey.export({ format: 'jwk' }), kid: HOSTILE_KID }],
})

const page = (bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, Buffer.alloc(8192 - bytes.length)])
const core = (...contents: readonly Uint8Array[]): Uint8Array =>
  elfCore({
    memory: contents.map((bytes, at) => ({
      address: 0x10000n * BigInt(at + 1),
      bytes: page(bytes),
    })),
    threads: [{ id: 7, stackPointer: 0x10010n }],
  }).bytes

/** Writes files into a folder of their own. */
function folder(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = join(root, name)
  mkdirSync(path, { recursive: true })
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content)
  return path
}

/** A line of a plain log: somebody fetched a file. */
const fetched = (name: string, principal: string): string =>
  `${JSON.stringify({
    schema: 'mintmark-access/1',
    id: `${name} ${principal}`,
    at: '2021-05-18T17:45:00Z',
    service: 'files',
    operation: 'FileDownloaded',
    principal,
    objectPath: `/dumps/${name}`,
    objectName: name,
  })}\n`

const answerOf = async (...args: readonly string[]): Promise<Json> =>
  parsed((await mintmark('investigate', ...args, '--json')).out)
const keysOf = (answer: Json) => objects(answer['keys'])
const codesOf = (answer: Json) => objects(answer['unknowns']).map(({ code }) => code)
const shapesOf = (answer: Json) => objects(answer['evidence']).map(({ shape }) => shape)

function assertSilent({ out, err }: Outcome): void {
  const body = pem.split('\n').slice(1, -2)
  for (const secret of [...body, prime.toString('hex'), prime.toString('base64')])
    assert.equal((out + err).includes(secret), false)
}

const place = join(root, 'case')
const input = folder('in', {
  'service.core': core(Buffer.from(pem), prime),
  'keys.json': jwks,
  'files.ndjson': fetched('SERVICE.core', 'eve@example.org') + fetched('service.core2', 'x'),
})
let first: Outcome
before(async () => {
  first = await mintmark('investigate', input, '--case', place, '--json')
})

describe('a dump among the evidence', () => {
  it('is no log, nor is a list of public keys', () => {
    assert.deepEqual(
      new Set(shapesOf(parsed(first.out))),
      new Set(['memory-dump', 'public-keys', 'mintmark-access']),
    )
    assert.equal(first.err, '')
  })

  it('gives the key with its key list, its encodings and the accounts that accessed the file', () => {
    assert.equal(first.code, 1)
    const [key, ...others] = keysOf(parsed(first.out))
    assert.deepEqual(others, [])
    assert.deepEqual(
      [key?.['spkiSha256'], key?.['kid'], key?.['notAfter']],
      [spki, HOSTILE_KID, null],
    )
    const [found] = objects(key?.['dumps'])
    const encodings = objects(found?.['encodings']).map(({ encoding, address }) => [
      encoding,
      address,
    ])
    assert.deepEqual(encodings, [
      ['pem', '0x10000'],
      ['limbs-le64', '0x20000'],
    ])
    const accessed = found?.['accessed']
    assert.deepEqual([member(accessed, 'by'), member(accessed, 'accesses')], ['name', 1])
    assert.equal(objects(member(accessed, 'people'))[0]?.['principal'], 'eve@example.org')
  })

  it('is a document of the schema, without a byte of the key', () => {
    const validate = new Ajv2020({ strict: false }).compile(parsed(readFileSync(SCHEMA, 'utf8')))
    assert.ok(validate(parsed(first.out)), JSON.stringify(validate.errors, null, 1))
    assertSilent(first)
  })
})

describe('a dump that holds a key', () => {
  it('is reported on a terminal in at most 24 rows without control characters', async () => {
    const shown = await mintmark('investigate', input, '--case', place)
    assertHarmless(shown.out)
    assertSilent(shown)
    assert.ok(shown.out.trimEnd().split('\n').length <= 24)
    assert.match(shown.out, /^PRIVATE KEY FOUND .*\n1 private key in memory dumps/)
    assert.match(shown.out, /^KEY {7}private key in service\.core \(rsa 2048\), /m)
    const custody = await mintmark('custody', 'service.core', '--case', place)
    assertHarmless(custody.out)
    assert.match(custody.out, new RegExp(`has a private key:\\n(?:kid .*\\n)?SPKI SHA-256 ${spki}`))
  })

  it('is kept in the case without a byte of the key', async () => {
    const kept = await mintmark('sql', 'SELECT * FROM dump_scan', '--case', place)
    assert.match(kept.out, new RegExp(spki))
    assertSilent(kept)
    assertSilent(await mintmark('sql', 'SELECT * FROM meta', '--case', place))
  })

  it('is searched once, until there are other public keys', async () => {
    const scans = async () =>
      (await mintmark('sql', 'SELECT given, at FROM dump_scan ORDER BY at', '--case', place)).out
        .trimEnd()
        .split('\n')
    const once = await scans()
    await answerOf(input, '--case', place)
    assert.deepEqual(await scans(), once)
    const other = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })).publicKey
    writeFileSync(join(input, 'more.pem'), other.export({ type: 'spki', format: 'pem' }))
    const again = await answerOf(input, '--case', place)
    assert.deepEqual(keysOf(again), keysOf(parsed(first.out)))
    assert.equal(
      new Set([...once, ...(await scans())].map((line) => parsed(line)['given'])).size,
      2,
    )
  })
})

describe('a packed dump', () => {
  for (const program of ['gzip', 'zstd']) {
    const isThere = spawnSync(program, ['--version']).status === 0
    const skip = isThere || process.env['CI'] === 'true' ? false : `there is no ${program}`
    it(`is searched: ${program}`, { skip }, async () => {
      const bytes = execFileSync(program, ['-c'], { input: core(Buffer.from(pem)) })
      const packed = folder(`packed-${program}`, { [`a.core.${program}`]: bytes })
      const answer = await answerOf(packed, '--case', join(root, `packed-${program}-case`))
      assert.deepEqual(
        [shapesOf(answer), codesOf(answer), keysOf(answer).map((key) => key['spkiSha256'])],
        [['memory-dump'], ['key-holders-unknown', 'no-access-log'], [spki]],
      )
    })
  }
})

describe('a dump that is not searched', () => {
  it('is reported with --no-scan, and searched without that option', async () => {
    const left = folder('left-out', { 'a.core': core(Buffer.from(pem)) })
    const inCase = ['--case', join(root, 'left-out-case')]
    const { code, out } = await mintmark('investigate', left, ...inCase, '--no-scan', '--json')
    assert.equal(code, 3)
    assert.deepEqual(
      [keysOf(parsed(out)), codesOf(parsed(out))],
      [[], ['dump-not-scanned', 'no-access-log']],
    )
    const answer = await answerOf(left, ...inCase)
    assert.equal(keysOf(answer).length, 1)
    assert.deepEqual(codesOf(answer), ['key-holders-unknown', 'no-access-log'])
  })

  it('is reported where another dump has replaced it, and has none of the findings', async () => {
    const changed = folder('changed', { 'a.core': core(Buffer.from(pem)) })
    const inCase = ['--case', join(root, 'changed-case')]
    await mintmark('investigate', changed, ...inCase, '--no-scan')
    writeFileSync(join(changed, 'a.core'), core(Buffer.from('nothing')))
    const answer = await answerOf(changed, ...inCase)
    assert.deepEqual([keysOf(answer), codesOf(answer)], [[], ['dump-not-scanned', 'no-access-log']])
  })

  it('is reported where it is compressed twice, as one in an archive is', async () => {
    const twice = gzipSync(gzipSync(core(Buffer.from(pem))))
    const packed = folder('packed', { 'a.core.gz': twice })
    const answer = await answerOf(packed, '--case', join(root, 'packed-case'))
    assert.deepEqual(
      [shapesOf(answer), codesOf(answer)],
      [['memory-dump'], ['dump-not-scanned', 'no-access-log']],
    )
  })

  it('says nothing of accesses where it holds no key: there is no log', async () => {
    const keyless = folder('empty', { 'a.core': core(Buffer.from('nothing')) })
    const { code, out } = await mintmark(
      'investigate',
      keyless,
      '--case',
      join(root, 'empty-case'),
      '--json',
    )
    assert.deepEqual([code, keysOf(parsed(out)), codesOf(parsed(out))], [3, [], ['no-access-log']])
  })
})

describe('the shape of a file', () => {
  const large = Buffer.concat([core(Buffer.from(pem)), Buffer.alloc(2 << 20)])
  const shapes: readonly (readonly [name: string, content: string | Uint8Array, shape: string])[] =
    [
      ['a core larger than what is read at once', large, 'memory-dump'],
      ['a core under any name', core(Buffer.from('x')), 'memory-dump'],
      [
        'a minidump’s first bytes',
        Buffer.from('MDMP\x93\xa7\0\0'.padEnd(64, '\0'), 'latin1'),
        'memory-dump',
      ],
      ['a program', readFileSync(process.execPath).subarray(0, 4096), 'unrecognised'],
      ['a public key in DER', publicKey.export({ type: 'spki', format: 'der' }), 'public-keys'],
      [
        'text that quotes a key further on',
        `note\n${publicKey.export({ type: 'spki', format: 'pem' }).toString()}`,
        'unrecognised',
      ],
      [
        'JSON that maps a key id to PEM',
        JSON.stringify({ kid: publicKey.export({ type: 'spki', format: 'pem' }) }),
        'public-keys',
      ],
      ['JSON that speaks of keys', '{"kty":"none","kid":"x"}', 'unrecognised'],
      ['nothing', '', 'empty'],
    ]
  it('is identified by its content alone', async () => {
    const files = Object.fromEntries(shapes.map(([, content], at) => [`${at}.json`, content]))
    const mixed = folder('shapes', files)
    const found = shapesOf(await answerOf(mixed, '--case', join(root, 'shapes-case'), '--no-scan'))
    assert.deepEqual(
      found.map((shape, at) => [shapes[at]?.[0], shape]),
      shapes.map(([name, , shape]) => [name, shape]),
    )
  })
})
