/**
 * Makes a clone ready to run: dependencies installed, the page made, the command bundled. Does
 * nothing twice. `npm start` begins with it; by itself it is `node tools/setup.mjs`. `npm install`
 * and not `npm ci`: chdb names optional packages for platforms that the registry does not hold,
 * which `npm ci` refuses. The lockfile must come out as it went in, so it is as strict.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { underCurrentNode } from './current_node.mjs'

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const stamp = path.join(root, 'node_modules', '.mintmark-installed')

/** Runs a program in the project's folder with its output shown; ends this process where it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) console.error(`${command}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 3)
}

/** Installs when the lockfile is not the one that was installed. */
export function install() {
  const lock = path.join(root, 'package-lock.json')
  const wanted = digest(lock)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.error('Installing dependencies …')
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'])
  if (digest(lock) !== wanted) {
    console.error('package-lock.json changed while installing: commit the new one or find out why')
    process.exit(3)
  }
  writeFileSync(stamp, wanted)
}

/** The page of `mintmark ui` and of the report, where it is not of these sources. */
export function makePage() {
  run(process.execPath, [path.join(root, 'packages', 'web', 'build.mjs')])
}

/** What ships and is not a source: the page, and the command in few files. */
export function makeBuilt() {
  makePage()
  run(process.execPath, [path.join(root, 'packages', 'cli', 'bundle.mjs')])
}

export function setUp() {
  install()
  makeBuilt()
}

function digest(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await underCurrentNode()
  setUp()
}
