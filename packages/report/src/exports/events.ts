/**
 * The selected accesses as exports see them, with pseudonyms where those are asked for, and as rows of `timeline.jsonl`.
 *
 * Source: Timesketch, "Import timelines from a JSONL or CSV file": `message`, `datetime` and `timestamp_desc` must be
 * there; `timestamp` is microseconds.
 *
 * @module
 */
import { eventRows, type Selected, type Session } from '@mintmark/case'
import { isoOf, type Json } from '@mintmark/core'
import type { Redactor } from '../model/redaction.ts'

/** The text of a cell; empty where it is not text. */
export function text(row: Json, name: string): string {
  const value = row[name]
  return typeof value === 'string' ? value : ''
}

/** Words of Mintmark's own, and ids that name nobody. */
const OWN: ReadonlySet<string> = new Set([
  'access_id',
  'token_id',
  'party',
  'class',
  'verdict',
  'reason',
  'strength',
  'source',
  'actor_kind',
])

/** Rows of `eventRows`, chunk by chunk. */
export async function* redactedEvents(
  session: Session,
  selected: Selected,
  redactor: Redactor,
): AsyncGenerator<readonly Json[]> {
  for await (const rows of eventRows(session, selected))
    yield rows.map((row) => redactedRow(row, redactor))
}

const redactedRow = (row: Json, { text: redacted, messageId }: Redactor): Json =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => {
      if (typeof value === 'string') return [name, OWN.has(name) ? value : redacted(value)]
      if (Array.isArray(value)) return [name, value.map((id) => messageId(String(id)))]
      return [name, value]
    }),
  )

/** A row with the members that Timesketch asks for before its own; `at_ms` is its time. */
export const timesketchRow = (row: Json): Json => ({
  message: messageOf(row),
  datetime: isoOf(Number(row['at_ms'])),
  timestamp_desc: 'Access Time',
  timestamp: Number(row['at_ms']) * 1000,
  ...row,
})

function messageOf(row: Json): string {
  const what = text(row, 'mailbox') || text(row, 'account') || text(row, 'object_path')
  return `${text(row, 'operation')} of ${what} by ${text(row, 'principal')} from ${text(row, 'ip')}: ${text(row, 'verdict')} (${text(row, 'reason')})`
}
