/**
 * Tables that a portal exported while it showed times in the analyst's own zone: `TimeGenerated [Local Time]`.
 *
 * The file does not say which zone that is, and a time that is hours off makes wrong verdicts. So every row is a
 * reject, `time-unproven`, and the file is not merely one that nobody knows.
 *
 * @module
 */
import type { Adapter } from '../model/adapter.ts'

const LOCAL =
  /^(?:TimeGenerated|CreatedDateTime|ActivityDateTime|Timestamp|Date) ?[[(](?!\s*UTC)[^[\]()]{1,60}[\])]$/i
const UTC =
  /^(?:TimeGenerated|CreatedDateTime|ActivityDateTime|Timestamp|Date)(?: ?[[(]\s*UTC\s*[\])])?$/i

// Only a cache: the same header always gives the same answer.
const known = new WeakMap<readonly string[], string>()

/** The column of local times of a header that has none in UTC; `''` for any other header. */
function localColumn(columns: readonly string[]): string {
  const found = known.get(columns)
  if (found !== undefined) return found
  const hasUtc = columns.some((column) => UTC.test(column))
  const local = hasUtc ? '' : (columns.find((column) => LOCAL.test(column)) ?? '')
  known.set(columns, local)
  return local
}

export const localTimesCsv: Adapter = {
  shape: 'local-times-csv',
  accepts: (_row, { columns }) => columns !== undefined && localColumn(columns) !== '',
  read(_row, { columns }, sink) {
    const detail = columns === undefined ? '' : localColumn(columns).slice(0, 60)
    sink.reject({ kind: 'payload', reason: 'time-unproven', detail })
  },
}
