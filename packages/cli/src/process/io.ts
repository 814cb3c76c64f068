import { errnoOf } from '@mintmark/core'
import type { ExitCode } from './exit_codes.ts'

type IfUnread = ExitCode | 'own' | 'lost'

/** What a command uses besides files, so that tests run it without a process. */
export interface Io {
  /**
   * Resolves when the text is handed over: an export must not outrun a slow pipe.
   * @param code what the process ends with if nobody reads on (`| head`), `own` what the command returns; 0 if left out.
   * `lost`: the text must not be lost, so that is a failure, which is reported
   * @param isInFile the answer is also in a file: if it cannot be printed, that is reported and `code` still applies
   */
  readonly out: (text: string, code?: IfUnread, isInFile?: boolean) => Promise<void>
  readonly err: (text: string) => void
  /** Whether a person looks at standard error, so that progress is worth showing. */
  readonly showsProgress: boolean
  /** Whether a person looks at standard output. */
  readonly isTerminal?: boolean
  /** Columns that text may take; `Infinity` where tables are to be whole. Default 80. */
  readonly width?: number
  /** Whether notes are left out; see `note`. */
  readonly isQuiet?: boolean
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
  /** What the process ends with if nobody reads what it printed last. */
  readonly codeIfUnread?: () => IfUnread
  /** What the process ends with if standard output does not take what was printed last. */
  readonly codeIfUnprinted?: () => ExitCode
}

export const isClosed = (error: Error): boolean => errnoOf(error) === 'EPIPE'

export const WIDTH = 80

export const widthOf = ({ width = WIDTH }: Io): number => width

const NARROWEST = 40

/** Columns of the terminal; in a pipe those that the environment names. */
function columnsOf({ columns }: { readonly columns?: number }): number {
  const named = Number(process.env['COLUMNS'] ?? Number.NaN)
  const found = columns ?? (Number.isInteger(named) && named > 0 ? named : WIDTH)
  return Math.max(NARROWEST, found)
}

export function processIo(): Io {
  let codeIfUnread: IfUnread = 0
  let codeIfUnprinted: ExitCode = 3
  return {
    codeIfUnread: () => codeIfUnread,
    codeIfUnprinted: () => codeIfUnprinted,
    out: (text, code = 0, isInFile = false) =>
      new Promise((resolve, reject) => {
        codeIfUnread = code
        codeIfUnprinted = isInFile && typeof code === 'number' ? code : 3
        process.stdout.write(text, (error) =>
          error && !(code === 'own' && isClosed(error)) ? reject(error) : resolve(),
        )
      }),
    err: (text) => {
      process.stderr.write(text)
    },
    showsProgress: process.stderr.isTTY,
    isTerminal: process.stdout.isTTY,
    width: columnsOf(process.stdout),
    now: () => Date.now(),
  }
}
