/** argv → a command → an exit code. The only place that ends the process. @module */

import { compileLess, forSearches } from './process/compiling.ts'
import type { ExitCode } from './process/exit_codes.ts'
import { type Io, processIo } from './process/io.ts'

/** Commands that search dumps for keys. */
const SEARCHES: ReadonlySet<string> = new Set(['scan', 'scrub'])

export async function main(args: readonly string[], io: Io = processIo()): Promise<void> {
  // A reader that has seen enough (`| head`) closes the pipe: that is no failure, and the exit code stays.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(io.codeIfUnread?.() ?? 0)
    io.err(`mintmark: standard output cannot be written to (${error.code ?? 'unknown'})\n`)
    process.exit(io.codeIfUnprinted?.() ?? 3)
  })
  // Before compiled code is read: V8 accepts it under these flags alone.
  const called = args.slice(args.findIndex((each) => !each.startsWith('-')))
  if (SEARCHES.has(called[0] ?? '')) forSearches()
  else if (called[0] === 'investigate') compileLess()
  const { runProgram } = await import('./program/program.ts')
  const code: ExitCode = await runProgram(args, io)
  process.exit(code)
}
