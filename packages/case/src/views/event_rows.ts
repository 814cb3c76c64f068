/**
 * The selected accesses one by one, for exports to other systems: who, with what and from where.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { withStrength } from '../scope/access_strength.ts'
import type { Selected } from '../scope/selected.ts'
import { tokenText } from '../store/access_sql.ts'

/** Longest text that a row gives: what Timesketch can aggregate (reference of the logs, "Conventions"). */
const MOST_TEXT = 8_000
const cut = (column: string, name = column) =>
  `substringUTF8(toString(${column}), 1, ${MOST_TEXT}) AS ${name}`

/**
 * Accesses in the order of time, then of record id, with `TEXTS` below and `at_ms`, `token_id` and `access_id`
 * (canonical, `''` for none), `is_failed`, `is_mail`, `bytes`, `items`, `message_ids` (the first hundred). Text is as
 * logged, cut to 8,000 characters. Memory is bounded.
 */
export function eventRows(session: Session, { table }: Selected): AsyncIterable<readonly Json[]> {
  return session.stream(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms, toString(record_id) AS access_id,
       ${tokenText('s.token_id')} AS token_id,
       ${TEXTS.map((column) => cut(`s.${column}`, column)).join(', ')},
       is_failed, is_mail, bytes, length(item_message_id) AS items,
       arrayMap(id -> substringUTF8(trimBoth(id), 1, 998),
         arraySlice(arrayFilter(id -> trimBoth(id) != '', item_message_id), 1, 100)) AS message_ids
     FROM ${withStrength(table)} AS s ORDER BY s.at, s.record_id, s.content ${BOUNDED}`,
  )
}

const TEXTS =
  `party class verdict reason strength source service operation principal principal_id actor_kind account mailbox
   mailbox_id tenant token_tenant session_id ip app_id client_app_id client object_path`.split(
    /\s+/,
  )
