/**
 * How many hits of each hunt are in a selection.
 *
 * @module
 */
import { numbersBy } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'

/** Distinct accesses by the hunt's id; a hunt without any is not in it. */
export async function hitsWithin(
  session: Session,
  table: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.rows(
    `SELECT toString(hunt) AS hunt, uniqExact(record_id, content) AS n FROM hunt_hit
     WHERE (record_id, content) GLOBAL IN (SELECT record_id, content FROM ${table})
     GROUP BY hunt ORDER BY hunt ${BOUNDED}`,
  )
  return numbersBy(rows, 'hunt', 'n')
}
