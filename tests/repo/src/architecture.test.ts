import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mintmarkImports, projectFiles, read } from './repository.ts'

/** Which packages a package may import, in its sources. Arrows go one way. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  dump: ['core'],
  scan: ['core', 'dump'],
  logs: ['core'],
  case: ['core', 'logs'],
  replay: ['core', 'logs', 'ledger', 'guard'],
  faults: ['case', 'replay'],
  ledger: ['core'],
  guard: ['core', 'ledger'],
  report: ['core', 'case'],
  web: ['core', 'case', 'report'],
  cli: ['core', 'dump', 'scan', 'logs', 'case', 'replay', 'ledger', 'guard', 'report', 'web'],
  testkit: ['core', 'logs', 'case', 'ledger'],
  testservers: [],
}

const sources = projectFiles().filter((file) => /^packages\/[a-z]+\/src\/.*\.ts$/.test(file))
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

  for (const [module, home] of [
    ['chdb', 'packages/case/src/chdb_session.ts'],
    ['@clickhouse/client', 'packages/case/src/server_session.ts'],
    ['pg', 'packages/ledger/src/postgres_database.ts'],
    ['@nats-io/transport-node', 'packages/guard/src/nats_line.ts'],
  ] as const) {
    it(`import ${module} in ${home} alone`, () => {
      const importers = sources.filter((file) => read(file).includes(`from '${module}'`))
      assert.deepEqual(importers, [home])
    })
  }

  it('end the process in cli/src/main.ts alone', () => {
    const enders = sources.filter((file) => read(file).includes('process.exit('))
    assert.deepEqual(enders, ['packages/cli/src/main.ts'])
  })

  it('the ledger speaks no HTTP', () => {
    const own = sources.filter((file) => file.startsWith('packages/ledger/src/'))
    const wrong = own.filter((file) => /from 'node:(http|https|net)|fetch\(/.test(read(file)))
    assert.ok(own.length > 10)
    assert.deepEqual(wrong, [])
  })

  it('core and the adapters read no file and no clock', () => {
    const pure = sources.filter((file) =>
      /^packages\/(core\/src|logs\/src\/(ual|identity|dovecot))\//.test(file),
    )
    const wrong = pure.filter((file) =>
      /from 'node:(fs|net|http|child_process)|Date\.now\(|new Date\(\)/.test(read(file)),
    )
    assert.deepEqual(wrong, [])
  })

  it('have a root index that names its exports', () => {
    const starred = sources.filter((file) => /^export \*/m.test(read(file)))
    assert.deepEqual(starred, [])
  })
})
