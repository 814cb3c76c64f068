/**
 * What a command is: its entry on the command line, and the function that carries it out.
 *
 * @module
 */
import type { Option } from 'commander'
import type { ExitCode } from './exit_codes.ts'
import type { Io } from './io.ts'

/** Options and operands of one call, as commander hands them over. */
export type Options = Readonly<Record<string, unknown>>
export type Handler = (args: readonly string[], options: Options, io: Io) => Promise<ExitCode>

export interface Spec {
  readonly usage: string
  readonly summary: string
  readonly example?: string
  /** Where text is enough: its flags, two blanks, and what it does. */
  readonly options?: readonly (Option | string)[]
  /** Programs read what it prints, whatever its options: it is neither wrapped nor coloured. */
  readonly isData?: boolean
  /** Left out where the command only has others below it. */
  readonly load?: () => Promise<Handler>
  /** Commands below this one; it may then have no mandatory option, which they would have too. */
  readonly children?: readonly Spec[]
}
