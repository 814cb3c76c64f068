import { prepare, type Scope, scope, selectionOutcome } from '@mintmark/case'
import { safeJson } from '@mintmark/core'
import { flag, selectionOption, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { csvLine } from '../../render/rows.ts'
import { bounds, boundText, count, minute, plural, table } from '../../render/table.ts'

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
    await prepare(investigated)
    const found = await scope(investigated.session, selection)
    if (flag(options, 'json')) await io.out(`${safeJson(found)}\n`)
    else await io.out(flag(options, 'csv') ? accountsCsv(found) : described(found))
    return exitCode(await selectionOutcome(investigated.session, selection, found.accesses))
  })
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
const NOTHING_SELECTED = `No access of this case is selected. Where something was named (a mailbox, an address, a time), that may
be its spelling, or that no log covers it: mintmark coverage lists what the logs hold.
`

function described(found: Scope): string {
  const summary = [
    `${plural(found.accesses, 'access', 'accesses')} to ${plural(found.mailboxes, 'mailbox', 'mailboxes')} of ${plural(found.organisations, 'organisation')}`,
    `messages  ${boundText(found.messages, 'message')}`,
    `copies    ${bounds(found.copies)}   (a message in two mailboxes is two copies)`,
    `items without a message id  ${count(found.items_without_message_id)}`,
    `bytes  ${found.bytes === 0 ? 'unknown' : `at least ${count(found.bytes)}`}`,
    `synced folders, content not in the log  ${count(found.synced_folders.length)}`,
    `24 h windows after throttling  ${count(found.throttled_windows.length)}`,
    `accesses that could be either party's  ${count(found.either.accesses)}`,
    ...(found.not_judged === null
      ? []
      : [`accesses that could not be judged, in no number here  ${count(found.not_judged)}`]),
  ]
  const accounts = table(
    [
      { title: 'mailbox' },
      { title: 'organisation' },
      { title: 'group' },
      { title: 'messages', align: 'right' },
      { title: 'first' },
      { title: 'last' },
    ],
    found.accounts.map(({ mailbox, organisation, group, messages, first, last }) => [
      mailbox,
      organisation,
      group,
      bounds(messages),
      minute(first),
      minute(last),
    ]),
  )
  return `${summary.join('\n')}\n\n${found.accesses === 0 ? NOTHING_SELECTED : accounts}`
}
