/**
 * A reporter for node:test: what failed and why, and nothing else. Meant for a file that is printed last, so that
 * whoever sees only the end of a long run sees that.
 */
import path from 'node:path'
import { inspect } from 'node:util'

/** `path:line test`, then the error with its stack, for each test that failed of itself and not by one within it. */
export default async function* failedTests(events) {
  for await (const { type, data } of events) {
    const error = type === 'test:fail' ? data.details.error : undefined
    if (error && error.failureType !== 'subtestsFailed') yield `${placeOf(data)} ${data.name}\n${reasonOf(error)}\n\n`
  }
}

function placeOf({ file, line }) {
  return file ? `${path.relative(process.cwd(), file)}:${line}` : 'somewhere:'
}

function reasonOf(error) {
  const text = inspect(error.cause ?? error, { depth: 3, breakLength: 110 })
  return text.replace(/^/gm, '    ')
}
