/**
 * How many hits of each hunt lie in a selection.
 *
 * @module
 */

import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'

/** Distinct accesses by the hunt's id; a hunt without any is not in it. Throws as `Session.rows`. */
export async function hitsWithin(
  session: Session,
  table: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.rows(
    `SELECT toString(hunt) AS hunt, uniqExact(record_id, content) AS n FROM hunt_hit
     WHERE (record_id, content) GLOBAL IN (SELECT record_id, content FROM ${table})
     GROUP BY hunt ORDER BY hunt ${BOUNDED}`,
  )
  return new Map(rows.map((row) => [String(row['hunt']), Number(row['n'])]))
}
