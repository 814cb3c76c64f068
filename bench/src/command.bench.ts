/**
 * How long a user waits: `mintmark --help`, and `investigate` on the default replay into a new
 * case. Each is the built command as a process, measured from outside. `BENCH_TINY=1` takes a small
 * replay, and one organisation of it.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const MINTMARK = fileURLToPath(new URL('../../packages/cli/bin/mintmark.mjs', import.meta.url))
const IS_TINY = process.env['BENCH_TINY'] !== undefined
const HELP_ROUNDS = IS_TINY ? 3 : 15
const ROUNDS = IS_TINY ? 1 : 3

/** Wall time of one call in milliseconds. What is printed is an answer, whatever the exit code. */
function timed(...args: string[]): number {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [MINTMARK, ...args], {
    encoding: 'utf8',
  })
  if (status === 2 || stdout === '') throw new Error(`mintmark ${args.join(' ')}: ${stderr}`)
  return performance.now() - start
}

function print(name: string, unordered: readonly number[]): void {
  const ms = unordered.toSorted((a, b) => a - b)
  const at = (q: number) => (ms[Math.floor(q * (ms.length - 1))] ?? Number.NaN).toFixed(0)
  console.log(
    `${name.padEnd(32)} median ${at(0.5)} ms  least ${at(0)}  most ${at(1)}  (${ms.length} rounds)`,
  )
}

const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-bench-'))
try {
  console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`)
  print(
    'mintmark --help',
    Array.from({ length: HELP_ROUNDS }, () => timed('--help')),
  )
  const replay = path.join(folder, 'replay')
  const scale = IS_TINY ? '0.01' : '1'
  print('replay storm-0558', [timed('replay', 'storm-0558', '--out', replay, '--scale', scale)])
  const logs = path.join(replay, 'logs', IS_TINY ? '04-embassies' : '')
  print(
    'investigate, new case',
    Array.from({ length: ROUNDS }, (_, i) =>
      timed('investigate', logs, '--case', path.join(folder, `case-${i}`)),
    ),
  )
  print('investigate, same case again', [
    timed('investigate', logs, '--case', path.join(folder, 'case-0')),
  ])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
