/** What a scope and a timeline leave open: how much, whose mail, and when. */

import { minute, plural } from '@mintmark/core'
import type { Scope } from '../scope/scope.ts'
import type { CoverageBand, Timeline } from '../scope/timeline.ts'
import { type AccessLoss, UNBOUNDED_CODES, type UnboundedCode } from '../scope/unbounded.ts'
import { asUnknown, someOf, type Unknown } from './wording.ts'

const WHOLE_MAILBOX: Readonly<Record<UnboundedCode, readonly [text: string, settledBy: string]>> = {
  'no-mailbox-auditing': [
    'no MailItemsAccessed record at all: what was read there left no trace',
    'Unified audit log with MailItemsAccessed for these mailboxes (Purview Audit; before June 2024 only with E5 or G5), or an export of the mailboxes to bound it',
  ],
  throttled: [
    'recording of reads stopped for 24 hours after a throttled record: assume all of the mailbox',
    'Folder statistics of these mailboxes (Get-MailboxFolderStatistics), which bound the number',
  ],
  'synced-folders': [
    'a folder was synchronised as a whole and its messages are not named',
    'Folder statistics of these folders (Get-MailboxFolderStatistics), or a message trace, of that time',
  ],
  'reads-without-items': [
    'a record of reading names no message',
    'The same records from an export that keeps nested values (AuditData as JSON)',
  ],
  'record-cut': [
    'a record was cut short, and the messages behind the cut are not named',
    'The original export, not saved again by a spreadsheet',
  ],
  'access-log-hole': [
    'the access log is silent while the attacker could have been active: what was read then is not seen',
    'A second export of that log for these times, or folder statistics of these mailboxes',
  ],
  'access-records-lost': [
    'records of the access log could not be read at a time when the attacker could have been active',
    'The export again, or folder statistics of these mailboxes',
  ],
  'access-log-capped': [
    'the export of the access log was cut off while the attacker could have been active',
    'The export again by shorter periods, or folder statistics of these mailboxes',
  ],
  'access-log-unread': [
    'files that may hold accesses could not be read',
    'These files again, in a format that Mintmark reads',
  ],
  'graph-lists': [
    'messages were listed through Graph and no mailbox record names them',
    'Unified audit log with MailItemsAccessed for these mailboxes and times',
  ],
}

export function unknownsOfScope(scope: Scope): Unknown[] {
  return [
    ...UNBOUNDED_CODES.flatMap((code) => unbounded(scope, code)),
    ...countedFolders(scope),
    ...ambiguousAccesses(scope),
    ...nameless(scope),
    ...withoutDirectory(scope),
  ]
}

function unbounded(scope: Scope, code: UnboundedCode): Unknown[] {
  const mailboxes = scope.unbounded.filter((one) => one.because === code).map((one) => one.mailbox)
  const detail = detailOf(scope, code)
  if (mailboxes.length === 0 && !code.startsWith('access-')) return []
  if (mailboxes.length === 0 && detail === '') return []
  const [text, settledBy] = WHOLE_MAILBOX[code]
  const which =
    mailboxes.length === 0
      ? scope.accounts.length === 0
        ? 'No mailbox is in scope'
        : 'The whole, though each mailbox in scope is bounded'
      : `${plural(mailboxes.length, 'mailbox', 'mailboxes')} (${someOf(mailboxes)})`
  return [{ code, text: `${which}: ${text}${detail}`, settledBy }]
}

function detailOf(scope: Scope, code: UnboundedCode): string {
  if (code === 'synced-folders') return `; ${folderText(scope, true)}`
  if (code === 'record-cut' && scope.cut_records.items > 0) {
    const items = plural(scope.cut_records.items, 'item', 'items')
    return `. The records count ${items} themselves, which is an estimate and no bound`
  }
  const losses = scope.access_log_losses.filter((one) => one.because === code)
  if (losses.length === 0) return ''
  const others = scope.accounts.length === 0 ? 'Any mailbox' : 'Other mailboxes'
  return `: ${someOf(losses.map(lossText))}. ${others} of the tenant could have been read`
}

function lossText({ from, to, records, loss }: AccessLoss): string {
  const known = records > 0 ? `${plural(records, 'record', 'records')} ` : ''
  const time =
    from === null && to === null
      ? 'at an unknown time'
      : `${from === null ? 'until' : `from ${minute(from)}`}${to === null ? ' on' : ` to ${minute(to)}`}`
  return `${known}${time} (${loss})`
}

function folderText(scope: Scope, isUncounted: boolean): string {
  const folders = scope.synced_folders.filter((folder) => (folder.items === null) === isUncounted)
  const names = folders.map((folder) => folder.path || folder.folder)
  return `${plural(folders.length, 'folder', 'folders')} (${someOf(names)})`
}

