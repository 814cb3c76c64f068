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
  ['ENOTDIR', 'a file is where a folder should be'],
  ['EEXIST', 'a file is where a folder should be'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
])

/** Of the disk, of a quota, of the size of a file. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

export const whyUnread = (errno: string): string => READ.get(errno) ?? errno

export const whyUnwritten = (errno: string): string => WRITE.get(errno) ?? errno

export function errnoOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : ''
}

/** `INPUT_UNREADABLE`, with the path, the reason in words and the system's name of the error. */
export function unreadable(path: string, cause: unknown): MintmarkError {
  const errno = errnoOf(cause)
  const why =
    errno === 'ENOENT' && path.includes('\uFFFD')
      ? 'its name is not UTF-8: rename it'
      : whyUnread(errno)
  const message = `${path} cannot be read: ${why}`
  return new MintmarkError('INPUT_UNREADABLE', message, { errno, path }, { cause })
}

/** `DISK_FULL` or `OUTPUT_UNWRITABLE`; what is no failed system call is returned as it is. */
export function unwritable(path: string, cause: unknown): unknown {
  const errno = errnoOf(cause)
  if (errno === '' || cause instanceof MintmarkError) return cause
  const isFull = FULL.has(errno)
  const why = isFull ? 'the disk has no room' : whyUnwritten(errno)
  const code = isFull ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE'
  return new MintmarkError(code, `${path} cannot be written: ${why}`, { errno, path }, { cause })
}

export async function writingIn<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw unwritable(folder, cause)
  }
}
