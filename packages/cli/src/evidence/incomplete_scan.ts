import type { LimitCode, ScanReport } from '@mintmark/scan'

const INCOMPLETE: ReadonlySet<LimitCode> = new Set([
  'unreadable',
  'thread-failed',
  'unpack-failed',
  'nothing-unpacked',
])

/** Whether parts of a file were not searched at all, for a reason that may pass. */
export function isIncomplete({ limits }: Pick<ScanReport, 'limits'>): boolean {
  return limits.some(({ code }) => INCOMPLETE.has(code))
}
