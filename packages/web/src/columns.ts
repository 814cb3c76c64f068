/** Columns whose value is not a member of the row: the same on the page and in an export. */
import { baseRateText } from '@mintmark/case/conclusion_text'
import type { ColumnOf } from './table.ts'

/** Whose an access is: its class, or `ambiguous`. */
export const ACCESS_CLASS: ColumnOf<{ readonly party: string; readonly class: string }> = {
  name: 'class',
  value: (row) => (row.party === 'ambiguous' ? 'ambiguous' : row.class),
}

export const ACCESS_TARGET: ColumnOf<{ readonly account: string; readonly objectPath: string }> = {
  name: 'target',
  value: ({ account, objectPath }) => (account === '' ? objectPath : account),
}

/** Whose mailbox a hit is about; where it is about none, who acted. */
export const HIT_ACCOUNT: ColumnOf<{ readonly mailbox: string; readonly principal: string }> = {
  name: 'account',
  value: ({ mailbox, principal }) => (mailbox === '' ? principal : mailbox),
}

export const BASE_RATE: ColumnOf<{ readonly baseRate: Parameters<typeof baseRateText>[0] }> = {
  name: 'baseRate',
  value: ({ baseRate }) => baseRateText(baseRate),
  by: ({ baseRate }) => (baseRate === null ? null : baseRate.issued / baseRate.of),
}
