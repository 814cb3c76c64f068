/* oxlint-disable eslint/no-await-in-loop -- one after another, as they are compared */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { hasProgram, key, skip as missing, place, raw, takeRawCore } from './gate_call.ts'
import { spooled, unfinishedIn } from './gate_spool.ts'
import { countPieces } from './gate_victim.ts'
import { killedSweep, plainCopies, sweep } from './gate_watch_call.ts'

const skip = missing === false && !hasProgram('zip') ? 'there is no zip' : missing

before(takeRawCore)

/** Drops an archive with two dumps and a text with the key. */
function dropZip(dropped: string): void {
  const members = place('members')
  for (const folder of [dropped, members]) mkdirSync(folder)
  writeFileSync(join(members, 'core.1'), readFileSync(raw))
  writeFileSync(join(members, 'core.2'), readFileSync(raw))
  writeFileSync(join(members, 'env.txt'), `LANG=C\nKEY=${key.pem}`)
  const names = ['core.1', 'core.2', 'env.txt']
  const { status } = spawnSync('zip', ['-q1', join(dropped, 'x.zip'), ...names], {
    cwd: members,
  })
  assert.equal(status, 0)
}

describe('gate watch, with a zip archive,', { skip }, () => {
  it('scrubs the dumps and the text in it, and removes it', async () => {
    const [dropped, spool] = [place('dropped'), place('spool')]
    dropZip(dropped)
    const { code, out } = await sweep(dropped, spool)
    assert.equal(code, 1)
    assert.deepEqual(JSON.parse(out), {
      written: 1,
      withKeys: 1,
      withLeads: 0,
      failed: 0,
      left: 0,
      waiting: 0,
    })
    assert.deepEqual(readdirSync(dropped), [])
    const cores = spooled(spool)
    const bytes = readFileSync(raw).length
    assert.equal(cores.filter(({ core }) => core?.length === bytes).length, 2)
    assert.equal(cores.length, 3)
    for (const { core } of cores) assert.equal(core && countPieces(key, core), 0)
  })
})

describe('gate watch, killed over a zip archive,', { skip }, () => {
  it('has left no plain copy, and the next one takes each member once', async () => {
    const [dropped, spool] = [place('dropped'), place('spool')]
    dropZip(dropped)
    mkdirSync(spool, { mode: 0o700 })
    for (let i = 1; i <= 6 && existsSync(join(dropped, 'x.zip')); i++) {
      await killedSweep(dropped, spool, i * 700)
      assert.deepEqual(plainCopies(spool), [])
    }
    await sweep(dropped, spool)
    assert.deepEqual([readdirSync(dropped), unfinishedIn(spool)], [[], []])
    const cores = spooled(spool)
    assert.equal(cores.length, 3)
    for (const { core } of cores) assert.equal(core && countPieces(key, core), 0)
  })
})
