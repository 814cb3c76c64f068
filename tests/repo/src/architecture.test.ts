import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { mintmarkImports, projectFiles, read } from './repository.ts'

/** Which packages a package may import, in its sources. Arrows go one way. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  keys: ['core'],
  dump: ['core'],
  scan: ['core', 'keys', 'dump'],
  scrub: ['core', 'keys', 'dump', 'scan'],
  coredump: ['core', 'keys', 'dump', 'scan', 'scrub'],
  logs: ['core'],
  case: ['core', 'logs'],
  replay: ['core', 'logs', 'ledger', 'guard'],
  ledger: ['core'],
  guard: ['core', 'ledger'],
  report: ['core', 'case'],
  web: ['core', 'case', 'report'],
  cli: [
    'core',
    'keys',
    'dump',
    'scan',
    'scrub',
    'coredump',
    'logs',
    'case',
    'replay',
    'ledger',
    'guard',
    'report',
    'web',
    'trust',
  ],
  trust: ['core', 'keys', 'ledger', 'guard', 'replay'],
  testkit: ['core'],
}

const sources = projectFiles().filter((file) => /^packages\/[a-z]+\/src\/.*\.ts$/.test(file))
const pages = projectFiles().filter((file) =>
  /^packages\/web\/(?:app|report)\/.*\.(?:ts|svelte)$/.test(file),
)
const packageOf = (file: string) => file.split('/')[1] ?? ''

describe('packages', () => {
  it('are all in the table of arrows', () => {
    assert.deepEqual(
      [...new Set(sources.map(packageOf))].toSorted((a, b) => (a < b ? -1 : 1)),
      Object.keys(ARROWS).toSorted((a, b) => (a < b ? -1 : 1)),
    )
  })

  it('import only what the arrows allow', () => {
    const wrong = sources.flatMap((file) => {
      const allowed = ARROWS[packageOf(file)] ?? []
      return mintmarkImports(read(file))
        .filter((name) => !allowed.includes(name))
        .map((name) => `${file} imports ${name}`)
    })
    assert.deepEqual(wrong, [])
  })

  it('the command asks for the Node that the workspace asks for', () => {
    const [own, whole] = ['packages/cli/package.json', 'package.json'].map(
      (file) => /"node": "(>=[\d.]+)"/.exec(read(file))?.[1],
    )
    assert.ok(whole !== undefined)
    assert.equal(own, whole)
  })

  it('have one version, which the command prints', () => {
    const [, printed] = /VERSION = '([\d.]+)'/.exec(read('packages/core/src/version.ts')) ?? []
    const versions = projectFiles()
      .filter((file) => /^packages\/[a-z]+\/package\.json$/.test(file))
      .map((file) => /"version": "([\d.]+)"/.exec(read(file))?.[1])
    assert.ok(versions.length > 10)
    assert.deepEqual([...new Set(versions)], [printed])
  })

  it('have a root index that names its exports', () => {
    const starred = sources.filter((file) => /^export \*/m.test(read(file)))
    assert.deepEqual(starred, [])
  })
})

