/**
 * The selected accesses as exports see them: text whole, and with pseudonyms where those are asked for.
 *
 * @module
 */
import { eventRows, type Selected, type Session } from '@mintmark/case'
import type { Json } from '@mintmark/core'
import type { Redactor } from '../model/redaction.ts'

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

const redactedRow = (row: Json, { text, messageId }: Redactor): Json =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => {
      if (typeof value === 'string') return [name, OWN.has(name) ? value : text(value)]
      if (Array.isArray(value)) return [name, value.map((id) => messageId(String(id)))]
      return [name, value]
    }),
  )
