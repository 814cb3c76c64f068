/**
 * `npm test`: installs what is missing, then runs the short tests from their sources. `npm run test:all` runs the long ones,
 * too, and with `--long` those alone. Words narrow it to files whose path holds one of them: `npm test -- reconcile`; where no short test does, to long
 * ones. `npm run test:watch` runs again what a change concerns.
 * A test is short where it is below `packages/` or `tests/repo`, unless its name ends in `.long.test.ts`. The long ones
 * start servers, browsers and victims, kill processes, or draw many cases. Those of `tests/` see the command and the page as
 * they ship: these are made first, where they are not of these sources.
 * The last lines say what failed and why.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, { createReadStream, createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { run } from 'node:test'
import { tap } from 'node:test/reporters'
import { inspect } from 'node:util'
import { LEAST_OF_TESTS, underCurrentNode } from './current_node.mjs'
import { install, makeBuilt, makePage, root } from './setup.mjs'
import { together } from './together.mjs'

/** What hangs must end, so that the run can say so: a test after that time, a run in which no test ends for so long. */
const TIMEOUT_MS = 10 * 60_000
const STOPPED = `stopped: no test of the run ended for ${TIMEOUT_MS / 60_000} minutes. This file hung, or waited for one that did`
/** What Node makes of the sources, and how long each file took the last time. */
const KEPT = path.join(root, 'node_modules', '.cache', 'mintmark-tests')

await underCurrentNode({ least: LEAST_OF_TESTS })
process.chdir(root)
install()
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const flags = new Set(process.argv.slice(2).filter((word) => word.startsWith('--')))
// Imported by name it would not be there for the Node that looks for a current one.
const every = fs.globSync(['packages/*/test/**/*.test.ts', 'tests/*/{src,test}/**/*.test.ts']).toSorted()
const isBuilt = (file) => /^tests.(?!repo\b)/.test(file)
const showsPage = (file) => /^packages.(?:cli|web)\b/.test(file)
const isLong = (file) => isBuilt(file) || file.endsWith('.long.test.ts')
const files = [...new Set((words.length === 0 ? [''] : words).flatMap(filesOf))]
if (files.length === 0) {
  console.error(`no test file matches ${words.join(' ')}`)
  process.exit(2)
}
if (files.some(isBuilt)) makeBuilt()
else if (files.some(showsPage)) makePage()
mkdirSync(KEPT, { recursive: true })
process.env.NODE_COMPILE_CACHE ??= path.join(KEPT, 'compiled')
// Where it is set, each of some thousand processes reads a whole root store before it does anything: 0.07 s of CPU. npm alone needs it.
if (process.env.NODE_EXTRA_CA_CERTS) process.env.npm_config_cafile ??= process.env.NODE_EXTRA_CA_CERTS
delete process.env.NODE_EXTRA_CA_CERTS
if (flags.has('--watch')) {
  const [status] = await once(spawn(process.execPath, ['--test', '--watch', ...files], { stdio: 'inherit' }), 'close')
  process.exit(status ?? 1)
}
const notes = mkdtempSync(path.join(tmpdir(), 'mintmark-tests-'))
process.on('exit', () => rmSync(notes, { recursive: true, force: true }))
/** Where files of the run share what takes long to make. */
process.env.MINTMARK_MADE = path.join(notes, 'made')
mkdirSync(process.env.MINTMARK_MADE)

const durations = readDurations()
const failures = []
// Those of packages keep to themselves and run side by side, as do processes that are asked for their cores. The others
// below tests/ share what there is one of (the kernel's setting for cores), so one runs after the other. They wait for most
// of their time: the rest runs beside them.
const isAlone = (file) => /^tests.(?:e2e|browser)/.test(file)
const printed = path.join(notes, 'printed')
const alone = testAll(files.filter(isAlone), 1, createWriteStream(printed))
await testAll(files.filter((file) => !isAlone(file)), availableParallelism(), process.stdout)
await alone
await pipeline(createReadStream(printed), process.stdout, { end: false })
writeFileSync(path.join(KEPT, 'durations.json'), JSON.stringify(durations))
if (failures.length > 0) console.log('\nFailed:\n')
for (const { place, test, reason } of failures) console.log(`${place} ${test}\n${reason.replace(/^/gm, '    ')}\n`)
process.exit(process.exitCode ?? 0)

/** Those of a word, of `''` all: the short ones, and where there are none the long. */
function filesOf(word) {
  const found = every.filter((file) => file.includes(word))
  const short = found.filter((file) => !isLong(file))
  if (flags.has('--long')) return found.filter(isLong)
  return flags.has('--all') || short.length === 0 ? found : short
}

/** Runs these files, the longest first: one that is begun last keeps a core idle. */
async function testAll(own, concurrency, output) {
  const started = together(own.toSorted((a, b) => expectedMs(b) - expectedMs(a)), { isLong, folder: notes })
  // Node's own time limit ends a test. It does not end a process that is busy, or that has something open.
  const stalled = new AbortController()
  const watch = setTimeout(() => stalled.abort(), TIMEOUT_MS)
  const { signal } = stalled
  const filesIn = (name) => started.find(({ start }) => start === name)?.files ?? []
  const tests = run({ files: started.map(({ start }) => start), concurrency, timeout: TIMEOUT_MS, signal })
  tests.on('test:fail', ({ name, file = '', line, details: { error } }) => {
    process.exitCode = 1
    if (error.failureType === 'subtestsFailed') return
    const isStopped = error.failureType === 'testAborted'
    const reason = isStopped ? STOPPED : inspect(error.cause ?? error, { depth: 3, breakLength: 110 })
    const place = filesIn(file).length > 1 ? filesIn(file).join(', ') : `${path.relative(root, file)}:${line}`
    failures.push({ place, test: name, reason })
  })
  tests.on('test:complete', ({ name, details }) => {
    watch.refresh()
    if (signal.aborted) return
    const held = filesIn(name)
    for (const file of held) durations[file] = details.duration_ms / held.length
  })
  const end = output !== process.stdout
  await pipeline(own.length === 0 ? new PassThrough().end() : tests.compose(tap), output, { end })
  clearTimeout(watch)
}

/** What it took the last time. Of a file that is new here, the size is all there is: a byte counts as a millisecond. */
function expectedMs(file) {
  return durations[file] ?? statSync(file).size
}

function readDurations() {
  try {
    return JSON.parse(readFileSync(path.join(KEPT, 'durations.json'), 'utf8'))
  } catch {
    return {}
  }
}
