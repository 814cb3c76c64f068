import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { member, objects, parsed } from '../../printed.ts'
import { sarifErrors } from '../../render/sarif_official.ts'
import { startTrustWorld, type TrustWorld, trust } from './trust_world.ts'

let world: TrustWorld

before(async () => {
  world = await startTrustWorld()
})
after(() => world.stop())

const probe = (...args: readonly string[]) => {
  const { target, issuer } = world
  return trust(['probe', '--target', target, '--issuer', issuer.url, '--rate', '1000', ...args])
}

const THE_2023_SET = [
  'consumer-key',
  'retired-key-listed',
  'key-unlisted',
  'other-tenant-key',
  'disabled-issuer-key',
]

describe('trust probe', () => {
  it('prints a matrix of at most 80 columns, the answer first', async () => {
    const { code, out } = await probe()
    assert.equal(code, 1)
    const lines = out.split('\n')
    assert.match(lines[0] ?? '', /^ACCEPTED: 5 of \d+ by http:/)
    assert.match(out, /^storm-2023 +0 +5 +0 +0$/m)
    assert.ok(lines.every((line) => line.length <= 80))
  })

  it('--sarif is SARIF with the same fingerprints each time, and one for each vector', async () => {
    const logs = [await probe('--sarif'), await probe('--sarif', '--vectors', 'storm-2023')]
    const prints = logs.map(({ code, out }) => {
      assert.equal(code, 1)
      const log = parsed(out)
      assert.deepEqual(sarifErrors(log), [])
      const results = objects(objects(log['runs'])[0]?.['results'])
      return results.map((result) => member(result['partialFingerprints'], 'targetVector/v1'))
    })
    assert.deepEqual(prints[0], prints[1])
    assert.equal(new Set(prints[0]).size, 5)
  })

  it('--sarif has the fingerprints of the name of a target, wherever it is', async () => {
    const named = await probe('--sarif', '--vectors', 'consumer-key', '--name', 'mail <front>')
    const log = parsed(named.out)
    assert.deepEqual(sarifErrors(log), [])
    const [result] = objects(objects(log['runs'])[0]?.['results'])
    const wanted = createHash('sha256').update('mail <front>\0consumer-key').digest('hex')
    assert.equal(member(result?.['partialFingerprints'], 'targetVector/v1'), wanted)
  })

  it('--junit has a test case for each vector and control, and --md a table', async () => {
    const { out } = await probe('--junit', '--vectors', 'storm-2023')
    assert.equal(out.match(/<testcase /g)?.length, 9)
    assert.match(out, /tests="9" failures="5" errors="0"/)
    const { out: markdown } = await probe('--md', '--vectors', 'storm-2023')
    assert.match(markdown, /^\| `consumer-key` \| accepted \|/m)
  })
})

describe('the answer of trust probe', () => {
  it('ends with 0 where all is refused, with 4 for leads and with 3 where it cannot tell', async () => {
    assert.equal((await probe('--vectors', 'form')).code, 0)
    assert.equal((await probe('--vectors', 'exp-9999')).code, 4)
    const away = ['--target', 'http://127.0.0.1:9/', '--issuer', world.state]
    const { code, out } = await trust(['probe', ...away, '--rate', '1000'])
    assert.equal(code, 3)
    assert.match(out, /^CANNOT TELL: the genuine token/)
  })
})

const row = (vector: string, until = '2999-12-31') => ({ vector, until, reason: 'known <b>' })

