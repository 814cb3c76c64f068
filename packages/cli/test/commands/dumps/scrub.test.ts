import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { elfCore, readAgain } from '@mintmark/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { unwrapped as mintmark } from '../../fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-scrub-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const SCHEMA = new URL('../../../../../docs/schema/mintmark-scrub-1.schema.json', import.meta.url)

const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const other = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const curve = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const jwk = rsa.privateKey.export({ format: 'jwk' })
const prime = Buffer.from(String(jwk.p), 'base64url')
const token = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from(
  '{"sub":"ada"}',
).toString('base64url')}.${randomBytes(256).toString('base64url')}`
const spki = createHash('sha256')
  .update(rsa.publicKey.export({ type: 'spki', format: 'der' }))
  .digest('hex')

const heap = Buffer.alloc(32_768, '.,;:\0\x01')
heap.set(Buffer.from(pem), 1000)
heap.set(Buffer.from(prime.toReversed()), 8192)
heap.set(Buffer.from(`Bearer ${token}`), 16_384)

function core(name: string, bytes: Buffer): string {
  const path = join(folder, name)
  const built = elfCore({
    memory: [{ address: 0x10000n, bytes }],
    files: [{ from: 0x10000n, to: 0x18000n, path: '/usr/bin/sign\x1b[31m' }],
  })
  writeFileSync(path, built.bytes)
  return path
}

const dump = core('core.1', heap)
const clean = core('core.2', Buffer.alloc(4096, 9))
const keys = join(folder, 'keys.json')
writeFileSync(
  keys,
  JSON.stringify({
    keys: [
      { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'consumer-2021' },
      { ...other.publicKey.export({ format: 'jwk' }), kid: 'other' },
      { ...curve.publicKey.export({ format: 'jwk' }), kid: 'curve' },
    ],
  }),
)

const SECRETS = [...pem.split('\n').slice(1, -2), prime.toString('hex'), jwk.p, token.slice(-40)]

function assertSilent(text: string): void {
  for (const secret of SECRETS) assert.equal(text.includes(String(secret)), false)
}

describe('mintmark scrub', () => {
  it('erases keys and tokens, says so, and exits with 0 since it is written', async () => {
    const out = join(folder, 'out.1')
    const { code, out: text, err } = await mintmark('scrub', dump, '-o', out, '--public-key', keys)
    assert.deepEqual([code, err], [0, ''])
    assert.match(text, /^CLEAN: [\d,]+ bytes of 1 key erased at \d+ locations/)
    // Of other values, R² mod p for one, parts of up to 255 bits may stay.
    assert.match(text, /No 96 bits in a row of their secret values are/)
    assert.ok(text.includes(`rsa 2048  SPKI SHA-256 ${spki}, kid consumer-2021`))
    assert.match(text, /pem: 1 location, first at 0x[0-9a-f]+ \(address 0x103e8\)/)
    assert.match(text, /1 × token/)
    assert.match(text, /\(other\): no value of it is there/)
    assert.match(text, /\(curve\): not found, which proves nothing/)
    assert.ok(text.split('\n').length <= 40)
    assert.equal(text.includes('\x1b'), false)
    const written = readFileSync(out)
    assert.equal(written.includes(Buffer.from(prime.toReversed())), false)
    assert.equal(written.includes(token), false)
    assertSilent(text + readFileSync(`${out}.report.json`, 'utf8'))
  })

  it('prints the report with --json, as the schema has it', async () => {
    const out = join(folder, 'out.2')
    const call = ['scrub', dump, '-o', out, '--public-key', keys, '--json'] as const
    const { code, out: text } = await mintmark(...call)
    assert.equal(code, 0)
    assert.equal(text, readFileSync(`${out}.report.json`, 'utf8'))
    const schema = parseObject(readFileSync(SCHEMA, 'utf8'))
    assert.ok(schema)
    const validate = new Ajv2020({ allErrors: true }).compile(schema)
    const report: unknown = JSON.parse(text)
    assert.ok(validate(report), JSON.stringify(validate.errors))
    assert.ok(isObject(report) && Array.isArray(report['keys']))
    const verdicts = report['keys'].filter(isObject).map((key) => String(key['verdict']))
    assert.deepEqual(new Set(verdicts), new Set(['absent', 'erased', 'not-found']))
    assertSilent(text)
  })
})

describe('mintmark scrub in other cases', () => {
  it('exits with 0 where there is nothing', async () => {
    const out = join(folder, 'out.3')
    const { code, out: text } = await mintmark('scrub', clean, '-o', out)
    assert.equal(code, 0)
    assert.match(text, /^CLEAN: nothing was found to erase/)
    assert.deepEqual(readFileSync(out), readFileSync(clean))
  })

  it('says of an empty file that nothing was searched', async () => {
    const empty = join(folder, 'empty')
    writeFileSync(empty, '')
    const out = join(folder, 'out.empty')
    const { code, out: text } = await mintmark('scrub', empty, '-o', out)
    assert.equal(code, 0)
    assert.match(text, /^NOTHING SEARCHED: the input is empty, and so is the output/)
    assert.equal(readFileSync(out).length, 0)
  })

  it('leaves tokens if it is asked to', async () => {
    const out = join(folder, 'out.4')
    const { code } = await mintmark('scrub', dump, '-o', out, '--keep-lesser')
    assert.equal(code, 0)
    assert.equal(readFileSync(out).includes(token), true)
    assert.equal(readFileSync(out).includes(pem.slice(100, 160)), false)
  })

  it('refuses a pipe, and an output that is there', async () => {
    const piped = await mintmark('scrub', '-', '-o', join(folder, 'out.5'))
    assert.deepEqual([piped.code, piped.out], [2, ''])
    assert.match(piped.err, /not a pipe \(INPUT_INVALID\)/)
    const taken = await mintmark('scrub', dump, '-o', clean)
    assert.deepEqual([taken.code, taken.out], [3, ''])
    assert.match(taken.err, /\(OUTPUT_EXISTS\)/)
    assert.equal(existsSync(join(folder, 'out.5')), false)
  })

  it('needs an output', async () => {
    assert.equal((await mintmark('scrub', dump)).code, 2)
  })
})

it('names what a run that was killed had begun for the same place, and leaves it', async () => {
  const out = join(folder, 'again')
  const begun = ['again.0123456789ab.tmp', 'again.report.json.0123456789ab.tmp'].map((name) =>
    join(folder, `.${name}`),
  )
  const others = ['.again.tmp', '.again2.0123456789ab.tmp'].map((name) => join(folder, name))
  for (const path of [...begun, ...others]) writeFileSync(path, '')
  const { code, err } = await mintmark('scrub', clean, '-o', out)
  assert.equal(code, 0)
  for (const path of begun) assert.ok(err.includes(`${path} is unfinished`), err)
  for (const path of others) assert.equal(err.includes(path), false)
  assert.ok([...begun, ...others].every((path) => existsSync(path)))
})
