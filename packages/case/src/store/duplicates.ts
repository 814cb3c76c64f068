/** Merges copies of one record, as some exports leave fields out. Copies that contradict each other stay. */

import { countOf } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { ACCESS } from './schema.ts'
import { HAS_TOKEN, IS_CUT, nameOf } from './sql.ts'

/** Copies of one record that are compared; nobody exports one in more shapes. */
const MAX_COPIES = 64
/** Above this the engine groups on disk. */
const GROUP_BYTES_OF_COPIES = 300_000_000

/** What a column holds where the record lacks the field, if not the type's zero. */
const NOTHING: ReadonlyMap<string, string> = new Map([
  ['token_state', "'absent'"],
  ['logon_type', '-1'],
  ['throttled', '-1'],
])

/** A hash of each field that a copy has, 0 of each that it lacks. */
const FIELDS = [
  `if(${HAS_TOKEN}, cityHash64(token_id), 0)`,
  ...ACCESS.map(nameOf)
    .filter((name) => name !== 'source' && name !== 'detail')
    .map((name) => {
      const nothing = NOTHING.get(name) ?? `defaultValueOfArgumentType(${name})`
      return `if(${name} = ${nothing}, 0, cityHash64(${name}))`
    }),
].join(', ')

const DETAILS = 'arrayMap(pair -> cityHash64(pair), JSONExtractKeysAndValuesRaw(detail))'

const FIND = `
  INSERT INTO poorer_copy (bucket, token_id, record_id, content)
  SELECT duplicate.1, duplicate.2, record_id, duplicate.3
  FROM (
    SELECT record_id, groupArray(${MAX_COPIES})((bucket, token_id, content, [${FIELDS}], ${DETAILS}, ${IS_CUT})) AS copies
    FROM access
    WHERE (source, record_id) GLOBAL IN (SELECT source, record_id FROM conflict WHERE side = 'access')
    GROUP BY source, record_id
  )
  ARRAY JOIN arrayFilter(
    one -> arrayExists(
      other -> (one.6 AND NOT other.6) OR
        (one.6 = other.6 AND (one.4 != other.4 OR (length(one.5) < length(other.5) AND hasAll(other.5, one.5)))
          AND arrayAll((its, more) -> its = 0 OR its = more, one.4, other.4)),
      copies
    ),
    copies
  ) AS duplicate
  SETTINGS max_bytes_before_external_group_by = ${GROUP_BYTES_OF_COPIES}
`

/**
 * Removes copies of a record that lack fields of another copy, as some exports leave them out, and differ from it in
 * none; a whole copy also replaces a cut one. Contradicting copies stay. @returns whether there were any
 */
export async function mergeDuplicates(session: Session): Promise<boolean> {
  const found = session.localTable('poorer_copy')
  const clear = () => session.everywhere(`TRUNCATE TABLE ${found}`)
  await clear()
  await session.command(FIND)
  if ((await countOf(session, 'poorer_copy')) === 0) return false
  // A copy and its row here have one bucket, so that they are in one shard.
  await session.everywhere(
    `ALTER TABLE ${session.localTable('access')} DELETE
    WHERE (bucket, token_id, record_id, content) IN (SELECT bucket, token_id, record_id, content FROM ${found})`,
  )
  await clear()
  return true
}
