import { type ExitCode, type Io, runProgram } from '../src/index.ts'

/** What one call of the program printed, and how it ended. */
export interface Outcome {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** Runs the program in this process. */
export async function mintmark(...args: readonly string[]): Promise<Outcome> {
  let out = ''
  let err = ''
  const io: Io = {
    out: (text) => {
      out += text
      return Promise.resolve()
    },
    err: (text) => {
      err += text
    },
    showsProgress: false,
    now: () => 0,
  }
  const code = await runProgram(args, io)
  return { code, out, err }
}

/** The same with lines as long as they are. */
export const unwrapped = async (...args: readonly string[]): Promise<Outcome> =>
  await mintmark('--wide', ...args)
