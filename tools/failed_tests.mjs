/**
 * A reporter for node:test: what failed and why, a line of JSON each, and nothing else. Meant for a file, which whoever
 * ran the tests reads when they are over.
 */
import path from 'node:path'
import { inspect } from 'node:util'

/** `{file, line, test, reason}` for each test that failed of itself and not by one within it. `file`: where it is written. */
export default async function* failedTests(events) {
  for await (const { type, data } of events) {
    const error = type === 'test:fail' ? data.details.error : undefined
    if (error && error.failureType !== 'subtestsFailed') yield `${JSON.stringify(failureOf(data, error))}\n`
  }
}

function failureOf({ name, file, line }, error) {
  const reason = inspect(error.cause ?? error, { depth: 3, breakLength: 110 })
  return { file: path.relative(process.cwd(), file ?? ''), line, test: name, reason }
}
