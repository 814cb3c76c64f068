/** What the tests of the gate share: a core of a victim, and calls of the built command on it. */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { BIN, type Ended } from '../built_command.ts'
import { buildVictim, countPieces, startVictim, type TestKey, testKey } from './gate_victim.ts'

export const CI: boolean = process.env['CI'] === 'true'

export const folder: string = mkdtempSync(join(tmpdir(), 'mintmark-gate-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let places = 0
/** A path where nothing is yet. */
export const place = (name: string): string => join(folder, `${name}-${places++}`)

export const key: TestKey = testKey()
const victim = buildVictim(folder)
/** The victim's program. */
export const program: string = 'program' in victim ? victim.program : ''

export const hasProgram = (name: string): boolean =>
  spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined

/** Why tests on a real core cannot be run here. */
export const skip: string | false =
  ('missing' in victim && victim.missing) || (hasProgram('gcore') ? false : 'there is no gcore')
if (CI && skip !== false) throw new Error(`missing under CI: ${skip}`)

/** A raw core of a victim that holds the key. */
export const raw: string = join(folder, 'raw')

export async function takeRawCore(): Promise<void> {
  if (skip !== false) return
  await takeCore(raw, key.blobs)
  if (countPieces(key, readFileSync(raw)) !== key.pieces.length)
    throw new Error('the raw core does not hold the key')
}

/** A core of a victim that holds these blobs. */
export async function takeCore(file: string, blobs: readonly Buffer[]): Promise<void> {
  const child = await startVictim(program, blobs)
  spawnSync('gcore', ['-o', file, String(child.pid)])
  child.kill('SIGKILL')
  renameSync(`${file}.${child.pid}`, file)
}

/** The kernel's arguments. */
const ARGUMENTS = ['4711', '0', '0', '11', '1700000000', '18446744073709551615', 'host', 'victim']

/** Feeds a file to `mintmark gate receive`; `under`: a program that starts it. */
export async function receive(
  spool: string,
  input: string,
  args: readonly string[] = [],
  under: readonly string[] = [],
): Promise<Ended> {
  const file = openSync(input, 'r')
  const call = [...under, process.execPath, BIN, 'gate', 'receive', '--spool', spool, ...args]
  const child = spawn(call[0] ?? '', [...call.slice(1), '--', ...ARGUMENTS], {
    stdio: [file, 'pipe', 'pipe'],
  })
  closeSync(file)
  let out = ''
  let err = ''
  child.stdout?.on('data', (text: Buffer) => {
    out += text.toString()
  })
  child.stderr?.on('data', (text: Buffer) => {
    err += text.toString()
  })
  return await new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
}
