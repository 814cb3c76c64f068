import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { isObject, type Json, parseObject } from '@mintmark/core'
import { elfCore, readAgain } from '@mintmark/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { ruleOf } from '../../../src/render/sarif_rules.ts'
import { unwrapped as mintmark, type Outcome } from '../../fake_io.ts'
import { sarifErrors } from '../../render/sarif_official.ts'
import { SARIF_SCHEMA } from '../../render/sarif_schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-scan-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Keys made for this run. */
const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const ec = readAgain(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }))
const rsaPem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const ecPem = ec.privateKey.export({ type: 'sec1', format: 'pem' }).toString()
const spki = createHash('sha256')
  .update(rsa.publicKey.export({ type: 'spki', format: 'der' }))
  .digest('hex')
const header = Buffer.from('{"alg":"RS256"}').toString('base64url')
const claims = Buffer.from('{"sub":"ada"}').toString('base64url')
const token = `${header}.${claims}.${randomBytes(256).toString('base64url')}`
const symmetric = randomBytes(32).toString('base64url')

const noise = (length: number): Buffer => Buffer.alloc(length, '.,;:\0\x01')
const core = Buffer.concat([noise(1000), Buffer.from(rsaPem), noise(5000), Buffer.from(rsaPem)])

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes)
  return path
}

/** The head of a zip file. */
const archive = Buffer.from('504b030414000000080000000000', 'hex')

const empty = file('empty/nothing.bin', noise(4096))
const one = file('one/core.1', core)
const mixed = file(
  'mixed/heap.bin',
  Buffer.concat([
    Buffer.from(`${ecPem}\n${token}\n{"kty":"oct","k":"${symmetric}"}`),
    noise(100),
    Buffer.from('refresh_token=abc'),
  ]),
)

/** Every secret of this run, or enough of it to know it by. */
const SECRETS = [
  ...rsaPem.split('\n').slice(1, -2),
  ...ecPem.split('\n').slice(1, -2),
  token.slice(-40),
  claims,
  symmetric,
]

function assertSilent({ out, err }: Outcome): void {
  for (const secret of SECRETS) assert.equal((out + err).includes(secret), false)
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, name) => {
    if (Array.isArray(inner)) return inner[Number(name)] as unknown
    return isObject(inner) ? inner[name] : undefined
  }, value)
}

function listAt(value: unknown, ...path: readonly (string | number)[]): readonly Json[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter(isObject) : []
}

describe('mintmark scan --public-key', () => {
  const prime = Buffer.from(rsa.privateKey.export({ format: 'jwk' }).p ?? '', 'base64url')
  const limbs = file('limbs/core.1', Buffer.concat([noise(4096), prime.toReversed(), noise(4096)]))
  const publicKey = file('public.pem', rsa.publicKey.export({ type: 'spki', format: 'pem' }))

  const other = file('other.pem', ec.publicKey.export({ type: 'spki', format: 'pem' }))
  const lines: readonly (readonly [string, readonly string[]])[] = [
    ['after the dump', [limbs, '--public-key', other, publicKey]],
    ['after the dump, one by one', [limbs, '--public-key', other, '--public-key', publicKey]],
    ['before the dump and a --', ['--public-key', publicKey, other, '--', limbs]],
    ['before another option', ['--public-key', other, publicKey, '--deep', limbs]],
    ['right before the dump', ['--public-key', publicKey, limbs]],
    ['several right before dumps', ['--public-key', publicKey, other, limbs, empty]],
  ]
  for (const [name, args] of lines) {
    it(`takes several files ${name}`, async () => {
      const { code, out, err } = await mintmark('scan', ...args)
      assert.deepEqual([code, err], [1, ''])
      assert.match(out, /limbs-le64: .*core\.1 at 0x1000 /)
    })
  }

  it('asks for a dump where all files are keys', async () => {
    const { code, out, err } = await mintmark('scan', '--public-key', publicKey, other)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /missing argument 'FILE\|DIR'.*--help/)
  })

  it('finds a prime that lies there as bare limbs, which nothing else shows', async () => {
    assert.equal((await mintmark('scan', limbs)).code, 0)
    const found = await mintmark('scan', limbs, '--public-key', publicKey)
    assert.equal(found.code, 1)
    assert.match(found.out, /limbs-le64: .*core\.1 at 0x1000 /)
    assert.ok(found.out.includes(spki))
    assert.equal((found.out + found.err).includes(prime.toString('hex')), false)
  })

  it('names the given key without a private finding', async () => {
    const absent = await mintmark('scan', empty, '--public-key', publicKey)
    assert.equal(absent.code, 0)
    assert.match(
      absent.out,
      new RegExp(`GIVEN PUBLIC KEYS.*\\n  ABSENT from 1 file  rsa 2048  SPKI SHA-256 ${spki}\\n`),
    )
  })

  it('never says so of a key of a curve, which is not looked for at every place', async () => {
    const curve = file('curve.pem', ec.publicKey.export({ type: 'spki', format: 'pem' }))
    const { code, out } = await mintmark('scan', empty, '--public-key', curve)
    assert.equal(code, 0)
    assert.match(out, /\n {2}CANNOT BE EXCLUDED {2}ec 256 .*: .* at every offset in every encoding/)
    assert.doesNotMatch(out, /ABSENT/)
  })

  it('fails where a file holds no public key, or is not there', async () => {
    for (const [path, code, exit] of [
      [empty, 'INPUT_INVALID', 2],
      [join(folder, 'nowhere'), 'INPUT_UNREADABLE', 3],
    ] as const) {
      const failed = await mintmark('scan', empty, '--public-key', path)
      assert.equal(failed.code, exit)
      assert.ok(failed.err.includes(`(${code})`))
      assertSilent(failed)
    }
  })
})

