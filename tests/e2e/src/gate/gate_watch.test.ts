/* oxlint-disable eslint/no-await-in-loop -- one core after another, as they are compared */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { BIN, mintmark } from '../built_command.ts'
import { key, place, raw, skip, takeRawCore } from './gate_call.ts'
import { logOf, spooled } from './gate_spool.ts'
import { countPieces } from './gate_victim.ts'

before(takeRawCore)

/** One sweep over a folder; `more` options. */
async function sweep(dropped: string, spool: string, what: string, ...more: readonly string[]) {
  const call = ['gate', 'watch', dropped, '--spool', spool, '--raw', what]
  return await mintmark(...call, '--settle', '0', '--once', '--json', ...more)
}

describe('gate watch', { skip }, () => {
  it('takes what was dropped, packed or not, and removes it once it has been written', async () => {
    const [dropped, spool] = [place('dropped'), place('spool')]
    mkdirSync(dropped)
    const bytes = readFileSync(raw)
    writeFileSync(join(dropped, 'core.victim.1'), bytes)
    writeFileSync(join(dropped, 'notes.txt'), 'no dump')
    writeFileSync(join(dropped, '.core.unfinished'), bytes)
    let expected = 1
    for (const [packer, suffix] of [
      ['zstd', 'zst'],
      ['lz4', 'lz4'],
      ['xz', 'xz'],
      ['gzip', 'gz'],
    ] as const) {
      const { status, stdout } = spawnSync(packer, ['-c'], { input: bytes, maxBuffer: 1 << 30 })
      if (status !== 0) continue
      writeFileSync(join(dropped, `core.victim.${suffix}`), stdout)
      expected++
    }
    const { code, out } = await sweep(dropped, spool, 'remove')
    assert.deepEqual(JSON.parse(out), {
      written: expected,
      withKeys: expected,
      withLeads: 0,
      failed: 0,
      left: 0,
      waiting: 0,
    })
    assert.equal(code, 1)
    assert.deepEqual(readdirSync(dropped).toSorted(), ['.core.unfinished', 'notes.txt'])
    const cores = spooled(spool)
    assert.equal(cores.length, expected)
    for (const { core } of cores) {
      assert.equal(core?.length, bytes.length)
      assert.equal(countPieces(key, core), 0)
    }
  })

  it('leaves a dropped file that has just changed, and keeps one that it took, where asked to', async () => {
    const [dropped, spool] = [place('dropped'), place('spool')]
    mkdirSync(dropped)
    writeFileSync(join(dropped, 'core.1'), readFileSync(raw))
    const young = await sweep(dropped, spool, 'keep', '--settle', '3600')
    assert.equal(young.code, 0)
    assert.partialDeepStrictEqual(JSON.parse(young.out), { written: 0, waiting: 1 })
    assert.equal((await sweep(dropped, spool, 'keep')).code, 1)
    const { code, out } = await sweep(dropped, spool, 'keep')
    assert.deepEqual(
      [code, JSON.parse(out)],
      [0, { written: 0, withKeys: 0, withLeads: 0, failed: 0, left: 0, waiting: 0 }],
    )
    assert.deepEqual([readdirSync(dropped), spooled(spool).length], [['core.1'], 1])
  })
})

describe('gate watch, carefully,', { skip }, () => {
  it('never removes what did not land whole', async () => {
    const [dropped, spool] = [place('dropped'), place('spool')]
    mkdirSync(dropped)
    const packed = spawnSync('gzip', ['-c'], {
      input: readFileSync(raw),
      maxBuffer: 1 << 30,
    }).stdout
    writeFileSync(join(dropped, 'core.gz'), packed.subarray(0, packed.length - 100))
    writeFileSync(join(dropped, 'core.1'), readFileSync(raw))
    const refused = await sweep(dropped, spool, 'remove', '--max-size', '1K')
    assert.equal(refused.code, 3)
    assert.deepEqual(readdirSync(dropped), ['core.1', 'core.gz'])
    const { code } = await sweep(dropped, spool, 'remove')
    // One has keys, one could not be read: found wins.
    assert.equal(code, 1)
    assert.deepEqual(readdirSync(dropped), ['core.gz'])
    assert.match(logOf(spool), /problem .*could not be unpacked to its end/)
  })
})

describe('gate watch, for long,', { skip }, () => {
  it('goes on until it is ended, and takes what comes meanwhile', async () => {
    const [dropped, spool] = [place('dropped'), place('spool')]
    mkdirSync(dropped)
    const child = spawn(
      process.execPath,
      [BIN, 'gate', 'watch', dropped, '--spool', spool, '--raw', 'remove', '--settle', '0'],
      { stdio: 'ignore' },
    )
    const ended = new Promise((resolve) => child.once('exit', resolve))
    writeFileSync(join(dropped, 'core.1'), readFileSync(raw))
    for (let i = 0; i < 600 && existsSync(join(dropped, 'core.1')); i++) await sleep(100)
    child.kill('SIGTERM')
    assert.equal(await ended, 0)
    assert.deepEqual([readdirSync(dropped), spooled(spool).length], [[], 1])
  })
})
