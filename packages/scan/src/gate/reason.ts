/**
 * Why a core was lost, in words that hold nothing of it.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { errnoOf } from './spool.ts'

/** Of an error that is not ours only its kind. */
export function reasonOf(error: unknown): string {
  if (error instanceof MintmarkError) return `${error.message} (${error.code})`
  const errno = errnoOf(error)
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return 'the disk is full (DISK_FULL)'
  if (errno !== 'UNKNOWN') return `the system said ${errno}`
  return `an error of ours, ${error instanceof Error ? error.name : 'of no kind'}`
}
