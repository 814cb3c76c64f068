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

/** Whether a file is an archive that was not opened, or a PDF of which not all could be read. */
export function isUnopened({ limits }: Pick<ScanReport, 'limits'>): boolean {
  return limits.some(({ code }) => code === 'not-unpacked' || code === 'pdf-unread')
}
