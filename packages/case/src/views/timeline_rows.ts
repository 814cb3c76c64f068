/**
 * The selected accesses one by one, in the order of time: for exports.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { withStrength } from '../scope/access_strength.ts'
import { select } from '../scope/select.ts'
import type { Selection } from '../scope/selection.ts'
import { tokenText } from '../store/access_sql.ts'

const ROWS = (table: string) => `
  SELECT
    toUnixTimestamp64Milli(at) AS at_ms, party, verdict, reason, strength, service, operation, principal, mailbox, tenant, ip,
    app_id, client_app_id, client, session_id,
    ${tokenText()} AS token_id,
    toString(record_id) AS access_id, length(item_message_id) AS items, object_path
  FROM ${withStrength(table)}
  ORDER BY at, record_id, content
  ${BOUNDED}
`

/**
 * Selected accesses in the order of time; `party` distinguishes ambiguous ones. Text is as logged; memory is bounded.
 * @throws {MintmarkError} `INPUT_INVALID` for a bad value in the selection
 */
export async function* timelineRows(
  session: Session,
  selection: Selection,
): AsyncIterable<readonly Json[]> {
  const selected = await select(session, selection)
  try {
    yield* session.stream(ROWS(selected.table))
  } finally {
    await selected.close()
  }
}
