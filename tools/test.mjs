/**
 * `npm test`: sets up, then runs every test on the built files. Arguments narrow it to test files whose
 * path holds one of them: `npm test -- reconcile`. One that begins with `-` leaves out: `npm test -- -victims`.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { root, setUp } from './setup.mjs'

setUp()
const words = process.argv.slice(2)
const wanted = words.filter((word) => !word.startsWith('-'))
const unwanted = words.filter((word) => word.startsWith('-')).map((word) => word.slice(1))
const files = ['packages', 'tests']
  .flatMap((group) => readdirSync(path.join(root, group)).map((name) => path.join(group, name)))
  .flatMap((home) => ['test', 'src'].flatMap((folder) => testsOf(home, folder)))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .filter((file) => !unwanted.some((word) => file.includes(word)))
  .sort()
if (files.length === 0) {
  console.error(`no test file matches ${words.join(' ')}`)
  process.exit(2)
}
// Those of packages keep to themselves and run side by side. Those below tests/ share what there is one of: the
// kernel's setting for cores, ports of known servers.
const isAlone = (file) => file.startsWith(`tests${path.sep}`)
const wholes = [
  testAll(files.filter((file) => !isAlone(file)), availableParallelism()),
  testAll(files.filter(isAlone), 1),
]
process.exitCode = wholes.every(Boolean) ? 0 : 1

/** Whether all tests of these files pass. */
function testAll(own, atOnce) {
  if (own.length === 0) return true
  const options = ['--enable-source-maps', '--test', `--test-concurrency=${atOnce}`]
  const { status, error } = spawnSync(process.execPath, [...options, ...own], {
    cwd: root,
    stdio: 'inherit',
  })
  if (error) console.error(`${process.execPath}: ${error.message}`)
  return status === 0
}

/** Built tests whose source is still there: a test that was deleted must not go on passing. */
function testsOf(home, folder) {
  const sources = list(path.join(root, home, folder)).filter((name) => name.endsWith('.test.ts'))
  return sources.map((name) => path.join(home, 'dist', folder, name.replace(/\.ts$/, '.js')))
}

function list(folder) {
  try {
    return readdirSync(folder, { recursive: true })
  } catch {
    return []
  }
}
