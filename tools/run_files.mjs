/**
 * Runs test files, each in a process of its own, and prints TAP: `node --test` that takes them in the order in which
 * they are given, where the command sorts them. What is given first starts first.
 *
 * Usage: node tools/run_files.mjs AT-ONCE FAILURES FILE…; FAILURES gets what {@link failedTests} tells.
 */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { run } from 'node:test'
import { tap } from 'node:test/reporters'
import failedTests from './failed_tests.mjs'

/** What hangs must end, so that the run can say so: a file takes five minutes at most. */
const TIMEOUT_MS = 10 * 60_000

const [atOnce, failures, ...files] = process.argv.slice(2)
const tests = run({ files, concurrency: Number(atOnce), timeout: TIMEOUT_MS })
tests.on('test:fail', () => {
  process.exitCode = 1
})
await Promise.all([
  pipeline(tests.compose(tap), process.stdout, { end: false }),
  pipeline(tests.compose(failedTests), createWriteStream(failures)),
])
