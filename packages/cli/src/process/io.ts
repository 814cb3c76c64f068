import { errnoOf } from '@mintmark/core'
import type { ExitCode } from './exit_codes.ts'

type IfUnread = ExitCode | 'own' | 'lost'

/** What a command uses besides files, so that tests run it without a process. */
export interface Io {
  /**
   * Resolves when handed over: an export must not outrun a slow pipe. `code`: exit code if nobody
   * reads on. `lost`: that is a failure. `isInFile`: a failed print is reported, and `code` still
   * applies.
   */
  readonly out: (text: string, code?: IfUnread, isInFile?: boolean) => Promise<void>
  readonly err: (text: string) => void
  readonly showsProgress: boolean
  readonly isTerminal?: boolean
  /** Columns that text may take; `Infinity` where tables are to be whole. Default 80. */
  readonly width?: number
  readonly isQuiet?: boolean
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
  readonly codeIfUnread?: () => IfUnread
  readonly codeIfUnprinted?: () => ExitCode
}

export const isClosed = (error: Error): boolean => errnoOf(error) === 'EPIPE'

export const WIDTH = 80

export const widthOf = ({ width = WIDTH }: Io): number => width

const NARROWEST = 40

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
