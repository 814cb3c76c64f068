import type { Case, Outcome, Scope, Selection } from '@mintmark/case'
import { finishedAnswer, pointedOutcome, prepare, scope, selectionOutcome } from '@mintmark/case'
import { flag, isNamed, selectionOption, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { widthOf } from '../../process/io.ts'
import { print } from '../../render/print.ts'
import { csvText } from '../../render/rows.ts'
import { bounds, boundText, count, listed, plural, RIGHT } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'

const CSV = [
  'mailbox organisation group messages_lower messages_upper copies_lower copies_upper',
  'items_without_message_id accesses either first last',
].flatMap((names) => names.split(' '))

export const scopeOf: Handler = async (_args, options, io) => {
  const selection = await selectionOption(options, io)
  return withCase(options, 'read', async (investigated) => {
    const { found, outcome } = await bounded(investigated, selection)
    const text = () => (flag(options, 'csv') ? accountsCsv(found) : described(found, widthOf(io)))
    await print(io, options, found, text)
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
const accountsCsv = ({ accounts }: Scope): string =>
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

const accountTable = ({ accounts }: Scope, width: number) =>
  listed(accounts.slice(0, SHOWN), width, [
    ['mailbox', ({ mailbox }) => mailbox, { least: 34 }],
    ['organisation', ({ organisation }) => organisation, { least: 12 }],
    ['group', ({ group }) => group, { least: 12, drop: 3 }],
    ['messages', ({ messages }) => bounds(messages), RIGHT],
    ['first', ({ first }) => first.slice(0, 10), { least: 10, drop: 2 }],
    ['last', ({ last }) => last.slice(0, 10), { least: 10, drop: 1 }],
  ])
