/**
 * Scope by organisation, group and account, with both bounds, and why an upper one is missing.
 *
 * @module
 */
import type { AccountScope, Answer, PartScope } from '@mintmark/case'
import { plural } from '@mintmark/core'
import {
  type Cell,
  type Column,
  type Evidence,
  type NonEmpty,
  type Section,
  type Statement,
  type Strength,
  statement,
  strengthOf,
  type Table,
  table,
} from '../model/model.ts'
import {
  absenceIn,
  byQuery,
  byRule,
  column,
  inExport,
  inRows,
  inTable,
  listStrength,
  type Part,
  rangeOf,
  selectedStrength,
} from './wording.ts'

/** Accounts that the table shows; `accounts.csv` has all. */
const SHOWN = 1000

const RULE = byRule('docs/scope.md', 'What is counted')

export function scopeSection(answer: Part): Section {
  const { scope } = answer
  const absence = absenceIn(answer)
  const present = selectedStrength(answer)
  return {
    id: 'scope',
    title: 'Who is affected, and how much was exposed',
    statements: [...unbounded(scope), ...lost(scope), ...either(scope), ...others(scope, present)],
    figures: [],
    tables: [
      partTable('organisations', 'By organisation', scope.organisation_list, absence, present),
      partTable('groups', 'By group', scope.groups, absence, present),
      accountTable(scope.accounts, absence, present),
      classTable(scope.classes, absence, present),
      namedByTable(scope.named_by, absence, present),
      ...plain('synced-folders', 'Folders that were synchronised whole', FOLDERS, folders(scope)),
      ...plain(
        'throttled-windows',
        'Hours in which recording was throttled',
        WINDOWS,
        windows(scope),
      ),
    ],
  }
}

type Scope = Answer['scope']

function unbounded({ unbounded: accounts }: Scope): Statement[] {
  if (accounts.length === 0) return []
  const reasons = [...new Set(accounts.map(({ because }) => because))].toSorted((a, b) =>
    a < b ? -1 : 1,
  )
  const [first, ...more] = accounts.map(({ mailbox }) => inRows('accounts.csv', 'mailbox', mailbox))
  if (first === undefined) return []
  return [
    statement({
      id: 'scope-unbounded',
      text: `Nothing bounds what was exposed of ${plural(new Set(accounts.map(({ mailbox }) => mailbox)).size, 'mailbox', 'mailboxes')} (${reasons.join(', ')}). So the whole has no upper bound.`,
      strength: 'not-excluded',
      evidence: [first, ...more.slice(0, 99)],
    }),
  ]
}

/** A record that is lost could be of a mailbox that no record names. */
function lost({ access_log_losses: losses }: Scope): Statement[] {
  if (losses.length === 0) return []
  return [
    statement({
      id: 'scope-access-log-losses',
      text: `The logs of mail accesses lost records ${plural(losses.length, 'time')} while the attacker could have been active. A mailbox that this report does not name could have been read then. So the whole, and groups and organisations of these tenants, have no upper bound.`,
      strength: 'not-excluded',
      evidence: [
        byQuery("SELECT * FROM loss WHERE side = 'access' ORDER BY from_at"),
        byRule('docs/scope.md', 'What the access log lost'),
      ],
    }),
  ]
}

function either({ either: { accesses, mailboxes, organisations } }: Scope): Statement[] {
  if (accesses === 0) return []
  return [
    statement({
      id: 'scope-either',
      text: `${plural(accesses, 'access', 'accesses')} may be the attacker's or the owner's, and are in the upper bounds alone. ${
        mailboxes === 0
          ? 'The attacker opened each of these mailboxes for sure, too.'
          : `Only such accesses concern ${plural(mailboxes, 'mailbox', 'mailboxes')}${organisations === 0 ? '' : ` and ${plural(organisations, 'further organisation')}`}.`
      }`,
      strength: 'not-excluded',
      evidence: [inExport('timeline.jsonl'), inTable('accounts')],
    }),
  ]
}

function others({ other_accesses: accesses }: Scope, present: Strength): Statement[] {
  if (accesses === 0) return []
  return [
    statement({
      id: 'scope-other',
      text: `${plural(accesses, 'access', 'accesses')} of the attacker went to files and other things that are no mail.`,
      strength: present,
      evidence: [inExport('timeline.jsonl'), inTable('artefacts')],
    }),
  ]
}

/** The whole is as sure as its least sure row. */
function weakest(strengths: readonly Strength[]): Strength {
  if (strengths.includes('not-excluded')) return 'not-excluded'
  return strengths.includes('bounded') ? 'bounded' : 'established'
}

