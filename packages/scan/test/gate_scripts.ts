/** Scripts of the gate for tests: what the kernel would run, and a receiver that tells what it was called with. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { installGate } from '../src/gate/gate.ts'
import type { MemoryBound } from '../src/gate/memory_pool.ts'
import { machine } from './gate_machine.ts'
import { place } from './gate_world.ts'

export const TOLD: readonly string[] = [
  '77',
  '0',
  '0',
  '11',
  '1',
  '9',
  'host',
  "it's; rm -rf $HOME `x`",
]
export const noPerl: string | false =
  spawnSync('perl', ['-e', '1']).status === 0 ? false : 'there is no perl'
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

export type Edit = (text: string) => string

export interface ScriptGate {
  readonly receive: string
  readonly spool: string
  readonly log: () => string
}

/** A gate whose receiver is this script; `edit` changes what the kernel would run. */
export function gateOf(
  script: string,
  edit?: Edit,
  maxMemoryBytes: MemoryBound = 'auto',
): ScriptGate {
  const { places, settings, programs } = machine(
    "import { readFileSync } from 'node:fs'\n" +
      "if (process.argv.includes('--check')) process.exit(0)\n" +
      script,
  )
  const { state } = installGate(
    places,
    { ...settings, limits: { ...settings.limits, maxMemoryBytes, maxSizeBytes: 2 ** 41 } },
    programs,
  )
  const receive = path.join(places.stateFolder, 'receive')
  const text = readFileSync(receive, 'utf8')
  if (edit !== undefined) {
    assert.notEqual(edit(text), text, 'what is to be changed is there')
    writeFileSync(receive, edit(text))
  }
  const log = path.join(state.settings.spool, 'gate.log')
  return {
    receive,
    spool: state.settings.spool,
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
  }
}

export interface Ended {
  readonly code: number | null
  readonly log: string
}

/** Pipes a core into it, as the kernel does: Node's own pipes are sockets. */
export function run(gate: ScriptGate, core: Uint8Array = Buffer.from('the core')): Ended {
  return runTold(gate, core, TOLD)
}

export function runTold(gate: ScriptGate, core: Uint8Array, told: readonly string[]): Ended {
  const file = place('core')
  writeFileSync(file, core)
  const call = 'core=$1; shift; cat "$core" | "$0" "$@"'
  const { status } = spawnSync('/bin/sh', ['-c', call, gate.receive, file, ...told], {
    cwd: '/',
    env: {},
  })
  return { code: status, log: gate.log() }
}

/** Tells what it was called with, as JSON, in the spool. */
export const TELLS: string = `
const { createHash } = await import('node:crypto')
const { fstatSync, readSync, readlinkSync, writeFileSync } = await import('node:fs')
const args = process.argv.slice(2)
const option = args[0].startsWith('--first=') ? args.shift().slice(8).split(':') : []
const [file, ms] = option.slice(0, 2).map(Number)
const [isAll, entry] = option.slice(2)
const first = Buffer.alloc(file === undefined ? 0 : fstatSync(file).size)
if (file !== undefined) readSync(file, first, 0, first.length, 0)
const held = file === undefined ? 0 : fstatSync(file).blocks * 512
const isGone = readlinkSync('/proc/self/fd/0') === '/dev/null'
const rest = readFileSync(0)
const sha256 = createHash('sha256').update(first).update(rest).digest('hex')
const { spool } = JSON.parse(readFileSync(args[0] + '/gate.json')).settings
const told = { args: args.slice(1), isEarly: file !== undefined, ms, first: first.length, rest: rest.length, isGone, sha256, isAll, entry, held }
writeFileSync(spool + '/told', JSON.stringify(told))
`

export const parsed = (text: string): Told => JSON.parse(text)

export interface Told {
  readonly args: readonly string[]
  /** It was given a file of what was read before. */
  readonly isEarly: boolean
  readonly ms: number | undefined
  readonly first: number
  readonly rest: number
  readonly isGone: boolean
  readonly sha256: string
  /** Of a core that is counted: '0' or '1', and its folder in the spool. */
  readonly isAll?: string
  readonly entry?: string
  /** Bytes of memory that the file takes. */
  readonly held: number
}

export function toldOf(core: Uint8Array, edit?: Edit, args: readonly string[] = TOLD): Told {
  return toldBy(gateOf(TELLS, edit), core, args)
}

/** @param gate whose receiver {@link TELLS} */
export function toldBy(gate: ScriptGate, core: Uint8Array, args: readonly string[] = TOLD): Told {
  assert.deepEqual(runTold(gate, core, args), { code: 0, log: '' })
  const told = parsed(readFileSync(path.join(gate.spool, 'told'), 'utf8'))
  assert.deepEqual([told.args, told.sha256], [args, sha256(core)])
  assert.equal(told.first + told.rest, core.length)
  return told
}

/** The head of a core of so many bytes, as 64-bit ELF, with bytes behind it. */
export function coreOfTold(bytes: number, length: number): Buffer {
  const core = Buffer.alloc(length, 'of a core ')
  core.fill(0, 0, 120)
  core.write('\x7fELF\x02\x01\x01', 'latin1')
  core.writeBigUInt64LE(64n, 32)
  core.writeUInt16LE(1, 56)
  core.writeBigUInt64LE(120n, 64 + 8)
  core.writeBigUInt64LE(BigInt(bytes - 120), 64 + 32)
  return core
}

/** A gate that reads a pipe whose other end stays open. */
export function stalled(gate: ScriptGate): {
  readonly end: number
  readonly script: ChildProcess
  readonly ended: Promise<unknown[]>
} {
  const pipe = place('pipe')
  execFileSync('mkfifo', [pipe])
  const end = openSync(pipe, 'r+')
  const script = spawn(gate.receive, TOLD, { env: {}, stdio: [end, 'ignore', 'ignore'] })
  return { end, script, ended: once(script, 'exit') }
}

export const READS_ALL = 'readFileSync(0); process.exit(0)'

export const often: Edit = (text) => text.replace('sleep 60', 'sleep 0.1')

/** The perl that a script has started, once it is there. */
export async function readerOf(script: number): Promise<number> {
  for (let i = 0; i < 500; i++) {
    const children = readFileSync(`/proc/${script}/task/${script}/children`, 'utf8').split(' ')
    const found = children.find((id) => id !== '' && programOf(id).includes('perl'))
    if (found !== undefined) return Number(found)
    // oxlint-disable-next-line no-await-in-loop -- until it is there
    await sleep(10)
  }
  throw new Error('no perl was started')
}

function programOf(id: string): string {
  try {
    return readlinkSync(`/proc/${id}/exe`)
  } catch {
    return ''
  }
}
