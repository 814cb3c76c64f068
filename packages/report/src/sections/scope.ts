/** Scope by organisation, group and account, with both bounds, and why an upper one is missing. */
import type { AccountScope, Answer, PartScope } from '@mintmark/case'
import { plural } from '@mintmark/core'
import type { Evidence, Section, Statement, Strength, Table } from '../model/model.ts'
import { accountStrength, statement } from '../model/model.ts'
import { listed, type Part, rangeOf, type Sureness, section, surenessOf } from './wording.ts'

const SHOWN = 1000

const RULE = 'docs/scope.md#What is counted'

export function scopeSection(answer: Part): Section {
  const { scope } = answer
  const sure = surenessOf(answer)
  const statements = [
    ...unbounded(scope),
    lost(scope),
    ambiguous(scope),
    others(scope, sure.present),
  ]
  return section('scope', 'Who is affected, and how much was exposed', statements, {
    tables: [
      partTable('organisations', 'By organisation', scope.organisation_list, sure),
      partTable('groups', 'By group', scope.groups, sure),
      accountTable(scope.accounts, sure),
      classTable(scope.classes, sure),
      namedByTable(scope.named_by, sure),
      ...notExcluded(scope),
    ],
  })
}

type Scope = Answer['scope']

function unbounded({ unbounded: accounts }: Scope): Statement[] {
  if (accounts.length === 0) return []
  const reasons = [...new Set(accounts.map(({ because }) => because))].toSorted((a, b) =>
    a < b ? -1 : 1,
  )
  const mailboxes = [...new Set(accounts.map(({ mailbox }) => mailbox))]
  const [first, ...more] = mailboxes.map(
    (value): Evidence => ({ kind: 'export', file: 'accounts.csv', column: 'mailbox', value }),
  )
  if (first === undefined) return []
  return [
    statement({
      id: 'scope-unbounded',
      text: `Nothing bounds what was exposed of ${plural(mailboxes.length, 'mailbox', 'mailboxes')} (${reasons.join(', ')}). So the whole has no upper bound.`,
      strength: 'not-excluded',
      evidence: [first, ...more.slice(0, 99)],
    }),
  ]
}

/** A record that is lost could be of a mailbox that no record names. */
function lost({ access_log_losses: losses }: Scope): Statement | undefined {
  if (losses.length === 0) return undefined
  return statement({
    id: 'scope-access-log-losses',
    text: `The logs of mail accesses lost records ${plural(losses.length, 'time')} while the attacker could have been active. A mailbox that this report does not name could have been read then. So the whole, and groups and organisations of these tenants, have no upper bound.`,
    strength: 'not-excluded',
    evidence: [
      "SELECT * FROM loss WHERE side = 'access' ORDER BY from_at",
      'docs/scope.md#What the access log lost',
    ],
  })
}

function ambiguous({
  ambiguous: { accesses, mailboxes, organisations },
}: Scope): Statement | undefined {
  if (accesses === 0) return undefined
  return statement({
    id: 'scope-ambiguous',
    text: `${plural(accesses, 'access', 'accesses')} may be the attacker's or the owner's, and are in the upper bounds alone. ${
      mailboxes === 0
        ? 'The attacker opened each of these mailboxes for sure, too.'
        : `Only such accesses concern ${plural(mailboxes, 'mailbox', 'mailboxes')}${organisations === 0 ? '' : ` and ${plural(organisations, 'further organisation')}`}.`
    }`,
    strength: 'not-excluded',
    evidence: ['timeline.jsonl', 'accounts'],
  })
}

function others({ other_accesses: accesses }: Scope, present: Strength): Statement | undefined {
  if (accesses === 0) return undefined
  return statement({
    id: 'scope-other',
    text: `${plural(accesses, 'access', 'accesses')} of the attacker went to files and other things that are no mail.`,
    strength: present,
    evidence: ['timeline.jsonl', 'artefacts'],
  })
}

function weakest(strengths: readonly Strength[]): Strength {
  if (strengths.includes('not-excluded')) return 'not-excluded'
  return strengths.includes('bounded') ? 'bounded' : 'established'
}

