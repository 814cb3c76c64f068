/** The selected accesses and the messages that they name, for exports. Text is as logged, and memory is bounded. */
import type { Json } from '@mintmark/core'
import { BOUNDED, type Session } from '../engine/session.ts'
import { isMarkedAlone } from '../scope/accounts.ts'
import { withStrength } from '../scope/pointed_counts.ts'
import { select } from '../scope/select.ts'
import type { Selected } from '../scope/selected.ts'
import type { Selection } from '../scope/selection.ts'
import { messageKey, NO_ID, tokenText } from '../store/sql.ts'

/** Longest text that a row gives: what Timesketch can aggregate (reference of the logs, "Conventions"). */
const MOST_EVENT_TEXT = 8_000
const cut = (column: string, name = column) =>
  `substringUTF8(toString(${column}), 1, ${MOST_EVENT_TEXT}) AS ${name}`

/** In order of time, then record id; `''` for no id. At most 100 message ids, 8,000 characters. */
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

const TIMELINE = (table: string) => `
  SELECT
    toUnixTimestamp64Milli(at) AS at_ms, party, verdict, reason, strength, service, operation, principal, mailbox, tenant, ip,
    app_id, client_app_id, client, session_id,
    ${tokenText()} AS token_id,
    toString(record_id) AS access_id, length(item_message_id) AS items, object_path
  FROM ${withStrength(table)}
  ORDER BY at, record_id, content
  ${BOUNDED}
`

/** Selected accesses in the order of time. @throws {MintmarkError} `INPUT_INVALID` for a bad value in the selection */
export async function* timelineRows(
  session: Session,
  selection: Selection,
): AsyncIterable<readonly Json[]> {
  const selected = await select(session, selection)
  try {
    yield* session.stream(TIMELINE(selected.table))
  } finally {
    await selected.close()
  }
}

/** Characters of a subject or a folder that a row gives at most: what a cell of a spreadsheet holds. */
const MOST_CELL = 32_767

const SPELLED_ID =
  "if(message_key = '', '', argMin(message_id, (NOT startsWith(message_id, '<'), message_id)))"

const ITEMS = (table: string, isMarked: string) => `
  SELECT account, trimBoth(m) AS message_id, ${messageKey('m')} AS message_key, if(message_key = '', trimBoth(i), '') AS item_id,
    substringUTF8(s, 1, ${MOST_CELL}) AS subject, substringUTF8(f, 1, ${MOST_CELL}) AS folder, b AS size, at,
    party = 'attacker' AND named = 'read' AS is_read, is_read AND NOT is_marked AS is_established, record_id, content,
    if(message_key = '' AND item_id = '', number, 0) AS nameless
  FROM (
    SELECT chosen.account AS account, chosen.party AS party, chosen.named AS named, chosen.is_marked AS is_marked, seen.*
    FROM (
      SELECT record_id, content, at, item_message_id, item_id AS item_ids, item_folder, item_bytes, item_subject
      FROM access
      WHERE (record_id, content) GLOBAL IN (
        SELECT record_id, content FROM ${table} WHERE is_mail AND named != '')
    ) AS seen
    GLOBAL INNER ANY JOIN (
      SELECT record_id, content, account, party, named, ${isMarked} AS is_marked FROM ${table} WHERE is_mail AND named != ''
    ) AS chosen ON seen.record_id = chosen.record_id AND seen.content = chosen.content
  )
  ARRAY JOIN item_message_id AS m, item_ids AS i, item_folder AS f, item_bytes AS b, item_subject AS s,
    arrayEnumerate(item_message_id) AS number`

/**
 * `is_read`: a reading access of the attacker names it. `is_established`: also without marks. Items
 * without a message id come last; text is cut to 32,767 characters.
 */
export function messageRows(session: Session, selected: Selected): AsyncIterable<readonly Json[]> {
  return session.stream(
    `SELECT account, ${SPELLED_ID} AS message_id, item_id, argMin(subject, (subject = '', at, record_id)) AS subject,
       argMin(folder, (folder = '', at, record_id)) AS folder, max(size) AS bytes,
       uniqExact(record_id, content) AS accesses, toUnixTimestamp64Milli(min(at)) AS first_ms,
       toUnixTimestamp64Milli(max(at)) AS last_ms, max(is_read) AS is_read, max(is_established) AS is_established
     FROM (${ITEMS(selected.table, isMarkedAlone(selected))})
     GROUP BY account, message_key, item_id, nameless,
       if(nameless = 0, toUUID('${NO_ID}'), record_id), if(nameless = 0, 0, content)
     ORDER BY account, message_id = '', message_id, item_id, first_ms, nameless ${BOUNDED}`,
  )
}
