/**
 * `npm test`: sets up, then runs the short tests on the built files. `npm run test:all` runs the long ones, too: those that
 * start servers, browsers and victims, that kill processes, and that draw many cases. Words narrow it to test files whose
 * path holds one of them: `npm test -- reconcile`; where no short test does, to long ones. `npm run test:watch` builds and
 * runs again what changes.
 *
 * The last lines say what failed and why. With MINTMARK_SECOND_TRY=1 the files of a few tests that failed run once
 * more by themselves; what then passes is named as unsteady, with its first error, and does not fail the run.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { underCurrentNode } from './current_node.mjs'
import { root, setUp } from './setup.mjs'
import { putTogether, together } from './together.mjs'

const MOST_TRIED_AGAIN = 3
/** Tests that `npm test` leaves to `npm run test:all`. */
const LONG_TESTS = /^tests.(?:adversary|browser|e2e|golden|victims)\b|\.(?:fault|prop)\.test\.|_backends\.test\./
/** Parts of the names of files that take half a minute and more, the longest first. */
const LONG = ['victims', 'golden', '.fault', 'investigate_dumps', 'known_places', 'selections', 'floods', 'replay', 'report', 'case_app']

await underCurrentNode()
setUp()
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const flags = new Set(process.argv.slice(2).filter((word) => word.startsWith('--')))
const every = ['packages', 'tests']
  .flatMap((group) => readdirSync(path.join(root, group)).map((name) => path.join(group, name)))
  .flatMap((home) => ['test', 'src'].flatMap((folder) => testsOf(home, folder)))
  .sort()
/** Those of a word, of `''` all: the short ones, and where there are none the long. */
const filesOf = (word) => {
  const found = every.filter((file) => file.includes(word))
  const short = found.filter((file) => !LONG_TESTS.test(file))
  return flags.has('--all') || short.length === 0 ? found : short
}
const files = [...new Set((words.length === 0 ? [''] : words).flatMap(filesOf))].sort()
if (files.length === 0) {
  console.error(`no test file matches ${words.join(' ')}`)
  process.exit(2)
}
if (flags.has('--watch')) await watch()
const notes = mkdtempSync(path.join(tmpdir(), 'mintmark-tests-'))
/** Where files of the run share what takes long to make. */
const made = path.join(notes, 'made')
mkdirSync(made)
process.on('exit', () => rmSync(notes, { recursive: true, force: true }))
// Those of packages keep to themselves and run side by side, as do processes that are asked for their cores. The others
// below tests/ share what there is one of (the kernel's setting for cores, the machine's time), so one runs after the
// other. They wait for most of their time: the rest runs beside them.
const isAlone = (file) => /^tests.(e2e|browser)/.test(file)
const wholes = await besides(
  { files: files.filter((file) => !isAlone(file)), atOnce: availableParallelism() },
  { files: files.filter(isAlone), atOnce: 1 },
)
if (!wholes.every(({ passed }) => passed)) {
  const failures = wholes.flatMap((whole) => whole.failures)
  const isSteady = process.env.MINTMARK_SECOND_TRY === '1' && (await passesAgain(failures))
  console.log(`\n${isSteady ? 'Unsteady: failed at first, and passed alone' : 'Failed'}:\n`)
  for (const { file, line, test, reason } of failures)
    console.log(`${file}:${line} ${test}\n${reason.replace(/^/gm, '    ')}\n`)
  process.exitCode = isSteady ? 0 : 1
}

/** Builds what changes, and runs the tests again that it concerns, until it is ended. */
async function watch() {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const stdio = ['ignore', 'inherit', 'inherit']
  const builder = spawn(process.execPath, [tsc, '-b', '--watch', '--preserveWatchOutput'], { cwd: root, stdio })
  const runner = spawn(process.execPath, ['--enable-source-maps', '--test', '--watch', ...files], { cwd: root, stdio: 'inherit' })
  await Promise.race([once(builder, 'close'), once(runner, 'close')])
  for (const child of [builder, runner]) child.kill()
  process.exit(1)
}

/** Runs two lists of files at the same time. What the second prints comes when the first is done. */
async function besides(first, second) {
  const printed = path.join(notes, 'second')
  const other = testAll(second, createWriteStream(printed))
  const results = [await testAll(first), await other]
  await pipeline(createReadStream(printed), process.stdout, { end: false })
  return results
}

/** Runs these files: whether all of their tests pass, and which do not and why. */
async function testAll({ files: own, atOnce }, output = process.stdout) {
  if (own.length === 0) {
    if (output !== process.stdout) output.end()
    return { passed: true, failures: [] }
  }
  const folder = mkdtempSync(path.join(notes, 'run-'))
  const failed = path.join(folder, 'failed')
  const script = fileURLToPath(new URL('run_files.mjs', import.meta.url))
  const started = together(longestFirst(own), { root, folder, sourceOf, isLong: (file) => rankOf(file) < LONG.length })
  const args = ['--enable-source-maps', script, String(atOnce), failed, ...started]
  // Where it is set, each of some thousand processes reads a whole root store before it does anything: 0.07 s of CPU.
  const { NODE_EXTRA_CA_CERTS: _, ...others } = process.env
  const env = { ...others, MINTMARK_MADE: made }
  const runner = spawn(process.execPath, args, { cwd: root, env, stdio: ['inherit', 'pipe', 'inherit'] })
  const ended = once(runner, 'close')
  await pipeline(runner.stdout, output, { end: output !== process.stdout })
  const [status] = await ended
  const lines = readFileSync(failed, 'utf8').split('\n')
  return { passed: status === 0, failures: lines.filter(Boolean).map((line) => JSON.parse(line)) }
}

/** Files that take long before the others: one that is begun last keeps a core idle. */
function longestFirst(own) {
  return own.toSorted((a, b) => rankOf(a) - rankOf(b))
}

function rankOf(file) {
  const at = LONG.findIndex((part) => file.includes(part))
  return at < 0 ? LONG.length : at
}

/**
 * Whether tests that failed pass when nothing runs beside them: a file that did not end in time is a failure, too, and
 * Node 20 seldom hangs as it ends. More than a few places are not tried.
 */
async function passesAgain(failures) {
  const places = [...new Set(failures.map(({ file }) => file))]
  const again = files.filter((file) => places.some((place) => mayHold(file, place)))
  if (places.length > MOST_TRIED_AGAIN || again.length === 0) return false
  console.log(`\nOnce more, alone: ${again.map(sourceOf).join(', ')}\n`)
  return (await testAll({ files: again, atOnce: 1 })).passed
}

/** Whether what failed at a place may be of a test file. One that is written in a helper may be of any file of its workspace. */
function mayHold(file, place) {
  if (place.endsWith('.test.ts')) return sourceOf(file) === place
  if (place.endsWith('.test.js')) return file === place
  if (place.endsWith('.test.mjs')) return putTogether(path.resolve(root, place), root).includes(file)
  return homeOf(file) === homeOf(place)
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
