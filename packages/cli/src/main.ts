/**
 * argv → a command → an exit code. The only place that ends the process.
 *
 * @module
 */
import { startForScan } from './early_scan.ts'
import { type ExitCode, type Io, processIo } from './io.ts'

export async function main(args: readonly string[], io: Io = processIo()): Promise<void> {
  // A reader that has seen enough (`| head`) closes the pipe: that is no failure of ours, and what was found stays found.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? (io.codeIfUnread?.() ?? 0) : 3)
  })
  startForScan(args)
  const { runProgram } = await import('./program.ts')
  const code: ExitCode = await runProgram(args, io)
  process.exit(code)
}
