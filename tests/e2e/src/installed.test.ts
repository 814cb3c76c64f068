/** The packed command, installed into an empty folder: it does all that it does in a clone. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseObject, text } from '@mintmark/core'
import { printedAddress } from '@mintmark/testkit'
import { objectOf, ROOT, rowsOf } from './built_command.ts'
import { missingServers } from './guard/guard_servers.ts'
import {
  contentOf,
  type Ended,
  install,
  pack,
  reachesRegistry,
  run,
  sha256,
  startIn,
  type Who,
} from './installed.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-installed-'))
after(() => {
  run(root, 'chmod', ['-R', 'u+w', root])
  rmSync(root, { recursive: true, force: true })
})
// Another user is to find the command in it.
chmodSync(root, 0o755)

// Another user may not reach the one that runs this, and the system's may be an old one.
mkdirSync(join(root, 'node'))
copyFileSync(process.execPath, join(root, 'node/node'))
process.env['PATH'] = `${join(root, 'node')}:${process.env['PATH'] ?? ''}`

const isBuilt = existsSync(join(ROOT, 'packages/cli/dist/bundle/made'))
const isReached = isBuilt && reachesRegistry(root)
if (process.env['CI'] === 'true' && !isReached)
  throw new Error('missing under CI: the bundle, or the package registry')
const unbuilt = isBuilt ? false : 'the command is not bundled: npm run build'
const unreached = isReached ? false : 'npm does not reach its registry'

/** A user without privileges, where the test may become one. */
const NOBODY: Who = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const CORE = 'replay/logs/dumps/consumer-sign-prod-2021-04.core'
const LEDGER = ['--name', 'ledger.example.org', '--issuer', 'main=https://id.example.org']
const tarball = join(root, 'packed', 'mintmark-0.1.0.tgz')

before(() => {
  if (isBuilt) pack(join(root, 'packed'))
})

describe('the package', { skip: unbuilt }, () => {
  it('has the same bytes each time, and those that SHA256SUMS says', () => {
    const again = join(root, 'again')
    const names = pack(again)
    const libraries = names.filter((name) => /^mintmark-[a-z]+-0\.1\.0\.tgz$/.test(name))
    assert.equal(libraries.length, 7)
    const others = names.filter((name) => !libraries.includes(name))
    assert.deepEqual(others, ['SHA256SUMS', 'mintmark-0.1.0.cdx.json', 'mintmark-0.1.0.tgz'])
    for (const name of names)
      assert.equal(sha256(join(again, name)), sha256(join(root, 'packed', name)), name)
    const sums = readFileSync(join(again, 'SHA256SUMS'), 'utf8').trim().split('\n')
    assert.equal(sums.length, names.length - 1)
    for (const line of sums) {
      const [sum, name = ''] = line.split('  ')
      assert.equal(sum, sha256(join(again, name)))
    }
  })

  it('needs few packages, each in the version that the SBOM lists with its hash', () => {
    const described = parseObject(run(root, 'tar', ['xzOf', tarball, 'package/package.json']).out)
    const needed = { ...objectOf(described?.['dependencies']) }
    const optional = { ...objectOf(described?.['optionalDependencies']) }
    assert.ok(Object.keys(needed).length <= 15)
    assert.deepEqual(Object.keys(optional), [
      ...['csharp', 'go', 'java', 'python'].map((name) => `@ast-grep/lang-${name}`),
      '@ast-grep/napi',
      '@cdktn/hcl2json',
      'chdb',
      'imapflow',
      'oidc-provider',
    ])
    const bom = parseObject(readFileSync(tarball.replace('.tgz', '.cdx.json'), 'utf8'))
    const listed = new Map(
      rowsOf(bom?.['components']).map((each) => [text(each, 'name') ?? '', each] as const),
    )
    for (const [name, version] of Object.entries({ ...needed, ...optional })) {
      const component = objectOf(listed.get(name))
      assert.equal(component['version'], version, name)
      assert.equal(rowsOf(component['hashes'])[0]?.['alg'], 'SHA-512', name)
    }
  })
})

const home = join(root, 'whole')
const work = join(root, 'work')
const command = join(home, 'bin/mintmark')
const own = join(home, 'lib/node_modules/mintmark')
const mintmark = (...args: readonly string[]): Ended => run(work, command, args, NOBODY)

let installed: string[] = []

before(() => {
  if (!isReached) return
  install(home, tarball, '--global', '--prefix', home)
  installed = contentOf(own)
  if (NOBODY.uid === undefined) run(root, 'chmod', ['-R', 'a-w', own])
  mkdirSync(work)
  chmodSync(work, 0o777)
})

