/**
 * Tables that a portal exported while it showed times in the analyst's own zone: `TimeGenerated [Local Time]`.
 *
 * The file does not say which zone that is, and a time that is hours off makes wrong verdicts. So every row is a
 * reject, `time-unproven`, and the file is not merely one that nobody knows.
 *
 * @module
 */
import { rememberedOf } from '@mintmark/core'
import type { Adapter } from '../model/adapter.ts'

const LOCAL =
  /^(?:TimeGenerated|CreatedDateTime|ActivityDateTime|Timestamp|Date) ?[[(](?!\s*UTC)[^[\]()]{1,60}[\])]$/i
const UTC =
  /^(?:TimeGenerated|CreatedDateTime|ActivityDateTime|Timestamp|Date)(?: ?[[(]\s*UTC\s*[\])])?$/i

/** The column of local times of a header that has none in UTC; `''` for any other header. */
const localColumn = rememberedOf((columns: readonly string[]): string => {
  const hasUtc = columns.some((column) => UTC.test(column))
  return hasUtc ? '' : (columns.find((column) => LOCAL.test(column)) ?? '')
})

export const localTimesCsv: Adapter = {
  shape: 'local-times-csv',
  accepts: (_row, { columns }) => columns !== undefined && localColumn(columns) !== '',
  read(_row, { columns }, sink) {
    const detail = columns === undefined ? '' : localColumn(columns).slice(0, 60)
    sink.reject({ kind: 'payload', reason: 'time-unproven', detail })
  },
}
