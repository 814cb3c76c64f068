/**
 * `npm start`: sets up, writes the incident of 2023 again as log files, and investigates them exactly as
 * a user would his own. What is there already is not made again.
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
const investigation = ['investigate', 'replay-out/logs', '--case', 'replay-out/case']
shown(...investigation)
const { status } = spawnSync(process.execPath, [mintmark, ...investigation], { cwd: root, stdio: 'inherit' })
// 1 is "found something", which is what a replayed incident should give.
if (status !== 1) process.exit(status === 0 ? 3 : (status ?? 3))
console.error('\nThe truth that this answer is held against: replay-out/truth.json. `npx mintmark --help` has the other commands.')
