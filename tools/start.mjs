/**
 * `npm start`: sets up, writes the incident of 2023 again as log files, investigates them exactly
 * as a user would his own, and writes the report. What is there already is not made again.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { underCurrentNode } from './current_node.mjs'
import { root, setUp } from './setup.mjs'

await underCurrentNode()

const out = path.join(root, 'replay-out')
const program = path.join(root, 'packages', 'cli', 'bin', 'mintmark.mjs')

/** Whether a replay of this version is there: one with the key that leaked in its truth. */
function isMade() {
  const truth = path.join(out, 'truth.json')
  return existsSync(truth) && JSON.parse(readFileSync(truth, 'utf8')).provider?.key !== undefined
}

setUp()
if (!isMade()) {
  if (existsSync(out)) console.error('replay-out is not whole or of an older version: it is made again')
  rmSync(out, { recursive: true, force: true })
  const code = mintmark('replay', 'storm-0558', '--out', 'replay-out')
  if (code !== 0) process.exit(code ?? 3)
}
const investigation = ['investigate', 'replay-out/logs', '--case', 'replay-out/case']
const status = mintmark(...investigation)
if (status === 3 && existsSync(path.join(out, 'case'))) {
  console.error('\nreplay-out/case cannot be used, perhaps by this version: it is made again')
  for (const name of ['case', 'report']) rmSync(path.join(out, name), { recursive: true, force: true })
  found(mintmark(...investigation))
} else found(status)
const isReported = existsSync(path.join(out, 'report', 'MANIFEST'))
if (!isReported)
  written(mintmark('report', '--case', 'replay-out/case', '--out', 'replay-out/report', '--title', 'Storm-0558, replayed'))
console.error(`
The report   replay-out/report/report.html${isReported ? ', written before (mintmark report --force writes it anew)' : ''}
The truth    replay-out/truth.json, which the answer is held against
In a browser node packages/cli/bin/mintmark.mjs ui --case replay-out/case`)

/** Runs a command with its output shown; gives its exit code. */
function mintmark(...args) {
  console.error(`\n$ mintmark ${args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg)).join(' ')}\n`)
  return spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' }).status
}

/** 1 is "found something", which is what a replayed incident should give. */
function found(code) {
  if (code !== 1) process.exit(code === 0 ? 3 : (code ?? 3))
}

/** A report is written or it is not, whatever the case has found. */
function written(code) {
  if (code !== 0) process.exit(code ?? 3)
}
