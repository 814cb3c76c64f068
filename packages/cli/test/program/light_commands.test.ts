/**
 * Commands that open no case load none of its engine: the engine alone takes a third of a second.
 * Those that read evidence in load what searches dumps once there is one.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

/** Every module that loading one loads; of what is not of this project the name alone. */
function loadedWith(url: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(url)) return seen
  seen.add(url)
  const text = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'))
  for (const [, name = ''] of text.matchAll(/^(?:import|export|\}) .*?from '([^']+)'/gm)) {
    if (name.startsWith('.')) loadedWith(new URL(name, url).href, seen)
    else if (name.startsWith('@mintmark/')) loadedWith(import.meta.resolve(name), seen)
    else seen.add(name)
  }
  return seen
}

const loads = (command: string, name: string, as: 'part' | 'whole' = 'part'): boolean =>
  [...loadedWith(import.meta.resolve(`../../src/commands/${command}.ts`))].some((url) =>
    as === 'whole' ? url === name : url.includes(name),
  )
const loadsCase = (command: string): boolean => loads(command, '/packages/case/')

describe('loads nothing of a case:', () => {
  for (const command of ['dumps/scan', 'dumps/scrub', 'dumps/gate', 'ledger/serve']) {
    it(command, () => assert.equal(loadsCase(command), false))
  }
  it('unlike what works on one', () => assert.equal(loadsCase('case/investigate'), true))
})

describe('loads no search of dumps:', () => {
  for (const command of ['case/investigate', 'case/scope'])
    it(command, () => assert.equal(loads(command, '/packages/scan/src/scan_'), false))
  it('unlike what searches one', () =>
    assert.equal(loads('dumps/scrub', '/packages/scan/src/scan_'), true))
})

describe('what works on a case loads once it is needed', () => {
  for (const name of ['chdb', '@clickhouse/client', 'yauzl'])
    it(name, () => assert.equal(loads('case/investigate', name, 'whole'), false))
  it('unlike what every case needs', () =>
    assert.equal(loads('case/investigate', 'node:zlib', 'whole'), true))
})

describe('loads no engine and no database:', () => {
  for (const command of ['trust/trust_record', 'trust/trust_history', 'trust/trust_audit'])
    it(command, () => {
      assert.equal(loadsCase(command), false)
      assert.equal(loads(command, 'pg', 'whole'), false)
      assert.equal(loads(command, '@ast-grep/napi', 'whole'), false)
    })
  it('unlike what serves a ledger', () => assert.equal(loads('ledger/serve', 'pg', 'whole'), true))
})

/** What looks for files, and the main thread's side of the workers. */
const NOT_FOR_READERS =
  /\/(?:logs\/src\/(?:index|files\/evidence_source)|case\/src\/ingest\/worker_pool)\.ts$/

it('a thread that reads logs loads nothing that looks for them', () => {
  const worker = new URL('ingest/ingest_worker.ts', import.meta.resolve('@mintmark/case'))
  const loaded = [...loadedWith(worker.href)]
  assert.ok(loaded.some((url) => url.endsWith('/logs/src/reader.ts')))
  assert.deepEqual(
    loaded.filter((url) => NOT_FOR_READERS.test(url)),
    [],
  )
})