describe('the allow-list of trust probe', () => {
  let file = ''
  before(() => {
    file = join(world.folder, 'allow.json')
  })
  const allow = (rows: readonly object[]) => writeFileSync(file, JSON.stringify({ allow: rows }))

  it('takes out what it names, with a reason and until a day', async () => {
    allow(THE_2023_SET.map((id) => row(id)))
    const { code, out } = await probe('--vectors', 'storm-2023', '--allow', file)
    assert.equal(code, 0)
    assert.match(out, /Allowed until 2999-12-31: known <b>/)
    const { out: sarif } = await probe('--vectors', 'storm-2023', '--allow', file, '--sarif')
    assert.deepEqual(sarifErrors(parsed(sarif)), [])
    assert.match(sarif, /"suppressions"/)
    const { out: junit } = await probe('--vectors', 'storm-2023', '--allow', file, '--junit')
    assert.match(junit, /failures="0"[\s\S]*known &lt;b&gt; \(until 2999-12-31\)/)
  })

  it('counts no more after its day, and says so', async () => {
    allow([...THE_2023_SET.slice(1).map((id) => row(id)), row('consumer-key', '2020-01-01')])
    const { code, out } = await probe('--vectors', 'storm-2023', '--allow', file)
    assert.equal(code, 1)
    assert.match(out, /allow-list: consumer-key until 2020-01-01 counts for nothing now/)
  })

  for (const [name, rows] of [
    ['an unknown vector', [row('none')]],
    ['no reason', [{ vector: 'consumer-key', until: '2999-12-31' }]],
    ['no end', [{ vector: 'consumer-key', reason: 'known' }]],
    ['a day that there is not', [row('consumer-key', '2027-02-30')]],
  ] as const)
    it(`is refused with ${name}`, async () => {
      allow(rows)
      assert.equal((await probe('--allow', file)).code, 2)
    })
})

describe('a usage of trust', () => {
  for (const [name, args] of [
    ['no target', ['probe', '--issuer', 'x']],
    ['a target that is no address', ['probe', '--target', 'x', '--issuer', 'x']],
    ['a target elsewhere', ['probe', '--target', 'https://192.0.2.1/', '--issuer', 'x']],
    ['credentials in it', ['probe', '--target', 'http://a:b@127.0.0.1/', '--issuer', 'x']],
    [
      'a mail server over HTTP',
      ['probe', '--target', 'http://127.0.0.1/', '--issuer', 'x', '--via', 'xoauth2'],
    ],
    ['two outputs', ['probe', '--json', '--sarif']],
    [
      'the time to distrust of a service that takes SAML',
      ['probe', '--target', 'http://127.0.0.1/', '--via', 'saml', '--distrust', '--issuer', 'x'],
    ],
    ['a rate of zero', ['probe', '--rate', '0', '--target', 'http://127.0.0.1/']],
    ['an issuer without a command', ['issuer']],
    ['an issuer without a folder', ['issuer', 'serve']],
  ] as const)
    it(`is refused: ${name}`, async () => {
      const { code, out } = await trust(args)
      assert.deepEqual([code, out], [2, ''])
    })

  it('is refused where no vector has the name', async () => {
    const { code, err } = await probe('--vectors', 'none')
    assert.equal(code, 2)
    assert.match(err, /families are storm-2023, key, claims, form, saml/)
  })

  it('is refused where the issuer can make no genuine token for the target', async () => {
    const { code, err } = await probe('--via', 'saml')
    assert.equal(code, 2)
    assert.match(err, /no genuine token can be made: the issuer has no key for the role saml/)
  })

  it('lists the vectors without an issuer', async () => {
    const { code, out } = await trust(['probe', '--list'])
    assert.equal(code, 0)
    assert.ok(out.split('\n').length > 100)
  })
})

const kidOf = (text: string, role: string) => new RegExp(`^${role} .* (\\S+)$`, 'm').exec(text)?.[1]

describe('trust issuer', () => {
  it('rotates and shows its keys, and prints no private part', async () => {
    const was = await trust(['issuer', 'status', '--state', world.state])
    const is = await trust(['issuer', 'rotate', '--state', world.state])
    assert.deepEqual([was.code, is.code], [0, 0])
    assert.equal(kidOf(is.out, 'signing'), kidOf(was.out, 'next'))
    assert.ok(!/PRIVATE|"d"|secret/.test(was.out + is.out))
    const next = kidOf(is.out, 'next') ?? ''
    const unlisted = await trust(['issuer', 'unlist', next, '--state', world.state, '--json'])
    assert.equal(unlisted.code, 0)
    const named = objects(parsed(unlisted.out)['keys']).find(({ role }) => role === 'next')
    assert.equal(named?.['listed'], false)
    const retired = await trust(['issuer', 'unlist', '--state', world.state])
    assert.match(retired.out, /^retired +unlisted/m)
    assert.match(retired.out, /^signing +listed/m)
  })

  it('that does not run is not commanded', async () => {
    const { code, err } = await trust(['issuer', 'rotate', '--state', join(world.folder, 'none')])
    assert.equal(code, 3)
    assert.match(err, /\(INPUT_UNREADABLE\)/)
  })
})
