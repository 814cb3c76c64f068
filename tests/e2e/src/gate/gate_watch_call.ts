/** Calls of `gate watch` by its tests: to its end, or killed before. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BIN, type Ended, mintmark } from '../built_command.ts'
import { key } from './gate_call.ts'
import { countPieces } from './gate_victim.ts'

const call = (dropped: string, spool: string): readonly string[] => [
  'gate',
  'watch',
  dropped,
  '--spool',
  spool,
  '--raw',
  'remove',
  '--settle',
  '0',
  '--once',
]

/** One sweep over a folder, whose raw files are removed. */
export const sweep = (dropped: string, spool: string): Promise<Ended> =>
  mintmark(...call(dropped, spool), '--json')

/** One sweep that is killed, with all that it started, after a while; nothing is held in memory. */
export async function killedSweep(dropped: string, spool: string, afterMs: number): Promise<void> {
  const watch = spawn(process.execPath, [BIN, ...call(dropped, spool), '--max-memory', '0'], {
    detached: true,
    stdio: 'ignore',
  })
  const ended = new Promise((resolve) => watch.once('exit', resolve))
  await sleep(afterMs)
  if (watch.pid !== undefined && watch.exitCode === null) killGroup(watch.pid)
  await ended
}

/** The watch and what it started; both are of this test. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}

/** Files below a folder that hold a piece of the key as it is. */
export function plainCopies(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .filter((file) => countPieces(key, readFileSync(file)) > 0)
}
