/** What an engine and the file system throw, as errors of this package. @module */
import { errnoOf, isObject, MintmarkError } from '@mintmark/core'

/** NOT_ENOUGH_SPACE, CANNOT_WRITE_TO_FILE_DESCRIPTOR, CANNOT_WRITE_AFTER_END_OF_BUFFER's cause, fsync. */
const DISK_FULL_NUMBERS = new Set([243, 75, 76, 87])
const NO_SPACE = /No space left on device|errno: 28\b|ENOSPC|NOT_ENOUGH_SPACE/u

/** The typed error for what an engine reported, with ClickHouse's number, 0 for none, in `facts.clickhouse`. */
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

/** What a full disk means, before the engine's or the system's own words. */
export const NO_ROOM =
  'no space left where the case is kept. Nothing is lost: make room, and run the same command again'

/** `Code: 60. DB::Exception: …` is at or near the start of every message of the engine. */
function numberIn(message: string): number {
  const match = /\bCode: (\d+)\b/u.exec(message.slice(0, 200))
  return match === null ? 0 : Number(match[1])
}

/** ClickHouse's number of an error; 0 where it has none. */
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
