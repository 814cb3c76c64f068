/**
 * Unknowns of scope and timeline, one example a code.
 *
 * @module
 */
import type { AccountScope, Scope } from '../../src/scope/scope.ts'
import type { CoverageBand, Timeline } from '../../src/scope/timeline.ts'
import { ANN } from '../scope/scope_world.ts'

/** A scope and a timeline of which nothing is unknown. */
export const SCOPE: Scope = {
  mailboxes: 1,
  organisations: 1,
  accesses: 1,
  messages: { lower: 1, upper: 1 },
  copies: { lower: 1, upper: 1 },
  items_without_message_id: 0,
  bytes: 1,
  graph_bytes: 0,
  synced_folders: [],
  throttled_windows: [],
  groups: [],
  accounts: [],
  organisation_list: [],
  classes: [],
  named_by: [],
  marked: 0,
  ambiguous: { accesses: 0, mailboxes: 0, organisations: 0 },
  unbounded: [],
  cut_records: { records: 0, items: 0 },
  access_log_losses: [],
  other_accesses: 0,
  not_judged: 0,
}
export const TIMELINE: Timeline = {
  first: '2023-06-01T00:00:00.000Z',
  last: '2023-06-20T00:00:00.000Z',
  classes: [],
  activeDays: [],
  hours: [],
  weekdays: [],
  phases: [],
  coverage: [],
  cannotExcludeBefore: null,
  horizons: [],
}
const account: AccountScope = {
  mailbox: ANN,
  organisation: 'Org',
  group: '',
  messages: { lower: 1, upper: 1 },
  copies: { lower: 1, upper: 1 },
  items_without_message_id: 0,
  accesses: 1,
  marked: 0,
  ambiguous: 0,
  first: '',
  last: '',
}
const folder = { mailbox: ANN, folder: 'F', path: '\\Inbox', ambiguous: false }
export const band: CoverageBand = {
  side: 'access',
  source: 'ual',
  category: 'Exchange',
  tenant: 'tenant-a',
  from: '2023-05-01T00:00:00.000Z',
  to: '2023-07-01T00:00:00.000Z',
  hours: 600,
  gaps: [{ from: '2023-06-02T00:00:00.000Z', to: '2023-06-09T00:00:00.000Z' }],
}

const lost = {
  tenant: 'tenant-a',
  loss: 'hole',
  from: '2023-06-02T09:00:00.000Z',
  to: '2023-06-02T12:00:00.000Z',
  records: 0,
} as const

export interface Pure {
  readonly code: string
  readonly scope?: Partial<Scope>
  readonly timeline?: Partial<Timeline>
  readonly says: RegExp
}

export const answers: readonly Pure[] = [
  {
    code: 'before-log-horizon',
    timeline: {
      cannotExcludeBefore: { at: '2023-05-01T00:00:00.000Z', because: 'the log begins then' },
    },
    says: /before 2023-05-01 00:00 UTC: the log begins then/,
  },
  {
    code: 'before-log-horizon',
    timeline: { cannotExcludeBefore: { at: null, because: 'there is none' } },
    says: /at any time: there is none/,
  },
  { code: 'access-log-silent', timeline: { coverage: [band] }, says: /^1 silence .*2023-06-02/ },
  ...(['no-mailbox-auditing', 'throttled', 'reads-without-items', 'graph-lists'] as const).map(
    (because): Pure => ({
      code: because,
      scope: { unbounded: [{ mailbox: ANN, because }] },
      says: /^1 mailbox \(ann@example\.org\)/,
    }),
  ),
  {
    code: 'synced-folders',
    scope: {
      unbounded: [{ mailbox: ANN, because: 'synced-folders' }],
      synced_folders: [{ ...folder, items: null }],
    },
    says: /1 folder \(\\Inbox\)/,
  },
  {
    code: 'record-cut',
    scope: {
      unbounded: [{ mailbox: ANN, because: 'record-cut' }],
      cut_records: { records: 1, items: 900 },
    },
    says: /count 900 items themselves, which is an estimate/,
  },
  ...(
    [
      [
        { because: 'access-log-hole' },
        /^No mailbox .* from 2023-06-02 09:00 UTC to 2023.*Any mailbox/,
      ],
      [
        { because: 'access-records-lost', records: 3, to: null },
        /: 3 records from .* UTC on \(hole/,
      ],
      [{ because: 'access-log-capped', from: null, to: null }, /at an unknown time \(hole\)/],
      [{ because: 'access-log-unread', loss: 'unread-file', to: null }, /UTC on \(unread-file\)/],
    ] as const
  ).map(
    ([one, says]): Pure => ({
      code: one.because,
      scope: { access_log_losses: [{ ...lost, ...one }] },
      says,
    }),
  ),
  {
    code: 'access-log-hole',
    scope: {
      accounts: [{ ...account, group: 'Policy' }],
      access_log_losses: [{ ...lost, because: 'access-log-hole' }],
    },
    says: /^The whole, .*Other mailboxes of the tenant/,
  },
  {
    code: 'synced-folders-counted',
    scope: { synced_folders: [{ ...folder, items: 4 }] },
    says: /^1 folder \(\\Inbox\)/,
  },
  {
    code: 'ambiguous-accesses',
    scope: { ambiguous: { accesses: 1200, mailboxes: 2, organisations: 0 } },
    says: /^1,200 accesses .*only such accesses concern 2 mailboxes$/,
  },
  {
    code: 'items-without-message-id',
    scope: { items_without_message_id: 3 },
    says: /^3 items were read/,
  },
  { code: 'groups-unknown', scope: { accounts: [account] }, says: /^1 mailbox is in no group/ },
  {
    code: 'organisations-by-tenant',
    scope: {
      organisation_list: [
        {
          name: 'example.org',
          basis: 'tenant',
          mailboxes: 1,
          marked: 0,
          messages: { lower: 1, upper: 1 },
        },
      ],
    },
    says: /^1 organisation is known by tenant/,
  },
]