describe('installed for all users of a machine', { skip: unbuilt || unreached }, () => {
  it('says which commit it is of, and has a manual page', () => {
    assert.match(mintmark('--version').out, /^0\.1\.0 \([0-9a-f]{12}(?:-dirty)?\)\n$/)
    assert.ok(existsSync(join(home, 'share/man/man1/mintmark.1')))
  })

  it('replays the incident, finds it, and reports it', () => {
    const replayed = mintmark('replay', 'storm-0558', '--out', 'replay', '--scale', '0.02')
    assert.equal(replayed.code, 0, replayed.err)
    const { code, out, err } = mintmark('investigate', 'replay/logs', '--case', 'case', '--json')
    assert.equal(code, 1, err)
    assert.ok(rowsOf(parseObject(out)?.['keys']).length > 0)
    const hits = mintmark('hunt', '--case', 'case', '--json')
    assert.equal(hits.err, '')
    assert.ok(rowsOf(JSON.parse(hits.out)).length > 10)
    const report = mintmark('report', '--case', 'case', '--out', 'report', '--no-pdf')
    assert.equal(report.code, 0, report.err)
    assert.match(readFileSync(join(work, 'report/report.html'), 'utf8'), /^<!doctype html>/i)
    assert.equal(mintmark('report', 'verify', 'report').code, 0)
  })

  it('serves the page of a case', async () => {
    // Of this user, whose the case is not: nothing is written.
    const child = startIn(work, command, ['ui', '--case', 'case', '--read-only'])
    try {
      const entered = await fetch(await printedAddress(child), { redirect: 'manual' })
      const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';')
      const page = await fetch(new URL('/', entered.url), { headers: { cookie } })
      const [, script = ''] = /<script[^>]* src="([^"]+)"/.exec(await page.text()) ?? []
      const code = await fetch(new URL(script, entered.url), { headers: { cookie } })
      assert.deepEqual([page.status, code.status], [200, 200])
      assert.match(code.headers.get('content-type') ?? '', /javascript/)
    } finally {
      child.kill('SIGINT')
    }
  })
})

describe('the installed command', { skip: unbuilt || unreached }, () => {
  it('finds keys, erases them, and takes a core as the kernel hands it over', () => {
    assert.equal(mintmark('scan', CORE).code, 1)
    assert.equal(mintmark('scrub', CORE, '--out', 'clean').code, 0)
    assert.equal(mintmark('scan', 'clean').code, 0)
    const received = run(
      work,
      'sh',
      ['-c', `'${command}' gate receive --spool spool --json < ${CORE}`],
      NOBODY,
    )
    assert.equal(parseObject(received.out)?.['outcome'], 'core', received.err)
    const receiver = join(own, 'packages/cli/bin/gate-receive.mjs')
    const { code, err } = run(work, process.execPath, [receiver, 'no-state', '--check'], NOBODY)
    assert.deepEqual([code, /the gate is not installed/.test(err)], [3, true], err)
  })

  it('makes a ledger, serves it, and knows a wrong guard configuration', async () => {
    assert.equal(mintmark('ledger', 'init', 'ledger', ...LEDGER).code, 0)
    const served = ['serve', 'own-ledger', '--port', '0', '--json']
    assert.equal(run(work, command, ['ledger', 'init', 'own-ledger', ...LEDGER]).code, 0)
    const child = startIn(work, command, ['ledger', ...served])
    try {
      const [address = ''] = (await printedAddress(child)).split('"')
      assert.equal((await fetch(new URL('/healthz', address))).status, 200)
    } finally {
      child.kill('SIGINT')
    }
    const { code, err } = mintmark('guard', 'serve', '--config', 'replay/truth.json')
    assert.deepEqual([code, /configuration/.test(err)], [2, true], err)
  })

  it('runs the incident on real parts', { skip: missingServers() }, () => {
    const { code, out, err } = mintmark('replay', 'storm-0558', '--live', '--json')
    assert.equal(code, 1, err)
    for (const each of rowsOf(parseObject(out)?.['runs'])) assert.deepEqual(each['differences'], [])
  })

  it('is not changed by anything that it ran', () => {
    assert.ok(installed.length > 100)
    assert.equal(run(root, command, ['--version']).code, 0)
    assert.deepEqual(contentOf(own), installed)
  })
})

describe('installed without its optional parts', { skip: unbuilt || unreached }, () => {
  const smallWork = join(root, 'small-work')
  const small = join(root, 'small/node_modules/.bin/mintmark')
  const smallMintmark = (...args: readonly string[]): Ended => run(smallWork, small, args)

  before(() => {
    if (!isReached) return
    install(join(root, 'small'), tarball, '--omit=optional')
    mkdirSync(smallWork)
  })

  it('does what needs no case', () => {
    const replayed = smallMintmark('replay', 'storm-0558', '--out', 'replay', '--scale', '0.01')
    assert.equal(replayed.code, 0, replayed.err)
    assert.equal(smallMintmark('scan', CORE).code, 1)
    assert.equal(smallMintmark('scrub', CORE, '--out', 'clean').code, 0)
    assert.equal(smallMintmark('ledger', 'init', 'ledger', ...LEDGER).code, 0)
    assert.equal(smallMintmark('hunt', '--list').code, 0)
    for (const group of ['gate', 'guard']) assert.equal(smallMintmark(group, '--help').code, 0)
  })

  it('says what a case needs, and makes none', () => {
    const { code, out, err } = smallMintmark('investigate', 'replay/logs', '--case', 'case')
    assert.deepEqual([code, out], [3, ''])
    assert.match(err, /chDB.*optional dependencies.*clickhouse:\/\/.* \(ENGINE_UNAVAILABLE\)\n$/)
    assert.equal(existsSync(join(smallWork, 'case')), false)
  })

  it('says which package the live replay needs', () => {
    const { code, out, err } = smallMintmark('replay', 'storm-0558', '--live')
    assert.deepEqual([code, out], [3, ''])
    assert.match(
      err,
      /the package imapflow is missing, .*optional dependencies \(PROGRAM_MISSING\)\n$/,
    )
  })

  it('says which package lint needs', () => {
    const { code, err } = smallMintmark('trust', 'lint', '.')
    assert.equal(code, 3)
    assert.match(
      err,
      /the package @(?:ast-grep\/napi|cdktn\/hcl2json) is missing, .*optional dependencies \(PROGRAM_MISSING\)\n$/,
    )
  })
})
