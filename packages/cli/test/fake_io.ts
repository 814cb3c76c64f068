import { type ExitCode, type Io, runProgram } from '../src/index.ts'

/** What one call of the program printed, and how it ended. */
export interface Outcome {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** Runs the program in this process, with what of its surroundings is otherwise. */
export async function run(
  args: readonly string[],
  otherwise: Partial<Io> = {},
  onOut: (text: string) => void = () => undefined,
): Promise<Outcome> {
  let [out, err] = ['', '']
  const io: Io = {
    out: (text) => {
      out += text
      onOut(text)
      return Promise.resolve()
    },
    err: (text) => {
      err += text
    },
    showsProgress: false,
    now: () => 0,
    ...otherwise,
  }
  return { code: await runProgram(args, io), out, err }
}

export const mintmark = (...args: readonly string[]): Promise<Outcome> => run(args)

/** The same with lines as long as they are. */
export const unwrapped = async (...args: readonly string[]): Promise<Outcome> =>
  await mintmark('--wide', ...args)
