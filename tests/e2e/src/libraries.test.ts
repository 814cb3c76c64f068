/**
 * The packages for programs that others write, as `npm run pack` makes them: publint and Are The Types Wrong have nothing
 * to say, and in an empty folder with nothing else of this project a program is compiled against each, and runs.
 */
import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { parseObject } from '@mintmark/core'
import { publint } from 'publint'
import { objectOf, ROOT } from './built_command.ts'
import { pack, reachesRegistry, run } from './installed.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-libraries-'))
const packed = join(root, 'packed')
after(() => rmSync(root, { recursive: true, force: true }))

const isBuilt = existsSync(join(ROOT, 'packages/cli/dist/bundle/made'))
const isReached = isBuilt && reachesRegistry(root)
if (process.env['CI'] === 'true' && !isReached)
  throw new Error('missing under CI: the bundle, or the package registry')
const unbuilt = isBuilt ? false : 'the command is not bundled: npm run build'
const unreached = isReached ? false : 'npm does not reach its registry'

const LIBRARIES = ['core', 'keys', 'dump', 'scan', 'logs', 'ledger', 'guard'] as const
type Library = (typeof LIBRARIES)[number]
const tarballOf = (name: Library) => join(packed, `mintmark-${name}-0.1.0.tgz`)
const describedOf = (name: Library) =>
  parseObject(run(root, 'tar', ['xzOf', tarballOf(name), 'package/package.json']).out) ?? {}

before(() => {
  if (isBuilt) pack(packed)
})

/** What publint says of a tarball. */
async function toldOf(tarball: Uint8Array): Promise<string[]> {
  const bytes = Uint8Array.from(tarball).buffer
  const { messages } = await publint({ pack: { tarball: bytes }, strict: true })
  return messages.map(({ code, path }) => `${code} ${path.join('.')}`)
}

/** What is wrong with types of a tarball, to whoever imports it as a module: none of these packages can be required. */
async function typesWrongIn(tarball: Uint8Array): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(Uint8Array.from(tarball)))
  if (result.types === false) return ['no types']
  return result.problems
    .filter((each) => !('resolutionKind' in each) || !/^node10$|-cjs$/.test(each.resolutionKind))
    .map(({ kind }) => kind)
}

describe('the packages for other programs', { skip: unbuilt }, () => {
  for (const name of LIBRARIES)
    it(`@mintmark/${name} exports built modules and types, and nothing of this repository`, async () => {
      const tarball = readFileSync(tarballOf(name))
      assert.deepEqual([await toldOf(tarball), await typesWrongIn(tarball)], [[], []])
      const { exports, dependencies, private: isPrivate } = describedOf(name)
      assert.equal(isPrivate, undefined)
      for (const [subpath, targets] of Object.entries(objectOf(exports))) {
        assert.doesNotMatch(subpath, /\*|testing/)
        assert.deepEqual(Object.keys(objectOf(targets)), ['types', 'default'])
      }
      for (const [id, version] of Object.entries(objectOf(dependencies)))
        if (id.startsWith('@mintmark/')) assert.equal(version, '0.1.0')
      const names = run(root, 'tar', ['tzf', tarballOf(name)])
        .out.trim()
        .split('\n')
      const others = names.filter((each) => !/^package\/dist\/src\/.*\.(?:js|d\.ts)$/.test(each))
      assert.deepEqual(others.toSorted(), [
        'package/LICENSE',
        'package/README.md',
        'package/package.json',
      ])
    })

  it('are refused by both checks where an export leads nowhere', async () => {
    const folder = join(root, 'broken')
    mkdirSync(folder)
    run(folder, 'tar', ['xzf', tarballOf('core')])
    rmSync(join(folder, 'package/dist/src/index.d.ts'))
    run(folder, 'tar', ['czf', 'broken.tgz', 'package'])
    const broken = readFileSync(join(folder, 'broken.tgz'))
    assert.match((await toldOf(broken)).join(), /FILE_DOES_NOT_EXIST exports/)
    assert.notDeepEqual(await typesWrongIn(broken), [])
  })
})

const GUARD = ['core', 'ledger', 'guard'] as const
const FRAMEWORKS = ['express', '@types/express', 'fastify', 'hono', '@hono/node-server']

/** Compiles a program of `consumers/` in a folder with these packages alone, and runs it. @returns what it prints */
function consume(
  name: string,
  libraries: readonly Library[],
  {
    others = [],
    lib = [],
  }: { readonly others?: readonly string[]; readonly lib?: readonly string[] } = {},
): Readonly<Record<string, unknown>> {
  const folder = join(root, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  const locked = objectOf(
    parseObject(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))?.['packages'],
  )
  const versioned = ['@types/node', ...others].map(
    (each) => `${each}@${String(objectOf(locked[`node_modules/${each}`])['version'])}`,
  )
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund']
  const wanted = [...libraries.map(tarballOf), ...versioned]
  const installed = run(folder, 'npm', [...args, ...wanted], {}, process.env)
  assert.equal(installed.code, 0, installed.err)
  copyFileSync(join(ROOT, `tests/e2e/src/consumers/${name}.ts`), join(folder, 'program.ts'))
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', ...lib],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['program.ts'] }),
  )
  // The compiler is the workspace's own: what is compiled sees this folder alone.
  const compiled = run(folder, join(ROOT, 'node_modules/.bin/tsc'), [], {}, process.env)
  assert.deepEqual([compiled.code, compiled.out], [0, ''])
  const { code, out, err } = run(folder, process.execPath, ['program.js'])
  assert.equal(code, 0, err)
  return parseObject(out.trim().split('\n').at(-1) ?? '') ?? {}
}

describe('a program in an empty folder', { skip: unbuilt || unreached }, () => {
  it('scans with @mintmark/scan', () => {
    const { found, isLeaked } = consume('scan', ['core', 'keys', 'dump', 'scan'])
    assert.deepEqual(found, [{ kind: 'ec', offset: 70_000, certainty: 'verified' }])
    assert.equal(isLeaked, false)
  })

  it('reads logs with @mintmark/logs', () => {
    const { accesses, rejects, files } = consume('logs', ['core', 'logs'])
    assert.deepEqual(files, ['logs/audit.jsonl'])
    assert.deepEqual(accesses, [
      {
        principal: 'mara.quill@example.org',
        ip: '203.0.113.9',
        tokenId: '22608a25-1d9b-44b5-b2f0-cb94f06b2d00',
        atMs: Date.UTC(2025, 5, 2, 8, 15, 30),
      },
    ])
    assert.deepEqual(rejects, ['cut-short 2'])
  })

  it('records, proves and audits with @mintmark/ledger', () => {
    assert.deepEqual(consume('ledger', ['core', 'ledger']), {
      index: 1,
      isRepeated: false,
      isProved: true,
      wrong: 'not-included',
      unrecorded: 'none',
      issuances: 1,
      findings: [],
    })
  })

  it('refuses what was not issued, with @mintmark/guard', () => {
    // Types of Hono need those of a browser.
    const printed = consume('guard', GUARD, { others: FRAMEWORKS, lib: ['dom'] })
    const pair = ['200 ada', '401 {"error":"invalid_token"}']
    assert.deepEqual(printed, { answers: [...pair, ...pair, ...pair], alarms: ['unissued'] })
  })

  it('issues what is recorded alone, with @mintmark/guard', () => {
    const others = ['oidc-provider', '@types/oidc-provider']
    assert.deepEqual(consume('provider', GUARD, { others }), {
      index: 1,
      withoutLedger: { status: 500 },
    })
  })
})