function partTable(
  id: string,
  title: string,
  parts: readonly (PartScope & { readonly basis?: string })[],
  absence: Strength,
  present: Strength,
): Table {
  return table({
    id,
    title,
    columns: [
      column('name', 'Name'),
      column('mailboxes', 'Mailboxes', 'count'),
      column('messages', 'Messages', 'range'),
      column('basis', 'Known by'),
      column('strength', 'Strength', 'strength'),
    ],
    rows: parts.map(({ name, mailboxes, messages, basis = 'directory' }) => [
      name,
      mailboxes,
      rangeOf(messages),
      basis,
      strengthOf(messages),
    ]),
    total: parts.length,
    strength:
      parts.length === 0
        ? absence
        : present !== 'established'
          ? present
          : weakest(parts.map(({ messages }) => strengthOf(messages))),
    evidence: [inTable('accounts'), inExport('messages.csv'), inTable('coverage'), RULE],
  })
}

function accountTable(
  accounts: readonly AccountScope[],
  absence: Strength,
  present: Strength,
): Table {
  return table({
    id: 'accounts',
    title: 'By account',
    columns: [
      column('mailbox', 'Mailbox'),
      column('organisation', 'Organisation'),
      column('group', 'Groups'),
      column('messages', 'Messages', 'range'),
      column('items_without_message_id', 'Items without message id', 'count'),
      column('accesses', 'Accesses', 'count'),
      column('either', "Perhaps the owner's", 'count'),
      column('first', 'First', 'time'),
      column('last', 'Last', 'time'),
      column('strength', 'Strength', 'strength'),
    ],
    rows: accounts
      .slice(0, SHOWN)
      .map((account) => [
        account.mailbox,
        account.organisation,
        account.group,
        rangeOf(account.messages),
        account.items_without_message_id,
        account.accesses,
        account.either,
        account.first,
        account.last,
        accountStrength(account),
      ]),
    total: accounts.length,
    strength:
      accounts.length === 0
        ? absence
        : present !== 'established'
          ? present
          : weakest(accounts.map(accountStrength)),
    evidence: [inExport('accounts.csv'), inExport('messages.csv'), inTable('coverage'), RULE],
  })
}

/** An account that only accesses of either party touch is none that was opened for sure. */
export function accountStrength({ accesses, messages }: AccountScope): Strength {
  return accesses === 0 ? 'not-excluded' : strengthOf(messages)
}

function classTable(classes: Scope['classes'], absence: Strength, present: Strength): Table {
  return table({
    id: 'classes',
    title: 'By what identifies the accesses',
    columns: [
      column('class', 'Class'),
      column('accesses', 'Accesses', 'count'),
      column('mailboxes', 'Mailboxes', 'count'),
      column('organisations', 'Organisations', 'count'),
      column('messages', 'Messages at least', 'count'),
    ],
    rows: classes.map((one) => [
      one.name,
      one.accesses,
      one.mailboxes,
      one.organisations,
      one.messages,
    ]),
    total: classes.length,
    strength: listStrength(classes.length, absence, present),
    evidence: [
      inExport('timeline.jsonl'),
      inTable('coverage'),
      byRule('docs/verdicts.md', 'unissued'),
    ],
  })
}

function namedByTable(operations: Scope['named_by'], absence: Strength, present: Strength): Table {
  return table({
    id: 'named-by',
    title: 'What names the messages of the lower bound',
    columns: [
      column('operation', 'Operation'),
      column('accesses', 'Accesses', 'count'),
      column('messages', 'Messages', 'count'),
      column('copies', 'Copies', 'count'),
    ],
    rows: operations.map((one) => [one.operation, one.accesses, one.messages, one.copies]),
    total: operations.length,
    strength: listStrength(operations.length, absence, present),
    evidence: [inExport('messages.csv'), inTable('coverage')],
  })
}

const FOLDERS: NonEmpty<Column> = [
  column('mailbox', 'Mailbox'),
  column('path', 'Folder'),
  column('folder', 'Id of the folder', 'id'),
  column('items', 'Messages in it, as counted once', 'count'),
]
const WINDOWS: NonEmpty<Column> = [
  column('mailbox', 'Mailbox'),
  column('from', 'From', 'time'),
  column('to', 'To', 'time'),
]

const folders = ({ synced_folders: all }: Scope): Cell[][] =>
  all.map(({ mailbox, path, folder, items }) => [mailbox, path, folder, items])

const windows = ({ throttled_windows: all }: Scope): Cell[][] =>
  all.map(({ mailbox, from, to }) => [mailbox, from, to])

/** A table of what is not excluded, where there is any. */
function plain(
  id: string,
  title: string,
  columns: NonEmpty<Column>,
  rows: readonly (readonly Cell[])[],
): Table[] {
  const evidence: NonEmpty<Evidence> = [inExport('timeline.jsonl'), RULE]
  if (rows.length === 0) return []
  return [
    table({
      id,
      title,
      columns,
      rows: rows.slice(0, SHOWN),
      total: rows.length,
      strength: 'not-excluded',
      evidence,
    }),
  ]
}
