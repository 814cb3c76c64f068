import {
  type Case,
  finishedAnswer,
  type Outcome,
  pointedOutcome,
  prepare,
  type Scope,
  type Selection,
  scope,
  selectionOutcome,
} from '@mintmark/case'
import { safeJson } from '@mintmark/core'
import { flag, isNamed, selectionOption, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { widthOf } from '../../process/io.ts'
import { csvLine } from '../../render/rows.ts'
import { bounds, boundText, count, plural, table } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'

const CSV_COLUMNS = [
  'mailbox',
  'organisation',
  'group',
  'messages_lower',
  'messages_upper',
  'copies_lower',
  'copies_upper',
  'items_without_message_id',
  'accesses',
  'either',
  'first',
  'last',
] as const

export const scopeOf: Handler = async (_args, options, io) => {
  const selection = await selectionOption(options, io)
  return withCase(options, 'read', async (investigated) => {
    const { found, outcome } = await bounded(investigated, selection)
    if (flag(options, 'json')) await io.out(`${safeJson(found)}\n`)
    else await io.out(flag(options, 'csv') ? accountsCsv(found) : described(found, widthOf(io)))
    return exitCode(outcome)
  })
}

/** From the answer cache where it has it. */
async function bounded(
  investigated: Case,
  selection: Selection,
): Promise<{ readonly found: Scope; readonly outcome: Outcome }> {
  const answer = isNamed(selection) ? undefined : await finishedAnswer(investigated)
  if (answer !== undefined)
    return { found: answer.scope, outcome: pointedOutcome(answer.conclusion) }
  await prepare(investigated)
  const found = await scope(investigated.session, selection)
  const outcome = await selectionOutcome(investigated.session, selection, found.accesses)
  return { found, outcome }
}

/** One row an account. An empty upper bound is an unbounded one. */
export function accountsCsv({ accounts }: Scope): string {
  const lines = accounts.map((row) =>
    csvLine([
      row.mailbox,
      row.organisation,
      row.group,
      row.messages.lower,
      row.messages.upper,
      row.copies.lower,
      row.copies.upper,
      row.items_without_message_id,
      row.accesses,
      row.either,
      row.first,
      row.last,
    ]),
  )
  return `${CSV_COLUMNS.join(',')}\r\n${lines.join('')}`
}

/** In place of a table without a row: a zero that comes of a misspelt name is not to be taken for an answer. */
const NOTHING_SELECTED = `No access of this case is selected. Where something was named (a mailbox, an
address, a time), that may be its spelling, or that no log covers it. What the
logs hold: mintmark coverage
`

/** Accounts that text shows; CSV has all. */
const SHOWN = 100

function described(found: Scope, width: number): string {
  const said = (label: string, text: string) => labelled(label, text, { width, indent: 24 })
  const some = (number: number, label: string) => (number === 0 ? [] : said(label, count(number)))
  const summary = [
    `${plural(found.accesses, 'access', 'accesses')} to ${plural(found.mailboxes, 'mailbox', 'mailboxes')} of ${plural(found.organisations, 'organisation')}`,
    ...said('messages', boundText(found.messages, 'message')),
    ...said('copies', `${bounds(found.copies)} (a message in two mailboxes is two copies)`),
    ...some(found.items_without_message_id, 'without a message id'),
    ...said('bytes', found.bytes === 0 ? 'unknown' : `at least ${count(found.bytes)}`),
    ...some(found.synced_folders.length, 'folders synced whole'),
    ...some(found.throttled_windows.length, 'logging throttled, 24 h'),
    ...some(found.either.accesses, 'ambiguous accesses'),
    ...(found.not_judged === null ? [] : some(found.not_judged, 'accesses left open')),
  ]
  if (found.accesses === 0) return `${summary.join('\n')}\n\n${NOTHING_SELECTED}`
  const left = found.accounts.length - SHOWN
  const more = left > 0 ? `${plural(left, 'more account')}: --csv\n` : ''
  return `${summary.join('\n')}\n\n${accountTable(found, width)}${more}`
}

function accountTable({ accounts }: Scope, width: number): string {
  return table(
    [
      { title: 'mailbox', least: 34 },
      { title: 'organisation', least: 12 },
      { title: 'group', least: 12, drop: 3 },
      { title: 'messages', align: 'right' },
      { title: 'first', least: 10, drop: 2 },
      { title: 'last', least: 10, drop: 1 },
    ],
    accounts
      .slice(0, SHOWN)
      .map(({ mailbox, organisation, group, messages, first, last }) => [
        mailbox,
        organisation,
        group,
        bounds(messages),
        first.slice(0, 10),
        last.slice(0, 10),
      ]),
    width,
  )
}
