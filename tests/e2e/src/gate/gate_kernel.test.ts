/* oxlint-disable eslint/no-await-in-loop -- waits, and one file after another */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { mintmark } from '../built_command.ts'
import { CI, folder, key, place, program, skip } from './gate_call.ts'
import { backtrace, logOf, type SpooledCore, spooled, unfinishedIn } from './gate_spool.ts'
import { countPieces, startVictim } from './gate_victim.ts'

/**
 * What only the kernel can show. It changes a setting of the whole machine for some seconds, and only where that may
 * be done: as root, where /proc/sys can be written, and where the kernel finds our files.
 */
const PATTERN = '/proc/sys/kernel/core_pattern'
const LIMIT = '/proc/sys/kernel/core_pipe_limit'
const stood = { pattern: read(PATTERN), limit: read(LIMIT) }
const [state, spool] = [place('state'), place('spool')]
let reason = skip === false ? whyNot() : skip

function whyNot(): string | false {
  if (process.geteuid?.() !== 0) return 'kernel.core_pattern takes root'
  try {
    accessSync(PATTERN, constants.W_OK)
    return false
  } catch {
    return 'kernel.core_pattern cannot be written here'
  }
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function restore(): void {
  if (reason !== false || read(PATTERN) === stood.pattern) return
  writeFileSync(PATTERN, stood.pattern)
  writeFileSync(LIMIT, stood.limit)
}

/** Lets a victim crash. @returns its process id, once it is gone */
async function crash(): Promise<number> {
  return await ended(await startVictim(program, key.blobs))
}

async function ended(victim: ChildProcess): Promise<number> {
  const end = new Promise<string | null>((resolve) => {
    victim.once('exit', (_, signal) => resolve(signal))
  })
  victim.stdin?.end()
  assert.equal(await end, 'SIGSEGV')
  return victim.pid ?? 0
}

async function until<T>(question: () => T | undefined, what: string): Promise<T> {
  for (let i = 0; i < 900; i++) {
    const answer = question()
    if (answer !== undefined) return answer
    await sleep(100)
  }
  throw new Error(`waited for ${what}: ${logOf(spool)}`)
}

const coreOf = (pid: number): SpooledCore | undefined =>
  spooled(spool).find((core) => core.folder.includes(`.victim.${pid}.`))

/** Whether the kernel finds a program of this test; it looks for it outside of any container. */
async function isFound(): Promise<boolean> {
  const [script, told] = [place('trial.sh'), place('told')]
  writeFileSync(script, `#!/bin/sh\ncat > /dev/null\necho it was > ${told}\n`)
  chmodSync(script, 0o755)
  try {
    writeFileSync(PATTERN, `|${script} %P`)
    await crash()
    for (let i = 0; i < 50 && !existsSync(told); i++) await sleep(100)
    return existsSync(told)
  } finally {
    restore()
  }
}

before(async () => {
  if (reason === false && !(await isFound())) reason = 'the kernel does not find our files here'
  if (reason !== false) {
    process.stderr.write(`the gate in the kernel is not tested: ${reason}\n`)
    return
  }
  const call = ['--spool', spool, '--state', state]
  const { code, err } = await mintmark('gate', 'install', ...call)
  assert.deepEqual([code, err], [0, ''])
})
after(async () => {
  if (reason !== false) return
  try {
    await mintmark('gate', 'uninstall', '--state', state)
  } finally {
    restore()
  }
  assert.equal(read(PATTERN), stood.pattern)
  assert.equal(read(LIMIT), stood.limit)
})

describe('a process that crashes', () => {
  it('is written scrubbed; gdb opens it; the raw key is in no file', async (t) => {
    if (reason !== false) {
      t.skip(reason)
      return
    }
    const pid = await crash()
    const { core, report } = await until(() => coreOf(pid), 'the core')
    assert.ok(core !== undefined)
    assert.deepEqual([countPieces(key, core), report['why']], [0, undefined])
    const scrubbed = place('scrubbed')
    writeFileSync(scrubbed, core)
    const trace = backtrace(program, scrubbed)
    assert.ok(trace !== undefined || !CI, 'gdb is missing under CI')
    if (trace !== undefined) assert.match(trace, /crash_here[\s\S]*main/)
    const places = [folder, '/', '/tmp', process.cwd()].flatMap((where) =>
      filesOf(where, where === folder),
    )
    assert.ok(places.some((file) => file.endsWith('.zst') || file.endsWith('.gz')))
    for (const file of places) assert.equal(countPieces(key, readFileSync(file)), 0, file)
  })

  it('is not alone: two at once both land', async (t) => {
    if (reason !== false) {
      t.skip(reason)
      return
    }
    const victims = await Promise.all([
      startVictim(program, key.blobs),
      startVictim(program, key.blobs),
    ])
    const pids = await Promise.all(victims.map((victim) => ended(victim)))
    for (const pid of pids) {
      const { core } = await until(() => coreOf(pid), `core ${pid}`)
      assert.equal(core && countPieces(key, core), 0)
    }
  })
})

describe('the gate in the kernel', () => {
  it('leaves no core, and a line in the log, where the gate itself is killed', async (t) => {
    if (reason !== false) {
      t.skip(reason)
      return
    }
    const pid = await crash()
    const receiver = await until(() => receiverOf(pid), 'the program that receives')
    process.kill(receiver, 'SIGKILL')
    const line = await until(
      () =>
        logOf(spool)
          .split('\n')
          .find((each) => each.includes(`process ${pid}: no core`)),
      'a line in the log',
    )
    assert.match(line, / problem .* what received it ended with 137$/)
    assert.equal(coreOf(pid), undefined)
    const next = await crash()
    await until(() => coreOf(next), 'the next core')
    assert.deepEqual(unfinishedIn(spool), [])
  })

  it('is reported by gate status', async (t) => {
    if (reason !== false) {
      t.skip(reason)
      return
    }
    const { code, out } = await mintmark('gate', 'status', '--state', state)
    assert.equal(code, 0, out)
    assert.match(out, /^Core dump gate: installed\.\n/)
    const said = out.replaceAll(/\s+/g, ' ')
    assert.match(said, /[1-9]\d* cores?, 0 reports without one, 0 being received/)
  })
})

/** The Node process that the kernel's script started for a crash. */
function receiverOf(pid: number): number | undefined {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const found = ids.find((id) => {
    const words = read(`/proc/${id}/cmdline`).split('\0')
    const at = words.indexOf(state)
    return at > 0 && words[at + 1] === String(pid) && words[0]?.endsWith('node')
  })
  return found === undefined ? undefined : Number(found)
}

/** Files of a folder, or with `isDeep` of those in it too. Of shared folders only what a core might be called. */
function filesOf(where: string, isDeep: boolean): string[] {
  return readdirSync(where, { recursive: isDeep, withFileTypes: true })
    .map((entry) => ({ name: entry.name, file: join(entry.parentPath, entry.name) }))
    .filter(({ name }) => isDeep || /^(core|victim)/.test(name))
    .map(({ file }) => file)
    .filter((file) => existsSync(file) && statSync(file).isFile())
}
