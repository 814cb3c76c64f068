/**
 * What the selected accesses exposed: one row a copy, (mailbox, message), and items without a message id.
 *
 * @module
 */
import { countOf } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Selected } from './selected.ts'

/** Scratch tables of what was exposed. */
export interface Exposure {
  /**
   * One row a copy: account, message (hash of its id), lower (1: read by the attacker; 0: else), bytes (the most
   * given).
   */
  readonly copies: string
  /** One row an item without message id: account, item (hash), lower, is_resolved (1: another record gives the id). */
  readonly nameless: string
}

/** The items of the selected accesses, one row each. */
export const itemsOf = ({ table }: Selected): string => `
  SELECT account, record_id, content, party, named, class, operation, number,
    trimBoth(m) AS message, trimBoth(i) AS item, b AS size
  FROM ${table}
  ARRAY JOIN item_message_id AS m, item_id AS i, item_bytes AS b, arrayEnumerate(item_message_id) AS number
  WHERE is_mail AND named != ''`

const IS_LOWER = "party = 'theirs' AND named = 'read'"

/**
 * Writes down copies and nameless items. A nameless item is not merged with a message by itself. Where any record of
 * the case gives the message id of the same store item, the upper bound counts that message. Collectors fold the
 * letters of ids, so ids are compared case-blind.
 */
export async function expose(session: Session, selected: Selected): Promise<Exposure> {
  const items = itemsOf(selected)
  const copies = await selected.scratch.table(
    'copies',
    'account String, message FixedString(16), lower UInt8, bytes UInt64',
    '(account, message)',
  )
  const nameless = await selected.scratch.table(
    'nameless',
    'account String, item FixedString(16), item_id String, lower UInt8, is_resolved UInt8',
    '(account, item)',
  )
  await session.command(
    `INSERT INTO ${nameless}
     SELECT account, if(item = '', sipHash128(record_id, content, number), sipHash128(item)) AS hash,
       any(item), max(${IS_LOWER}), 0
     FROM (${items}) WHERE message = '' GROUP BY account, hash ${BOUNDED}`,
  )
  const resolved = await resolve(session, selected, nameless)
  await session.command(
    `INSERT INTO ${copies}
     SELECT account, sipHash128(lower(message)) AS hash, max(is_lower), max(size)
     FROM (
       SELECT account, message, size, ${IS_LOWER} AS is_lower FROM (${items}) WHERE message != ''
       UNION ALL
       SELECT account, message_id AS message, 0 AS size, 0 AS is_lower
       FROM ${nameless} AS items INNER JOIN ${resolved} AS ids ON items.item_id = ids.item_id
     )
     GROUP BY account, hash ${BOUNDED}`,
  )
  return { copies, nameless }
}

/**
 * Message ids of nameless items, from any record of the case that gives both. An item id with two message ids has none.
 */
async function resolve(session: Session, selected: Selected, nameless: string): Promise<string> {
  const columns = 'item_id String, message_id String'
  const table = await selected.scratch.table('resolved', columns, 'item_id')
  const wanted = `SELECT item_id FROM ${nameless} WHERE item_id != ''`
  if ((await countOf(session, `(${wanted})`)) === 0) return table
  await session.command(
    `INSERT INTO ${table}
     SELECT trimBoth(item_id) AS id, any(trimBoth(message_id)) FROM item
     WHERE trimBoth(message_id) != '' AND trimBoth(item_id) GLOBAL IN (${wanted})
     GROUP BY id HAVING uniqExact(trimBoth(message_id)) = 1 ${BOUNDED}`,
  )
  await session.command(
    `ALTER TABLE ${nameless} UPDATE is_resolved = 1
     WHERE item_id IN (SELECT item_id FROM ${table}) SETTINGS mutations_sync = 2`,
  )
  return table
}