describe('one place alone', () => {
  for (const [module, home] of [
    ['chdb', 'packages/case/src/engine/chdb_session.ts'],
    ['@clickhouse/client', 'packages/case/src/engine/server_session.ts'],
    ['pg', 'packages/ledger/src/store/postgres_database.ts'],
    ['@nats-io/transport-node', 'packages/guard/src/follow/nats_stream.ts'],
  ] as const) {
    it(`imports ${module}: ${home}`, () => {
      const importers = sources.filter((file) => read(file).includes(`from '${module}'`))
      assert.deepEqual(importers, [home])
    })
  }

  it('ends the process: cli/src/main.ts', () => {
    const enders = sources.filter((file) => read(file).includes('process.exit('))
    assert.deepEqual(enders, ['packages/cli/src/main.ts'])
  })

  it('asks a case with SQL: the package case', () => {
    const asks = /\bsession\.(?:rows|stream|command)\(/
    const askers = sources.filter((file) => asks.test(read(file)))
    assert.ok(askers.length > 10)
    assert.deepEqual([...new Set(askers.map(packageOf))], ['case'])
  })

  it('speaks HTTP of the ledger: its folder http', () => {
    const speaks = /from '(?:node:(?:http|https|net)|@?hono)|fetch\(|from '[./]+\/http\//
    const speakers = sources.filter(
      (file) => file.startsWith('packages/ledger/src/') && speaks.test(read(file)),
    )
    assert.ok(speakers.length > 3)
    assert.deepEqual(
      speakers.filter((file) => !/\/src\/http[./]/.test(file)),
      [],
    )
  })

  it('of core uses the disk: who holds a lock, who makes a folder. Else it and the adapters read no file and no clock', () => {
    const pure = sources.filter((file) =>
      /^packages\/((?:core\/src\/(?!holder|folder_lock|make_folder)|keys\/src\/)|logs\/src\/(ual|identity|dovecot)\/)/.test(
        file,
      ),
    )
    const wrong = pure.filter((file) =>
      /from 'node:(fs|net|http|child_process)|Date\.now\(|new Date\(\)/.test(read(file)),
    )
    assert.deepEqual(wrong, [])
  })
})

/** Mains of threads: what is in them is of one thread, and ends with it. */
const THREADS = ['packages/case/src/ingest/ingest_worker.ts']
/** What may stay at the level of a module: it changes no answer, only how soon it comes. */
const MEMOS: Readonly<Record<string, string>> = {
  'packages/scan/src/known/values/rebuild.ts':
    'the last factor of a key, of which memory can be full',
  'packages/testkit/src/servers/server_process.ts':
    'servers that end with the process of the tests',
}
const STATE =
  /^(?:export )?(?:let |const \w+(?:: (?!Readonly)[^=\n]+)? = new (?:Weak)?(?:Map|Set)(?:<.*>)?\(\))/m

describe('state at the level of a module', () => {
  it('is in the mains of threads alone, and in what is kept for speed', () => {
    const allowed = new Set([...THREADS, ...Object.keys(MEMOS)])
    const found = sources.filter((file) => STATE.test(read(file)))
    assert.deepEqual(
      found.filter((file) => !allowed.has(file)),
      [],
    )
    assert.deepEqual(
      [...allowed].filter((file) => !found.includes(file)),
      [],
      'no longer needed here',
    )
  })

  it('is found by the pattern for it', () => {
    const bad = ['let a = 1', 'export let b', 'const c = new Map()', 'const d: X = new Set<Y>()']
    const good = ['const a: ReadonlySet<Y> = new Set()', '  let b = 1', 'const c = new Set([1])']
    assert.deepEqual(
      bad.map((line) => STATE.test(line)),
      bad.map(() => true),
    )
    assert.deepEqual(
      good.map((line) => STATE.test(line)),
      good.map(() => false),
    )
  })
})

const MOST_FILES = 25
/** Files that a source imports from its own package, types too. */
function ownImports(file: string): string[] {
  return [...read(file).matchAll(/(?:from|import|import\()\s*'(\.[^']+\.(?:ts|svelte))'/g)].map(
    (match) => path.join(path.dirname(file), match[1] ?? ''),
  )
}

/** Files, or folders, of sources that lead back to themselves over imports. */
function circlesOf(nodeOf: (file: string) => string): string[] {
  const arrows = new Map<string, Set<string>>()
  for (const file of [...sources, ...pages])
    for (const to of ownImports(file).map(nodeOf))
      if (to !== nodeOf(file))
        arrows.set(nodeOf(file), (arrows.get(nodeOf(file)) ?? new Set()).add(to))
  return [...arrows.keys()].filter((node) => reached(node, arrows).has(node))
}

function reached(from: string, arrows: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const seen = new Set<string>()
  const open = [from]
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const next of arrows.get(at) ?? [])
      if (!seen.has(next)) {
        seen.add(next)
        open.push(next)
      }
  return seen
}

describe('folders of a package', () => {
  it(`hold at most ${MOST_FILES} files`, () => {
    const counts = new Map<string, number>()
    const tests = projectFiles().filter((file) =>
      /^(?:packages\/[a-z]+\/test|tests\/[a-z0-9]+)\/.*\.ts$/.test(file),
    )
    for (const folder of [...sources, ...pages, ...tests].map((file) => path.dirname(file)))
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    const crowded = [...counts].filter(([, count]) => count > MOST_FILES).map(([folder]) => folder)
    assert.deepEqual(crowded, [])
  })

  it('import one another one way', () => {
    assert.deepEqual(
      circlesOf((file) => path.dirname(file)),
      [],
    )
  })

  it('hold files that import one another one way, types too', () => {
    assert.deepEqual(
      circlesOf((file) => file),
      [],
    )
  })
})
