import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ARGUMENTS,
  gateOf,
  often,
  parsed,
  READS_ALL,
  RECORDS,
  receivedOf,
  run,
  sha256,
  stalled,
} from './gate_scripts.ts'
import { place } from './gate_world.ts'

describe('the script that the kernel runs', () => {
  it('hands the core and the arguments on as they are', () => {
    receivedOf(Buffer.from('the core'))
  })

  for (const [how, script, code] of [
    ['was killed', "process.kill(process.pid, 'SIGKILL')", 137],
    ['could not be loaded', "await import('./missing.mjs')", 1],
  ] as const)
    it(`logs that what received a core ${how}`, () => {
      const ended = run(gateOf(script))
      assert.equal(ended.code, 3)
      const line = `problem \\[\\d+\\] process 77: no core, what received it ended with ${code}\n$`
      assert.match(ended.log, new RegExp(`^\\S+Z ${line}`))
    })

  it('logs nothing when the program ends with 3, which logs by itself', () => {
    assert.deepEqual(run(gateOf('process.exit(3)')), { code: 3, log: '' })
  })

  it('a process is let go by all that the script starts', () => {
    const pipe = place('pipe')
    execFileSync('mkfifo', [pipe])
    const gate = gateOf(
      "import { closeSync, constants, openSync } from 'node:fs'\n" +
        'readFileSync(0)\n' +
        'closeSync(0)\n' +
        'let code\n' +
        `try { openSync(${JSON.stringify(pipe)}, constants.O_WRONLY | constants.O_NONBLOCK) } catch (error) { ({ code } = error) }\n` +
        "process.exit(code === 'ENXIO' ? 0 : 9)",
    )
    const call = 'pipe=$1; shift; printf core > "$pipe" & exec "$0" "$@" < "$pipe"'
    const { status } = spawnSync('/bin/sh', ['-c', call, gate.receive, pipe, ...ARGUMENTS])
    assert.deepEqual([status, gate.log()], [0, ''])
  })
})

describe('what reads a core', () => {
  for (const [what, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['a part of a core', Buffer.from('of a core')],
  ] as const)
    it(`is ended where ${what} came, and nothing more comes`, async () => {
      const gate = gateOf(READS_ALL, often)
      const { end, ended } = stalled(gate)
      writeSync(end, bytes)
      assert.deepEqual(await ended, [3, null])
      closeSync(end)
      assert.match(gate.log(), /process 77: no core, what received it ended with 137/)
    })

  it('is not ended while something comes', async () => {
    const gate = gateOf(READS_ALL, often)
    const { end, script, ended } = stalled(gate)
    for (let i = 0; i < 40; i++) {
      writeSync(end, '.')
      // oxlint-disable-next-line no-await-in-loop -- that is how slow it comes
      await sleep(20)
    }
    assert.deepEqual([script.exitCode, gate.log()], [null, ''])
    closeSync(end)
    await ended
  })
})

const coreNumber = (id: number) => Buffer.alloc(200_000 + id, `of ${id} `)

describe('crashes at one time', () => {
  it('are read each for itself', async () => {
    const gate = gateOf(RECORDS.replace("'/received'", "'/received-' + args[1]"))
    const calls = Array.from({ length: 6 }, (_, id) => {
      const file = place('core')
      writeFileSync(file, coreNumber(id))
      const call = 'core=$1; shift; cat "$core" | "$0" "$@"'
      return once(spawn('/bin/sh', ['-c', call, gate.receive, file, String(id)]), 'exit')
    })
    for (const ended of await Promise.all(calls)) assert.deepEqual(ended, [0, null])
    for (const id of calls.keys()) {
      const received = parsed(readFileSync(path.join(gate.spool, `received-${id}`), 'utf8'))
      assert.equal(received.sha256, sha256(coreNumber(id)))
    }
  })
})
