/**
 * `npm test`: sets up, then runs every test on the built files. Arguments narrow it to test files whose
 * path holds one of them: `npm test -- reconcile`. One that begins with `-` leaves out: `npm test -- -victims`.
 *
 * The last lines say what failed and why. With MINTMARK_SECOND_TRY=1 the files of a few tests that failed run once
 * more by themselves; what then passes is named as unsteady, with its first error, and does not fail the run.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { root, setUp } from './setup.mjs'

const MOST_TRIED_AGAIN = 3
/** What hangs must end, so that the run can say so: a file takes five minutes at most. */
const TIMEOUT_MS = 15 * 60_000

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
const notes = mkdtempSync(path.join(tmpdir(), 'mintmark-tests-'))
process.on('exit', () => rmSync(notes, { recursive: true, force: true }))
// Those of packages keep to themselves and run side by side. Those below tests/ share what there is one of (the
// kernel's setting for cores, the machine's time), so one runs after the other, but for those that ask processes
// for their cores: they are as many again, and wait half of their time.
const isAlone = (file) => file.startsWith(`tests${path.sep}`)
const isVictim = (file) => file.startsWith(path.join('tests', 'victims'))
const wholes = [
  await testAll(files.filter((file) => !isAlone(file)), availableParallelism()),
  ...(await besides(
    files.filter((file) => isAlone(file) && !isVictim(file)),
    files.filter(isVictim),
  )),
]
if (!wholes.every(({ passed }) => passed)) {
  const failures = wholes.flatMap((whole) => whole.failures)
  const isSteady = process.env.MINTMARK_SECOND_TRY === '1' && (await passesAgain(failures))
  console.log(`\n${isSteady ? 'Unsteady: failed at first, and passed alone' : 'Failed'}:\n`)
  for (const { file, line, test, reason } of failures)
    console.log(`${file}:${line} ${test}\n${reason.replace(/^/gm, '    ')}\n`)
  process.exitCode = isSteady ? 0 : 1
}

/** Runs two lists of files at the same time. What the second prints comes when the first is done. */
async function besides(first, second) {
  if (second.length === 0) return [await testAll(first, 1)]
  const printed = path.join(notes, 'second')
  const other = testAll(second, 1, createWriteStream(printed))
  const results = [await testAll(first, 1), await other]
  await pipeline(createReadStream(printed), process.stdout, { end: false })
  return results
}

/** Runs these files: whether all of their tests pass, and which do not and why. */
async function testAll(own, atOnce, output = process.stdout) {
  if (own.length === 0) return { passed: true, failures: [] }
  const failed = path.join(mkdtempSync(path.join(notes, 'run-')), 'failed')
  const options = [
    '--enable-source-maps',
    '--test',
    `--test-concurrency=${atOnce}`,
    `--test-timeout=${TIMEOUT_MS}`,
    '--test-reporter=tap',
    '--test-reporter-destination=stdout',
    `--test-reporter=${new URL('failed_tests.mjs', import.meta.url)}`,
    `--test-reporter-destination=${failed}`,
  ]
  const runner = spawn(process.execPath, [...options, ...own], { cwd: root, stdio: ['inherit', 'pipe', 'inherit'] })
  const ended = once(runner, 'close')
  await pipeline(runner.stdout, output, { end: output !== process.stdout })
  const [status] = await ended
  const lines = readFileSync(failed, 'utf8').split('\n')
  return { passed: status === 0, failures: lines.filter(Boolean).map((line) => JSON.parse(line)) }
}

/**
 * Whether tests that failed pass when nothing runs beside them. More than a few files are not tried, nor a failure
 * without a test. A test that is written in a helper may be of any file of its workspace.
 */
async function passesAgain(failures) {
  const places = new Set(failures.map(({ file }) => (file.endsWith('.test.ts') ? file : homeOf(file))))
  const again = files.filter((file) => places.has(sourceOf(file)) || places.has(homeOf(file)))
  if (places.size === 0 || places.size > MOST_TRIED_AGAIN || again.length === 0) return false
  console.log(`\nOnce more, alone: ${[...places].join(', ')}\n`)
  return (await testAll(again, 1)).passed
}

/** `packages/NAME` or `tests/NAME`. */
function homeOf(file) {
  return file.split(path.sep).slice(0, 2).join(path.sep)
}

/** The source of a built test. */
function sourceOf(file) {
  return file.replace(`${path.sep}dist${path.sep}`, path.sep).replace(/\.js$/, '.ts')
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
