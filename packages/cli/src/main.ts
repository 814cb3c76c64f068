/** argv → a command → an exit code. The only place that ends the process. */
import { type ExitCode, NOT_ANSWERED } from './process/exit_codes.ts'
import { type Io, isClosed, processIo } from './process/io.ts'

export async function main(args: readonly string[], io: Io = processIo()): Promise<void> {
  // A reader that has seen enough (`| head`) closes the pipe: that is no failure, and the exit code stays.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const code = io.codeIfUnread?.() ?? 0
    if (isClosed(error) && code !== 'lost') {
      if (code !== 'own') process.exit(code)
      return
    }
    io.err(`mintmark: standard output cannot be written to (${error.code ?? 'unknown'})\n`)
    process.exit(io.codeIfUnprinted?.() ?? 3)
  })
  // Nothing is left that could go on: a command that has not ended never will, and Node would end it in silence.
  process.once('beforeExit', () => {
    io.err('mintmark: a bug, please report it: the command stopped before its end\n')
    process.exit(NOT_ANSWERED)
  })
  const { runProgram } = await import('./program/program.ts')
  const code: ExitCode = await runProgram(args, io)
  process.exit(code)
}
