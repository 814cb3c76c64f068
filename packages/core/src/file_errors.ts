/**
 * Why a file cannot be read or written, in words.
 *
 * @module
 */
import { MintmarkError } from './errors.ts'

const READ: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ELOOP', 'links that lead nowhere'],
  ['EISDIR', 'it is a folder'],
])

const WRITE: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such folder'],
  ['ENOTDIR', 'there is no such folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
])

/** Why a file cannot be read; where there are no words, the system's own name. */
export const whyUnread = (errno: string): string => READ.get(errno) ?? errno

/** Why a file cannot be written; where there are no words, the system's own name. */
export const whyUnwritten = (errno: string): string => WRITE.get(errno) ?? errno

/** The `code` of a failed system call; `''` for anything else. */
export function errnoOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : ''
}

/** `INPUT_UNREADABLE`, with the path, the reason in words and the system's name of the error. */
export function unreadable(path: string, cause: unknown): MintmarkError {
  const errno = errnoOf(cause)
  const message = `${path} cannot be read: ${whyUnread(errno)}`
  return new MintmarkError('INPUT_UNREADABLE', message, { errno, path }, { cause })
}
