/** What chDB and the file system throw, as errors of this package. */
import { isObject, MintmarkError, text } from '@mintmark/core'
import { NO_ROOM } from './engine_error.ts'

/** ClickHouse's number of an error; 0 where it has none. */
export function numberOf(cause: unknown): number {
  return isObject(cause) && typeof cause['clickhouseCode'] === 'number'
    ? cause['clickhouseCode']
    : 0
}

/** `DISK_FULL` or `OUTPUT_UNWRITABLE`; an error of this package stays what it is. */
export function fileError(cause: unknown): MintmarkError {
  if (cause instanceof MintmarkError) return cause
  const errno = isObject(cause) ? (text(cause, 'code') ?? '') : ''
  const full = errno === 'ENOSPC' || errno === 'EDQUOT'
  const code = full ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE'
  const message = cause instanceof Error ? cause.message : String(cause)
  const said = full ? `${NO_ROOM} (${message})` : message
  return new MintmarkError(code, said, { errno }, { cause })
}