function countedFolders(scope: Scope): Unknown[] {
  if (!scope.synced_folders.some((folder) => folder.items !== null)) return []
  return asUnknown(
    'synced-folders-counted',
    `${folderText(scope, false)} synchronised as a whole: all messages of the folder count into the upper bound, as counted when the inventory was made`,
    'A message trace of the time before the synchronisation',
  )
}

function ambiguousAccesses(scope: Scope): Unknown[] {
  const { accesses, mailboxes } = scope.ambiguous
  if (accesses === 0) return []
  const only =
    mailboxes === 0
      ? ''
      : `; only such accesses concern ${plural(mailboxes, 'mailbox', 'mailboxes')}`
  return asUnknown(
    'ambiguous-accesses',
    `${plural(accesses, 'access is', 'accesses are')} ambiguous: token, session, address and client do not distinguish attacker and owner. They count in upper bounds alone${only}`,
    'All categories of sign-in logs of these tenants for that time, with token and session ids; or the owners, asked about addresses and clients',
  )
}

function nameless(scope: Scope): Unknown[] {
  if (scope.items_without_message_id === 0) return []
  return asUnknown(
    'items-without-message-id',
    `${plural(scope.items_without_message_id, 'item was', 'items were')} read that the records name by store id alone: counted apart, and in no lower bound`,
    'An export of these mailboxes, in which the store ids can be looked up',
  )
}

/** Where a directory is missing, organisations go by tenant or domain, and groups not at all. */
function withoutDirectory(scope: Scope): Unknown[] {
  const ungrouped = scope.accounts.filter((account) => account.group === '')
  const guessed = scope.organisation_list.filter((one) => one.basis !== 'directory')
  const settledBy = 'A directory export with principal, organisation and group'
  const groups = `${plural(ungrouped.length, 'mailbox is', 'mailboxes are')} in no group that the evidence names: ${someOf(ungrouped.map((account) => account.mailbox))}`
  const organisations = `${plural(guessed.length, 'organisation is', 'organisations are')} known by tenant or mail domain alone: ${someOf(guessed.map((one) => one.name))}`
  return [
    ...(ungrouped.length === 0 ? [] : asUnknown('groups-unknown', groups, settledBy)),
    ...(guessed.length === 0 ? [] : asUnknown('organisations-by-tenant', organisations, settledBy)),
  ]
}

export const unknownsOfTimeline = (timeline: Timeline): Unknown[] => [
  ...beforeHorizon(timeline),
  ...accessGaps(timeline),
]

function beforeHorizon({ cannotExcludeBefore }: Timeline): Unknown[] {
  if (cannotExcludeBefore === null) return []
  const { at, because } = cannotExcludeBefore
  const when = at === null ? 'at any time' : `before ${minute(at)}`
  return asUnknown(
    'before-log-horizon',
    `Nothing can be excluded ${when}: ${because}`,
    'Older logs: sign-in logs are kept 30 days (7 without P1), the unified audit log 180 days (365 with E5, 90 before October 2023), unless they were exported',
  )
}

/** Records that a silence's hours should have at least: in a thinner log a silence says nothing. */
const EXPECTED_HOURS = 20
const hoursOf = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 3_600_000

const isMailLog = ({ source, category }: CoverageBand) =>
  source !== 'ual' || category === 'Exchange'

function isSurprising(band: CoverageBand, gap: { readonly from: string; readonly to: string }) {
  const silent = band.gaps.reduce((sum, one) => sum + hoursOf(one.from, one.to), 0)
  const share = band.hours / Math.max(1, hoursOf(band.from, band.to) - silent)
  return share * hoursOf(gap.from, gap.to) >= EXPECTED_HOURS
}

function accessGaps({ first, last, coverage }: Timeline): Unknown[] {
  if (first === null || last === null) return []
  const silent = coverage
    .filter((band) => band.side === 'access' && isMailLog(band))
    .flatMap((band) =>
      band.gaps
        .filter((gap) => gap.from < last && gap.to > first && isSurprising(band, gap))
        .map((gap) =>
          `${band.tenant} ${band.category} ${minute(gap.from)} to ${minute(gap.to)}`.trim(),
        ),
    )
  if (silent.length === 0) return []
  return asUnknown(
    'access-log-silent',
    `${plural(silent.length, 'silence')} of more than 72 hours in logs of mail accesses between the first and the last selected access (${someOf(silent)}): nobody's accesses are seen there`,
    'A second export of these logs for these times',
  )
}