const partStrength = ({ mailboxes, ...counts }: PartScope): Strength =>
  accountStrength({ accesses: mailboxes, ...counts })

const partTable = (
  id: string,
  title: string,
  parts: readonly (PartScope & { readonly basis?: string })[],
  sure: Sureness,
): Table =>
  listed(parts, {
    id,
    title,
    columns: [
      ['name', 'Name'],
      ['mailboxes', 'Mailboxes', 'count'],
      ['messages', 'Messages', 'range', ({ messages }) => rangeOf(messages)],
      ['basis', 'Known by', 'text', ({ basis = 'directory' }) => basis],
      ['strength', 'Strength', 'strength', partStrength],
    ],
    strength:
      parts.length === 0 || sure.present !== 'established'
        ? sure
        : weakest(parts.map(partStrength)),
    evidence: ['accounts', 'messages.csv', 'coverage', RULE],
  })

const accountTable = (accounts: readonly AccountScope[], sure: Sureness): Table =>
  listed(accounts.slice(0, SHOWN), {
    id: 'accounts',
    title: 'By account',
    columns: [
      ['mailbox', 'Mailbox'],
      ['organisation', 'Organisation'],
      ['group', 'Groups'],
      ['messages', 'Messages', 'range', (account) => rangeOf(account.messages)],
      ['items_without_message_id', 'Items without message id', 'count'],
      ['accesses', 'Accesses', 'count'],
      ['ambiguous', "Perhaps the owner's", 'count'],
      ['first', 'First', 'time'],
      ['last', 'Last', 'time'],
      ['strength', 'Strength', 'strength', (account) => accountStrength(account)],
    ],
    total: accounts.length,
    strength:
      accounts.length === 0 || sure.present !== 'established'
        ? sure
        : weakest(accounts.map(accountStrength)),
    evidence: ['accounts.csv', 'messages.csv', 'coverage', RULE],
  })

const classTable = (classes: Scope['classes'], sure: Sureness): Table =>
  listed(classes, {
    id: 'classes',
    title: 'By what identifies the accesses',
    columns: [
      ['class', 'Class', 'text', (one) => one.name],
      ['accesses', 'Accesses', 'count'],
      ['mailboxes', 'Mailboxes', 'count'],
      ['organisations', 'Organisations', 'count'],
      ['messages', 'Messages at least', 'count'],
    ],
    strength: sure,
    evidence: ['timeline.jsonl', 'coverage', 'docs/verdicts.md#unissued'],
  })

const namedByTable = (operations: Scope['named_by'], sure: Sureness): Table =>
  listed(operations, {
    id: 'named-by',
    title: 'What names the messages of the lower bound',
    columns: [
      ['operation', 'Operation'],
      ['accesses', 'Accesses', 'count'],
      ['messages', 'Messages', 'count'],
      ['copies', 'Copies', 'count'],
    ],
    strength: sure,
    evidence: ['messages.csv', 'coverage'],
  })

function notExcluded({ synced_folders: folders, throttled_windows: windows }: Scope): Table[] {
  const shown = { strength: 'not-excluded', evidence: ['timeline.jsonl', RULE] } as const
  const tables = [
    listed(folders.slice(0, SHOWN), {
      id: 'synced-folders',
      title: 'Folders that were synchronised whole',
      columns: [
        ['mailbox', 'Mailbox'],
        ['path', 'Folder'],
        ['folder', 'Id of the folder', 'id'],
        ['items', 'Messages in it, as counted once', 'count'],
      ],
      total: folders.length,
      ...shown,
    }),
    listed(windows.slice(0, SHOWN), {
      id: 'throttled-windows',
      title: 'Hours in which recording was throttled',
      columns: [
        ['mailbox', 'Mailbox'],
        ['from', 'From', 'time'],
        ['to', 'To', 'time'],
      ],
      total: windows.length,
      ...shown,
    }),
  ]
  return tables.filter(({ total }) => total > 0)
}
