import * as cases from '@mintmark/case'
import { isNamed, selectionOption, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { csvText } from '../../render/rows.ts'
import { bounds, boundText, count, listed, plural, RIGHT } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'

const CSV = [
  'mailbox organisation group messages_lower messages_upper copies_lower copies_upper',
  'items_without_message_id accesses ambiguous first last',
].flatMap((names) => names.split(' '))

export const scopeOf: Handler = async (call) => {
  const selection = await selectionOption(call)
  return withCase(call, 'read', async (investigated) => {
    const { found, outcome } = await bounded(investigated, selection)
    const text = () => (call.flag('csv') ? accountsCsv(found) : described(found, call.width))
    await call.print(found, text)
    return exitCode(outcome)
  })
}

async function bounded(
  investigated: cases.Case,
  selection: cases.Selection,
): Promise<{ readonly found: cases.Scope; readonly outcome: cases.Outcome }> {
  const answer = isNamed(selection) ? undefined : await cases.finishedAnswer(investigated)
  if (answer !== undefined)
    return { found: answer.scope, outcome: cases.pointedOutcome(answer.conclusion) }
  await cases.prepare(investigated)
  const found = await cases.scope(investigated.session, selection)
  const outcome = await cases.selectionOutcome(investigated.session, selection, found.accesses)
  return { found, outcome }
}

/** One row an account. An empty upper bound is an unbounded one. */
const accountsCsv = ({ accounts }: cases.Scope): string =>
  csvText(
    CSV,
    accounts.map((row) => ({
      ...row,
      messages_lower: row.messages.lower,
      messages_upper: row.messages.upper,
      copies_lower: row.copies.lower,
      copies_upper: row.copies.upper,
    })),
  )

/** In place of an empty table: zero because of a misspelt name must not be taken for an answer. */
const NOTHING_SELECTED = `No access of this case is selected. A name (mailbox, address, time) may be
misspelt, or no log may cover it. What the logs cover: mintmark coverage
`

const NOTHING_ESTABLISHED = `No access is established as the attacker's. Upper bounds include what leads are
about. Each access: mintmark verdicts. What the logs cover: mintmark coverage
`

const SHOWN = 100

function described(found: cases.Scope, width: number): string {
  const said = (label: string, text: string) => labelled(label, text, { width, indent: 24 })
  const some = (number: number, label: string) => (number === 0 ? [] : said(label, count(number)))
  const summary = [
    `${plural(found.accesses, 'access', 'accesses')} to ${plural(found.mailboxes, 'mailbox', 'mailboxes')} of ${plural(found.organisations, 'organisation')}`,
    ...some(found.marked, 'of them by marks alone'),
    ...said('messages', boundText(found.messages, 'message')),
    ...said('copies', `${bounds(found.copies)} (a message in two mailboxes is two copies)`),
    ...some(found.items_without_message_id, 'without a message id'),
    ...said('bytes', found.bytes === 0 ? 'unknown' : `at least ${count(found.bytes)}`),
    ...some(found.synced_folders.length, 'folders synced whole'),
    ...some(found.throttled_windows.length, 'logging throttled, 24 h'),
    ...some(found.ambiguous.accesses, 'ambiguous accesses'),
    ...(found.not_judged === null ? [] : some(found.not_judged, 'accesses left open')),
  ]
  const isDefault = found.not_judged !== null
  if (found.accesses === 0)
    return `${summary.join('\n')}\n\n${isDefault ? NOTHING_ESTABLISHED : NOTHING_SELECTED}`
  const left = found.accounts.length - SHOWN
  const more = left > 0 ? `${plural(left, 'more account')}: --csv\n` : ''
  return `${summary.join('\n')}\n\n${accountTable(found, width)}${more}`
}

const accountTable = ({ accounts }: cases.Scope, width: number) =>
  listed(accounts.slice(0, SHOWN), width, [
    ['mailbox', ({ mailbox }) => mailbox, { least: 34 }],
    ['organisation', ({ organisation }) => organisation, { least: 12 }],
    ['group', ({ group }) => group, { least: 12, drop: 3 }],
    ['messages', ({ messages }) => bounds(messages), RIGHT],
    ['first', ({ first }) => first.slice(0, 10), { least: 10, drop: 2 }],
    ['last', ({ last }) => last.slice(0, 10), { least: 10, drop: 1 }],
  ])
