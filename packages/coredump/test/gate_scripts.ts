/** Scripts of the gate for tests: what the kernel would run, and a receiver that records what it was called with. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { installGate } from '../src/index.ts'
import { machine } from './gate_machine.ts'
import { place } from './gate_world.ts'

export const ARGUMENTS: readonly string[] = [
  '77',
  '0',
  '0',
  '11',
  '1',
  '9',
  'host',
  "it's; rm -rf $HOME `x`",
]
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

export type Edit = (text: string) => string

export interface ScriptGate {
  readonly receive: string
  readonly spool: string
  readonly log: () => string
}

/** A gate whose receiver is this script; `edit` changes what the kernel would run. */
export function gateOf(script: string, edit?: Edit): ScriptGate {
  const {
    paths: places,
    settings,
    programs,
  } = machine(
    "import { readFileSync } from 'node:fs'\n" +
      "if (process.argv.includes('--check')) process.exit(0)\n" +
      script,
  )
  const { state } = installGate(places, settings, programs)
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
  return runWith(gate, core, ARGUMENTS)
}

export function runWith(gate: ScriptGate, core: Uint8Array, received: readonly string[]): Ended {
  const file = place('core')
  writeFileSync(file, core)
  const call = 'core=$1; shift; cat "$core" | "$0" "$@"'
  const { status } = spawnSync('/bin/sh', ['-c', call, gate.receive, file, ...received], {
    cwd: '/',
    env: {},
  })
  return { code: status, log: gate.log() }
}

/** Records what it was called with, as JSON, in the spool. */
export const RECORDS: string = `
const { createHash } = await import('node:crypto')
const { writeFileSync } = await import('node:fs')
const args = process.argv.slice(2)
const core = readFileSync(0)
const { spool } = JSON.parse(readFileSync(args[0] + '/gate.json')).settings
const received = { args: args.slice(1), length: core.length, sha256: createHash('sha256').update(core).digest('hex') }
writeFileSync(spool + '/received', JSON.stringify(received))
`

export const parsed = (text: string): Received => JSON.parse(text)

export interface Received {
  readonly args: readonly string[]
  readonly length: number
  readonly sha256: string
}

export function receivedOf(core: Uint8Array, args: readonly string[] = ARGUMENTS): Received {
  const gate = gateOf(RECORDS)
  assert.deepEqual(runWith(gate, core, args), { code: 0, log: '' })
  const received = parsed(readFileSync(path.join(gate.spool, 'received'), 'utf8'))
  assert.deepEqual([received.args, received.sha256], [args, sha256(core)])
  return received
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
  const script = spawn(gate.receive, ARGUMENTS, { env: {}, stdio: [end, 'ignore', 'ignore'] })
  return { end, script, ended: once(script, 'exit') }
}

export const READS_ALL = 'readFileSync(0); process.exit(0)'

export const often: Edit = (text) => text.replace('sleep 60', 'sleep 0.1')