describe('mintmark scan', () => {
  it('ends with 0 where nothing is found, and says how much was searched', async () => {
    const outcome = await mintmark('scan', empty)
    assert.deepEqual([outcome.code, outcome.err], [0, ''])
    assert.match(outcome.out, /^NOTHING FOUND: no private key is verified in 1 file \(4\.0 KiB/)
  })

  it('ends with 1 where a key is verified, and names it, its locations and its id first', async () => {
    const outcome = await mintmark('scan', one)
    assert.equal(outcome.code, 1)
    assert.match(outcome.out, /^FOUND: 1 key, verified, at 2 locations in 1 of 1 file/)
    assert.match(outcome.out, new RegExp(`rsa 2048  SPKI SHA-256 ${spki}`))
    assert.match(outcome.out, /pem, 2 copies: .*core\.1 at 0x3e8/)
    assertSilent(outcome)
  })

  it('ends with 4 where there are only unverified and protected secrets, and lists them', async () => {
    const path = file('lesser/heap.bin', `${token}\n{"kty":"oct","k":"${symmetric}"}`)
    const outcome = await mintmark('scan', path)
    assert.equal(outcome.code, 4)
    assert.match(
      outcome.out,
      /^LEAD: [\s\S]*UNVERIFIED[\s\S]*hmac 256 jwk[\s\S]*ALSO[\s\S]*1 × token \(jws\)/,
    )
    assertSilent(outcome)
  })
})

it('packed files that were not opened are one line, beside what else was not searched', async () => {
  for (const name of ['a', 'b', 'c']) file(`zipped/${name}.zip`, archive)
  const cut = gzipSync(elfCore({ memory: [{ address: 0x1000n, bytes: core }] }).bytes)
  file('zipped/d.gz', cut.subarray(0, -100))
  const { code, out } = await mintmark('scan', join(folder, 'zipped'))
  // What came out of the cut file held a key: found wins over what was not read.
  assert.equal(code, 1)
  assert.match(
    out,
    /NOT SEARCHED\n.*a\.zip and 2 more files: packed by zip: .*\n.*d\.gz: gzip could not unpack it to its end/,
  )
})

it('an archive that is not opened ends a scan with 3, named or in a folder', async () => {
  const inFolder = await mintmark('scan', join(file('archives/a.zip', archive), '..'))
  assert.equal(inFolder.code, 3)
  assert.match(
    inFolder.out,
    /^CANNOT TELL: [\s\S]*NOT SEARCHED\n.*a\.zip: packed by zip: what it holds was not searched/,
  )
  const named = await mintmark('scan', join(folder, 'archives', 'a.zip'), '--sarif')
  assert.equal(named.code, 3)
  assert.equal(at(parseObject(named.out), 'runs', 0, 'invocations', 0, 'exitCode'), 3)
})

it('a PDF, whose streams are not opened, ends a scan with 3', async () => {
  const text = '%PDF-1.7\n1 0 obj\n<</Length 5>>\nstream\nhello\nendstream\n'
  const { code, out } = await mintmark('scan', file('page.pdf', Buffer.from(text)))
  assert.equal(code, 3)
  assert.match(out, /NOT SEARCHED\n.*page\.pdf: .* the streams of a PDF; unpack it/)
})

it('the head of a PDF in the text of a program is none', async () => {
  const { code, out } = await mintmark(
    'scan',
    file('writer', Buffer.from('%PDF-1.4\n\0%s 0 obj\0')),
  )
  assert.equal(code, 0, out)
})

it('scan ends with 3 for a compressed file that yields nothing', async () => {
  const cut = file('packed/first.gz', gzipSync(core).subarray(0, 12))
  const { code, out } = await mintmark('scan', cut)
  assert.equal(code, 3)
  assert.match(out, /first\.gz: gzip could unpack nothing of it, which is cut or damaged/)
})

it('scan of a packed dump that is cut says so, and finds what comes out', async () => {
  const dump = elfCore({ memory: [{ address: 0x1000n, bytes: Buffer.concat([core, core]) }] })
  const packed = gzipSync(dump.bytes)
  const whole = file('packed/core.gz', packed)
  const cut = file('packed/cut.gz', packed.subarray(0, -100))
  const found = await mintmark('scan', whole)
  assert.equal(found.code, 1)
  assert.match(found.out, /SEARCHED {2}1 file, .* \(elf-core unpacked by gzip\)/)
  const part = await mintmark('scan', cut)
  assert.equal(part.code, 1)
  assert.match(part.out, /NOT SEARCHED\n.*cut\.gz: gzip could not unpack it to its end/)
})

it('an empty file that is named ends with 3: nothing was searched; in a folder with others it counts as searched', async () => {
  const nothing = file('with-nothing/nothing.core', Buffer.alloc(0))
  const { code, out } = await mintmark('scan', nothing)
  assert.equal(code, 3)
  assert.match(
    out,
    /^CANNOT TELL: nothing was searched[\s\S]*NOT SEARCHED\n {2}.*nothing\.core: it is empty; make it readable, or leave it out\n/,
  )
  assert.equal((await mintmark('scan', nothing, empty)).code, 3)
  assert.equal((await mintmark('scan', '/dev/null')).code, 3)
  file('with-nothing/noise.bin', noise(4096))
  assert.equal((await mintmark('scan', dirname(nothing))).code, 0)
})

it('a file that says it is empty and is not, as those of /proc, is read to its end', {
  skip: process.platform === 'linux' ? false : 'there is no /proc',
}, async () => {
  const child = spawn('sleep', ['60'], { env: { ...process.env, KEY: ecPem }, stdio: 'ignore' })
  try {
    await once(child, 'spawn')
    const { code, out } = await mintmark('scan', `/proc/${child.pid}/environ`)
    assert.equal(code, 1)
    assert.match(out, /pem: \/proc\/\d+\/environ at 0x/)
  } finally {
    child.kill()
  }
})

it('does not call nothing found what it did not search: a folder without a file', async () => {
  const place = join(folder, 'no-file')
  mkdirSync(place)
  const { code, out } = await mintmark('scan', place)
  assert.equal(code, 3)
  assert.match(out, /^CANNOT TELL: nothing was searched/)
  assert.match(out, /NOT SEARCHED\n {2}.*no-file: it has no file that can be searched/)
  // Beside a file that was searched it is as good as a folder in which nothing is left to be searched.
  assert.equal((await mintmark('scan', place, empty)).code, 0)
})

describe('mintmark scan of folders', () => {
  it('takes each file once, and ends in loops', async () => {
    const place = join(folder, 'loop')
    mkdirSync(join(place, 'inner'), { recursive: true })
    writeFileSync(join(place, 'inner', 'core'), core)
    symlinkSync(place, join(place, 'inner', 'back'))
    symlinkSync(join(place, 'inner', 'core'), join(place, 'again'))
    const { code, out } = await mintmark('scan', place, join(place, 'inner'), '--json')
    assert.equal(code, 1)
    assert.equal(listAt(parseObject(out), 'reports').length, 1)
  })

  it('ends with 1 where the rest holds a key, and lists what cannot be read', async () => {
    const outcome = await mintmark('scan', join(folder, 'none\u001b[2J'), one)
    assert.equal(outcome.code, 1)
    assert.match(outcome.out, /^FOUND: 1 key/)
    assert.match(outcome.out, /NOT SEARCHED\n {2}.*none\\x1b\[2J: there is no such file/)
    assert.equal(outcome.out.includes('\u001b'), false)
  })

  it('ends with 3 for a folder that has only a dangling link', async () => {
    const place = join(folder, 'dangling')
    mkdirSync(place)
    symlinkSync(join(place, 'gone'), join(place, 'link'))
    const { code, out } = await mintmark('scan', place)
    assert.equal(code, 3)
    assert.match(out, /^CANNOT TELL: nothing was searched/)
  })

  for (const [name, args] of [
    ['no file', []],
    ['two formats at once', ['--json', '--sarif', one]],
  ] as const) {
    it(`ends with 2 for ${name}`, async () => {
      const { code, out } = await mintmark('scan', ...args)
      assert.deepEqual([code, out], [2, ''])
    })
  }

  it('stays within 40 lines, whatever is found', async () => {
    const place = join(folder, 'many')
    for (let i = 0; i < 60; i++) {
      const { privateKey } = readAgain(generateKeyPairSync('ed25519'))
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      const k = randomBytes(16 + i).toString('base64url')
      file(`many/${i}.txt`, `${pem}${token}\n{"kty":"oct","k":"${k}"}`)
      symlinkSync(join(place, 'gone'), join(place, `link-${i}`))
    }
    const { code, out } = await mintmark('scan', place)
    assert.equal(code, 1)
    assert.ok(out.split('\n').length <= 41, out)
    assert.match(out, /FOUND: 60 keys[\s\S]*more keys: --json/)
    for (const line of out.split('\n')) assert.ok(line.length <= 150)
  })
})

describe('mintmark scan --json', () => {
  it('is one document with a report a file, and no secret', async () => {
    const outcome = await mintmark('scan', one, mixed, '--json')
    const document = parseObject(outcome.out)
    const [first, second] = listAt(document, 'reports')
    assert.deepEqual(
      listAt(first, 'findings').map(({ offset, encoding, kind }) => [offset, encoding, kind]),
      [
        [1000, 'pem', 'rsa'],
        [6000 + rsaPem.length, 'pem', 'rsa'],
      ],
    )
    assert.equal(at(first, 'findings', 0, 'keyId', 'spkiSha256'), spki)
    assert.deepEqual(
      listAt(second, 'findings').map(({ kind }) => kind),
      ['ec'],
    )
    assert.deepEqual(
      listAt(second, 'unverified').map(({ kind }) => kind),
      ['hmac'],
    )
    assert.deepEqual(
      listAt(second, 'protected').map(({ kind }) => kind),
      ['token'],
    )
    assert.deepEqual(at(document, 'unreadable'), [])
    assertSilent(outcome)
  })
})

describe('mintmark scan --sarif', () => {
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(SARIF_SCHEMA)

  it('has the shape that SARIF 2.1.0 wants, for any name of a file', async () => {
    const odd = file('odd/a b%20#?\u001b\u202eé.core', core)
    const outcome = await mintmark('scan', odd, mixed, empty, join(folder, 'none'), '--sarif')
    assert.equal(outcome.code, 1)
    const log = parseObject(outcome.out)
    assert.ok(validate(log), JSON.stringify(validate.errors))
    assert.deepEqual(sarifErrors(log), [])
    assert.equal(at(log, 'runs', 0, 'invocations', 0, 'executionSuccessful'), false)
    assertSilent(outcome)
    for (const letter of ['\u001b', '\u202e']) assert.equal(outcome.out.includes(letter), false)
  })

  it('reports verified keys as errors, unverified keys as warnings and the rest as notes', async () => {
    const { code, out } = await mintmark('scan', one, mixed, '--sarif')
    assert.equal(code, 1)
    const results = listAt(parseObject(out), 'runs', 0, 'results')
    assert.deepEqual(
      results.map(({ ruleId, level }) => [ruleId, level]),
      [
        ['private-key', 'error'],
        ['private-key', 'error'],
        ['private-key', 'error'],
        ['symmetric-key', 'warning'],
        ['token', 'note'],
      ],
    )
    const rules = listAt(parseObject(out), 'runs', 0, 'tool', 'driver', 'rules')
    for (const { ruleId, ruleIndex } of results)
      assert.equal(rules[Number(ruleIndex)]?.['id'], ruleId)
  })

  it('names each rule otherwise than its id, which SARIF wants to be opaque', async () => {
    const { out } = await mintmark('scan', empty, '--sarif')
    const rules = listAt(parseObject(out), 'runs', 0, 'tool', 'driver', 'rules')
    for (const { id, name } of rules)
      assert.notEqual(String(name).toLowerCase(), String(id).toLowerCase())
  })

  it('has a rule of symmetric keys', () => {
    for (const kind of ['aes', 'hmac'] as const)
      assert.equal(ruleOf({ kind, note: undefined, certainty: 'verified' }).id, 'symmetric-key')
  })

  it('gives one fingerprint to a key wherever it is, and one to each location', async () => {
    const { out } = await mintmark('scan', one, '--sarif')
    const [first, second] = listAt(parseObject(out), 'runs', 0, 'results')
    assert.equal(at(first, 'partialFingerprints', 'key/v1'), spki)
    assert.equal(at(second, 'partialFingerprints', 'key/v1'), spki)
    assert.notEqual(
      at(first, 'partialFingerprints', 'location/v1'),
      at(second, 'partialFingerprints', 'location/v1'),
    )
    const again = await mintmark('scan', one, '--sarif')
    assert.equal(again.out, out)
  })

  it('is whole where nothing is found', async () => {
    const { code, out } = await mintmark('scan', empty, '--sarif')
    assert.equal(code, 0)
    assert.ok(validate(parseObject(out)), JSON.stringify(validate.errors))
    assert.deepEqual(sarifErrors(parseObject(out)), [])
  })
})
