/**
 * Columns whose value is not a member of the row: the same on the page and in an export.
 *
 * @module
 */
import { baseRateText } from '@mintmark/case/conclusion_text'
import type { ColumnOf } from './table.ts'

/** In words, sorted by the share. */
export const BASE_RATE: ColumnOf<{ readonly baseRate: Parameters<typeof baseRateText>[0] }> = {
  name: 'baseRate',
  value: ({ baseRate }) => baseRateText(baseRate),
  by: ({ baseRate }) => (baseRate === null ? null : baseRate.issued / baseRate.of),
}
