/**
 * Runs programs on large files and measures their time and memory; takes the core of a process with a dense heap.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = path.dirname(fileURLToPath(import.meta.url))
/** The command. */
export const MINTMARK: string = path.resolve(HERE, '../../../packages/cli/bin/mintmark.mjs')

/** What a program took. */
export interface Run {
  readonly seconds: number
  /** User and system. */
  readonly cpu: number
  readonly peakMb: number
  readonly out: string
}

/** Whether a program is installed. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

/** A program's run under GNU time. Exit codes up to 3 are answers. */
export function run(program: string, ...args: readonly string[]): Run {
  const all = ['-f', 'TIME %e %U %S %M', program, ...args]
  const { stdout, stderr, status } = spawnSync('/usr/bin/time', all, {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  const [, e, u, s, m] = /TIME ([\d.]+) ([\d.]+) ([\d.]+) (\d+)\s*$/.exec(stderr) ?? []
  if (e === undefined || (status ?? 9) > 3) throw new Error(`${program} ended with ${status}`)
  return { seconds: Number(e), cpu: Number(u) + Number(s), peakMb: Number(m) / 1024, out: stdout }
}

async function ready(victim: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    victim.stdout?.once('data', () => resolve())
    victim.once('exit', (code) => reject(new Error(`the victim ended with ${code}`)))
  })
}

/** The core of a process with a dense heap of so many megabytes, taken with gcore into `folder`. */
export async function denseCore(folder: string, megabytes: number): Promise<string> {
  const script = path.join(HERE, 'dense_victim.ts')
  const args = ['--max-old-space-size=8192', script, String(megabytes)]
  const victim = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await ready(victim)
    execFileSync('gcore', ['-o', path.join(folder, 'core'), String(victim.pid)], { stdio: 'pipe' })
    return path.join(folder, `core.${victim.pid}`)
  } finally {
    victim.kill('SIGKILL')
  }
}
