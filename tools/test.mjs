/**
 * `npm test`: sets up, then runs every test on the built files. Arguments narrow it to test files whose
 * path holds one of them: `npm test -- reconcile`. One that begins with `-` leaves out: `npm test -- -victims`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
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
const notes = mkdtempSync(path.join(tmpdir(), 'mintmark-tests-'))
process.on('exit', () => rmSync(notes, { recursive: true, force: true }))
const wholes = [
  testAll('packages', files.filter((file) => !isAlone(file)), availableParallelism()),
  testAll('tests', files.filter(isAlone), 1),
]
if (!wholes.every(({ passed }) => passed)) {
  console.log(`\nFailed:\n\n${wholes.map(({ failures }) => failures).join('')}`)
  process.exitCode = 1
}

/** Runs these files: whether all of their tests pass, and as text which do not and why. */
function testAll(name, own, atOnce) {
  if (own.length === 0) return { passed: true, failures: '' }
  const failed = path.join(notes, name)
  const options = [
    '--enable-source-maps',
    '--test',
    `--test-concurrency=${atOnce}`,
    '--test-reporter=tap',
    '--test-reporter-destination=stdout',
    `--test-reporter=${new URL('failed_tests.mjs', import.meta.url)}`,
    `--test-reporter-destination=${failed}`,
  ]
  const { status, error } = spawnSync(process.execPath, [...options, ...own], { cwd: root, stdio: 'inherit' })
  if (error) console.error(`${process.execPath}: ${error.message}`)
  return { passed: status === 0, failures: textOf(failed) }
}

/** What the reporter wrote; nothing where it did not come to write. */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
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
