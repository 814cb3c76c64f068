/** The outcome for a file that another system dropped. */
import { lstatSync, type Stats, unlinkSync } from 'node:fs'
import { safeText } from '@mintmark/core'
import type { ClassPolicy } from '@mintmark/scan/findings/policy'
import type { FileId } from './taken_before.ts'

export type Counts = ClassPolicy['counts']

export interface MemberNote {
  readonly name: string
  readonly text: string
  readonly isProblem: boolean
}

interface OfMembers {
  readonly members?: readonly MemberNote[]
  /** Some of it was written: what was erased counts as this. */
  readonly written?: Counts
}

export type Taken =
  /** It is in the spool; what was erased counts as `counts`. */
  | ({
      readonly outcome: 'written'
      readonly counts: Counts
      readonly isRemoved: boolean
    } & OfMembers)
  | { readonly outcome: 'no-dump' }
  /** It may be a dump and is not taken, however often it is examined. */
  | ({ readonly outcome: 'left'; readonly why: string } & OfMembers)
  /** Its core was in the spool: a receiver was killed before it removed the raw file. */
  | { readonly outcome: 'removed' }
  | { readonly outcome: 'elsewhere' }
  | ({ readonly outcome: 'failed'; readonly why: string } & OfMembers)

export type Claim =
  | { readonly release: () => void; readonly isWritten: boolean }
  | 'elsewhere'
  | 'done'

export interface TakeHow {
  readonly isRemoved: boolean
  readonly claim?: () => Claim
  /** Contents of the spool; for archives, whose members may be there in part. */
  readonly before?: () => ReadonlyMap<FileId, 'core' | 'report'>
}

export const failed = (why: string): Taken => ({ outcome: 'failed', why })

export const left = (why: string): Taken => ({ outcome: 'left', why })

/** Removes a raw file if it is still the one that was read; otherwise gives why not. */
export function removeSame(filePath: string, read: Stats): string | undefined {
  const now = lstatSync(filePath)
  const isSame = now.dev === read.dev && now.ino === read.ino
  if (!isSame || now.size !== read.size || now.mtimeMs !== read.mtimeMs)
    return `${safeText(filePath)} was changed while it was read: it is left there`
  unlinkSync(filePath)
  return undefined
}
