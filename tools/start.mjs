/**
 * `npm start`: sets up, writes the incident of 2023 again as log files, investigates them exactly as a user would his
 * own, and writes the report. What is there already is not made again.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { root, run, setUp } from './setup.mjs'

const out = path.join(root, 'replay-out')
const mintmark = path.join(root, 'packages', 'cli', 'bin', 'mintmark.mjs')
const shown = (...args) => console.error(`\n$ mintmark ${args.join(' ')}\n`)

/** Whether a replay of this version is there: one with the key that leaked in its truth. */
function isMade() {
  const truth = path.join(out, 'truth.json')
  return existsSync(truth) && JSON.parse(readFileSync(truth, 'utf8')).provider?.key !== undefined
}

setUp()
if (!isMade()) {
  if (existsSync(out)) console.error('replay-out is not whole or of an older version: it is made again')
  rmSync(out, { recursive: true, force: true })
  shown('replay', 'storm-0558', '--out', 'replay-out')
  run(process.execPath, [mintmark, 'replay', 'storm-0558', '--out', 'replay-out'])
}
found('investigate', 'replay-out/logs', '--case', 'replay-out/case')
const isReported = existsSync(path.join(out, 'report', 'MANIFEST'))
if (!isReported) found('report', '--case', 'replay-out/case', '--out', 'replay-out/report', '--title', 'Storm-0558, replayed')
console.error(`
The report   replay-out/report/report.html${isReported ? ', written before (mintmark report --force writes it anew)' : ''}
The truth    replay-out/truth.json, which the answer is held against
In a browser npx mintmark ui --case replay-out/case`)

/** Runs a command that should end with 1, "found something": so a replayed incident does. */
function found(...args) {
  shown(...args)
  const { status } = spawnSync(process.execPath, [mintmark, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 1) process.exit(status === 0 ? 3 : (status ?? 3))
}
