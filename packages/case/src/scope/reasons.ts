/**
 * Why nothing bounds what was exposed: codes, and the words that are printed in place of a number.
 *
 * @module
 */
import { plural } from '@mintmark/core'

/** Every code, in the order in which reasons are given. */
export const UNBOUNDED_CODES = [
  'no-mailbox-auditing',
  'throttled',
  'reads-without-items',
  'record-cut',
  'graph-lists',
  'synced-folders',
  'access-log-hole',
  'access-records-lost',
  'access-log-capped',
] as const
export type UnboundedCode = (typeof UNBOUNDED_CODES)[number]

/** How often one cause is there: mailboxes, records, folders or times, as its words say. */
export interface Reason {
  readonly code: UnboundedCode
  readonly count: number
}

const WORDS: Readonly<Record<UnboundedCode, (count: number) => string>> = {
  'no-mailbox-auditing': (n) => `${plural(n, 'mailbox', 'mailboxes')} without a record of reading`,
  throttled: (n) => `recording of reads stopped for a day in ${plural(n, 'mailbox', 'mailboxes')}`,
  'reads-without-items': (n) => `${plural(n, 'record')} of reading without messages`,
  'record-cut': (n) => `${plural(n, 'record')} cut short`,
  'graph-lists': (n) => `${plural(n, 'list')} of messages without their names`,
  'synced-folders': (n) => `${plural(n, 'folder')} synchronised whole`,
  'access-log-hole': (n) => `${plural(n, 'silence')} in the access log`,
  'access-records-lost': (n) => `records of the access log lost at ${plural(n, 'time')}`,
  'access-log-capped': (n) => `${plural(n, 'export')} of the access log cut off`,
}

/** Each code once, with the sum of its counts. */
export function summed(reasons: readonly Reason[]): Reason[] {
  return UNBOUNDED_CODES.flatMap((code) => {
    const count = reasons.reduce((sum, one) => (one.code === code ? sum + one.count : sum), 0)
    return count === 0 ? [] : [{ code, count }]
  })
}

/** `7 folders synchronised whole, 1 record cut short`; `''` without a reason. */
export function reasonText(reasons: readonly Reason[]): string {
  return summed(reasons)
    .map(({ code, count }) => WORDS[code](count))
    .join(', ')
}
