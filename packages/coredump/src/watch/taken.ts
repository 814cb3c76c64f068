/** What became of a file that another system dropped. @module */
import type { ClassPolicy } from '@mintmark/scan/findings/policy'
import type { FileId } from './taken_before.ts'

export type Counts = ClassPolicy['counts']

/** A member of an archive, and what is said of it. */
export interface MemberNote {
  readonly name: string
  readonly text: string
  /** It may be a dump and is not taken. */
  readonly isProblem: boolean
}

/** Of an archive. */
interface OfMembers {
  readonly members?: readonly MemberNote[]
  /** Some of it was written: what was erased counts as this. */
  readonly landed?: Counts
}

export type Taken =
  /** It is in the spool; what was erased counts as `counts`. */
  | ({
      readonly outcome: 'written'
      readonly counts: Counts
      readonly isRemoved: boolean
    } & OfMembers)
  /** Text, which is no dump, or nothing. */
  | { readonly outcome: 'no-dump' }
  /** It may be a dump and is not taken, however often it is examined. */
  | ({ readonly outcome: 'left'; readonly why: string } & OfMembers)
  /** Its core was in the spool already: what took it was ended before it could remove the raw file. */
  | { readonly outcome: 'removed' }
  /** Another watch has it. */
  | { readonly outcome: 'elsewhere' }
  | ({ readonly outcome: 'failed'; readonly why: string } & OfMembers)

/**
 * What gives a dump up again that nobody else may take meanwhile, and whether only its raw file is left; or why it is
 * not to be taken.
 */
export type Claim =
  | { readonly release: () => void; readonly isWritten: boolean }
  | 'elsewhere'
  | 'done'

export interface TakeHow {
  /** Whether the raw file goes once its core is in the spool. */
  readonly isRemoved: boolean
  /** Asked for what is to be taken alone. */
  readonly claim?: () => Claim
  /** What is in the spool already; asked for archives, of which some members may. */
  readonly before?: () => ReadonlyMap<FileId, 'core' | 'report'>
}

export const failed = (why: string): Taken => ({ outcome: 'failed', why })

export const left = (why: string): Taken => ({ outcome: 'left', why })
