/**
 * The messages that the selected accesses name, one row a copy, (mailbox, message): for exports.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Selected } from '../scope/selected.ts'

/** Characters of a subject or a folder that a row gives at most: what a cell of a spreadsheet holds. */
const MOST_TEXT = 32_767

/** What the accesses of the selection say of their items; subjects and folders are in `access` alone. */
const ITEMS = (table: string) => `
  SELECT account, trimBoth(m) AS message_id, if(message_id = '', trimBoth(i), '') AS item_id,
    substringUTF8(s, 1, ${MOST_TEXT}) AS subject, substringUTF8(f, 1, ${MOST_TEXT}) AS folder, b AS size, at,
    party = 'theirs' AND named = 'read' AS is_read, record_id, content,
    if(message_id = '' AND item_id = '', number, 0) AS nameless
  FROM (
    SELECT chosen.account AS account, chosen.party AS party, chosen.named AS named, seen.*
    FROM (
      SELECT record_id, content, at, item_message_id, item_id AS item_ids, item_folder, item_bytes, item_subject
      FROM access
      WHERE (record_id, content) GLOBAL IN (
        SELECT record_id, content FROM ${table} WHERE is_mail AND named != '')
    ) AS seen
    GLOBAL INNER ANY JOIN (
      SELECT record_id, content, account, party, named FROM ${table} WHERE is_mail AND named != ''
    ) AS chosen ON seen.record_id = chosen.record_id AND seen.content = chosen.content
  )
  ARRAY JOIN item_message_id AS m, item_ids AS i, item_folder AS f, item_bytes AS b, item_subject AS s,
    arrayEnumerate(item_message_id) AS number`

/**
 * Copies by account and message id; items without a message id after them, by item id. Columns: `account`,
 * `message_id`, `item_id` (of an item without message id), `subject`, `folder`, `bytes` (largest size given),
 * `accesses`, `first_ms`, `last_ms`, `is_read` (1: a reading access of the attacker names it). Text is as logged,
 * subjects and folders cut to 32,767 characters. Memory is bounded.
 */
export function messageRows(session: Session, { table }: Selected): AsyncIterable<readonly Json[]> {
  return session.stream(
    `SELECT account, message_id, item_id, argMin(subject, (subject = '', at, record_id)) AS subject,
       argMin(folder, (folder = '', at, record_id)) AS folder, max(size) AS bytes,
       uniqExact(record_id, content) AS accesses, toUnixTimestamp64Milli(min(at)) AS first_ms,
       toUnixTimestamp64Milli(max(at)) AS last_ms, max(is_read) AS is_read
     FROM (${ITEMS(table)})
     GROUP BY account, message_id, item_id, nameless,
       if(nameless = 0, toUUID('00000000-0000-0000-0000-000000000000'), record_id), if(nameless = 0, 0, content)
     ORDER BY account, message_id = '', message_id, item_id, first_ms, nameless ${BOUNDED}`,
  )
}
