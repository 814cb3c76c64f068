/* oxlint-disable eslint/no-await-in-loop -- one core after another, as they are compared */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { startNode } from '../built_command.ts'
import { key, place, raw, receive, skip, takeRawCore } from './gate_call.ts'
import { logOf, spooled, unfinishedIn } from './gate_spool.ts'
import { countPieces } from './gate_victim.ts'

before(takeRawCore)

describe('a full disk', { skip }, () => {
  it('on a full disk leaves no core, a line in the log or the system, and 3', async (t) => {
    const spool = place('full')
    mkdirSync(spool)
    const size = Math.floor(readFileSync(raw).length / 4)
    const { status } = spawnSync('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${size},mode=700`,
      'none',
      spool,
    ])
    if (status !== 0) {
      t.skip('a small file system cannot be mounted here')
      return
    }
    try {
      // Once while it is held, once while it is written.
      for (const args of [
        ['--max-memory', '0'],
        ['--max-memory', '64M'],
        ['--max-memory', '64M', '--compress', 'gzip'],
      ]) {
        const filler = join(spool, 'filler')
        if (args[1] !== '0') writeFileSync(filler, Buffer.alloc(size - 65_536, 1))
        const { code, out } = await receive(spool, raw, args)
        assert.equal(code, 3)
        assert.match(out, /no core: .*(DISK_FULL|disk full)/)
        rmSync(filler, { force: true })
        assert.deepEqual([spooled(spool), unfinishedIn(spool)], [[], []])
      }
      assert.match(logOf(spool), /problem .* no core/)
      const { code } = await receive(spool, raw)
      assert.equal(code, 1, 'once there is room again')
    } finally {
      spawnSync('umount', [spool])
    }
  })
})

describe('what goes wrong', { skip }, () => {
  it('killed at any instant leaves whole cores or none, and the next run clears up', async () => {
    const spool = place('spool')
    const began = performance.now()
    await receive(spool, raw)
    const wholeMs = performance.now() - began
    for (let i = 0; i < 8; i++) {
      const running = receive(
        spool,
        raw,
        [],
        ['timeout', '-s', 'KILL', String((wholeMs * (i + 1)) / 7_500)],
      )
      await running
      for (const { core } of spooled(spool)) assert.equal(core && countPieces(key, core), 0)
    }
    const { code } = await receive(spool, raw)
    assert.equal(code, 1)
    assert.deepEqual(unfinishedIn(spool), [])
  })

  it('in a spool that others may write to ends with GATE_UNFIT', async () => {
    const spool = place('open')
    mkdirSync(spool)
    chmodSync(spool, 0o777)
    const { code, err } = await receive(spool, raw)
    assert.equal(code, 3)
    assert.match(err, /\(GATE_UNFIT\)\n$/)
    assert.deepEqual(readdirSync(spool), [])
  })
})

describe('what a dying process waits for', () => {
  it('is no engine and no scanner: only what reads a core is loaded', async () => {
    const script = [
      "import { runProgram } from '@mintmark/cli'",
      'const io = { out: async () => {}, err() {}, showsProgress: false, now: () => 0 }',
      "const asked = ['7', '0', '0', '11', '1', '0', 'host', 'agent']",
      `const args = ['gate', 'receive', '--spool', ${JSON.stringify(place('spool'))}, '--', ...asked]`,
      'const code = await runProgram(args, io)',
      'const { sharedObjects } = process.report.getReport()',
      'const files = (await import("node:fs")).readFileSync("/proc/self/maps", "utf8")',
      "const engine = [...sharedObjects, ...files.split('\\n')].filter((file) => file.includes('chdb'))",
      'process.stdout.write(JSON.stringify({ code, engine }))',
    ].join('\n')
    const { out, err } = await startNode('--input-type=module', '--eval', script).ended
    assert.equal(err, '')
    // The process had asked for no core: the gate says so and reads none.
    assert.deepEqual(JSON.parse(out), { code: 3, engine: [] })
  })
})
