/**
 * Where the machine's Node is older than the workspace needs, `npm start`, `npm test` and the workspace's `mintmark` go on
 * under a current one. It is installed once from the package registry into `.node`, which git ignores.
 * `node tools/current_node.mjs` prints the path of the Node to use.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const MAJOR = 24
/** Tests say `await using`, which is newer than what the command needs. */
export const LEAST_OF_TESTS = `${MAJOR}.0`
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** What `engines` of the workspace allows. */
function leastOfWorkspace() {
  return JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '')
}

function isCurrent(least) {
  const [wanted, own] = [least, process.versions.node].map((text) => text.split('.').map(Number))
  const at = wanted.findIndex((number, i) => number !== own[i])
  return at < 0 || own[at] > wanted[at]
}

/** Path of a current Node; installs one where that is needed. */
function currentNode(least) {
  if (isCurrent(least)) return process.execPath
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const program = path.join(root, '.node', 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(program)) install(`${name}@${MAJOR}`)
  return program
}

/** Of two that install at once, one comes too late and leaves the other's. */
function install(name) {
  const folder = path.join(root, `.node.${process.pid}`)
  console.error(`Installing ${name} into .node: this is Node ${process.versions.node} …`)
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', name]
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
  if (status !== 0) {
    rmSync(folder, { recursive: true, force: true })
    console.error(`${name} cannot be installed. Install Node ${MAJOR} yourself and repeat the command.`)
    process.exit(3)
  }
  const place = path.join(root, '.node')
  if (existsSync(place)) rmSync(folder, { recursive: true, force: true })
  else renameSync(folder, place)
}

/**
 * Goes on under a current Node, if this is none: never returns then. The process ends as that one does.
 * @param isSaid whether to name the Node that is taken
 * @param least the oldest that will do
 */
export async function underCurrentNode({ isSaid = true, least = leastOfWorkspace() } = {}) {
  if (isCurrent(least)) return
  const program = currentNode(least)
  if (isSaid) console.error(`This is Node ${process.versions.node}: going on under ${path.relative(root, program)}`)
  const child = spawn(program, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' })
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
  const [code, signal] = await new Promise((resolve) => child.on('close', (...ended) => resolve(ended)))
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) console.log(currentNode(LEAST_OF_TESTS))
