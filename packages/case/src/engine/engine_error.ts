/** What an engine and the file system throw, as errors of this package. */

import { errnoOf, isObject, MintmarkError } from '@mintmark/core'

/** NOT_ENOUGH_SPACE, CANNOT_WRITE_TO_FILE_DESCRIPTOR, CANNOT_WRITE_AFTER_END_OF_BUFFER's cause, fsync. */
const DISK_FULL_NUMBERS = new Set([243, 75, 76, 87])
const NO_SPACE = /No space left on device|errno: 28\b|ENOSPC|NOT_ENOUGH_SPACE/u

export function engineError(cause: unknown, number: number): MintmarkError {
  if (cause instanceof MintmarkError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const full =
    number === 243 || ((number === 0 || DISK_FULL_NUMBERS.has(number)) && NO_SPACE.test(message))
  const code = full ? 'DISK_FULL' : 'ENGINE_QUERY'
  const known = number === 0 ? numberIn(message) : number
  const said = full ? `${NO_ROOM} (${message})` : message
  return new MintmarkError(code, said, { clickhouse: known }, { cause })
}

const NO_ROOM =
  'no space left where the case is kept. Nothing is lost: make room, and run the same command again'

function numberIn(message: string): number {
  const match = /\bCode: (\d+)\b/u.exec(message.slice(0, 200))
  return match === null ? 0 : Number(match[1])
}

export function numberOf(cause: unknown): number {
  return isObject(cause) && typeof cause['clickhouseCode'] === 'number'
    ? cause['clickhouseCode']
    : 0
}

/** `DISK_FULL` or `OUTPUT_UNWRITABLE`; an error of this package stays what it is. */
export function fileError(cause: unknown): MintmarkError {
  if (cause instanceof MintmarkError) return cause
  const errno = errnoOf(cause)
  const full = errno === 'ENOSPC' || errno === 'EDQUOT'
  const code = full ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE'
  const message = cause instanceof Error ? cause.message : String(cause)
  const said = full ? `${NO_ROOM} (${message})` : message
  return new MintmarkError(code, said, { errno }, { cause })
}
