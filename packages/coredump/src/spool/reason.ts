/** Why a core was lost, in words that contain nothing of it. */
import { errnoOf, MintmarkError } from '@mintmark/core'

const FULL = 'the disk is full (DISK_FULL)'
const NO_MEMORY = 'there was not enough memory'
/** Causes that an operator can act on; others have the system's name. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', FULL],
  ['EDQUOT', FULL],
  ['EROFS', "the spool's file system is read-only (EROFS)"],
  ['ENOENT', 'something was removed from the spool meanwhile, or the spool itself (ENOENT)'],
  ['ENOMEM', `${NO_MEMORY} (ENOMEM)`],
])

/** Of an internal error only its kind. */
export function reasonOf(error: unknown): string {
  if (error instanceof MintmarkError) return `${error.message} (${error.code})`
  const errno = errnoOf(error)
  if (errno !== '') return WORDS.get(errno) ?? `the system said ${errno}`
  if (isForWantOfMemory(error)) return NO_MEMORY
  return `an internal error, ${error instanceof Error ? error.name : 'of no kind'}`
}

/** As V8 says it of buffers, and of the memory of WebAssembly. */
const isForWantOfMemory = (error: unknown): boolean =>
  error instanceof RangeError && /allocat/.test(error.message)
