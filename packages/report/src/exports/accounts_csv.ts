/**
 * `accounts.csv` and `messages.csv`: for the notification of those affected.
 *
 * RFC 4180, UTF-8, every cell in quotes and safe from formulas; times ISO 8601, UTC.
 *
 * @module
 */
import { type AccountScope, messageRows, type Selected, type Session } from '@mintmark/case'
import { isoOf, type Json } from '@mintmark/core'
import type { Redactor } from '../model/redaction.ts'
import { accountStrength } from '../sections/scope.ts'
import { csvLine } from './cells.ts'

/** A missing upper bound is an empty cell. */
export function* accountLines(
  accounts: readonly AccountScope[],
  redactor: Redactor,
): Generator<string> {
  yield 'mailbox,organisation,groups,messages_lower,messages_upper,copies_lower,copies_upper,items_without_message_id,accesses,either_party_accesses,first,last,strength\r\n'
  for (const account of accounts)
    yield csvLine([
      redactor.text(account.mailbox),
      redactor.text(account.organisation),
      redactor.text(account.group),
      account.messages.lower,
      account.messages.upper ?? '',
      account.copies.lower,
      account.copies.upper ?? '',
      account.items_without_message_id,
      account.accesses,
      account.either,
      account.first,
      account.last,
      accountStrength(account),
    ])
}

/** One row a copy, as they come from the engine: memory is that of one chunk. */
export async function* messageLines(
  session: Session,
  selected: Selected,
  redactor: Redactor,
): AsyncGenerator<string> {
  yield 'mailbox,message_id,item_id,subject,folder,bytes,accesses,first,last,strength\r\n'
  for await (const rows of messageRows(session, selected))
    yield rows.map((row) => messageLine(row, redactor)).join('')
}

function messageLine(row: Json, redactor: Redactor): string {
  const named = (name: string) => redactor.text(String(row[name]))
  return csvLine([
    named('account'),
    redactor.messageId(String(row['message_id'])),
    named('item_id'),
    named('subject'),
    named('folder'),
    Number(row['bytes']),
    Number(row['accesses']),
    isoOf(Number(row['first_ms'])),
    isoOf(Number(row['last_ms'])),
    // Only changed, or ambiguous: nothing shows that the attacker read it.
    Number(row['is_read']) === 1 ? 'established' : 'not-excluded',
  ])
}
