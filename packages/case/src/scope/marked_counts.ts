/** What marks change about an answer: what they take out of its counts, what they call the attacker's, and who says so. */

import { countOf } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { type MarkParty, NEWEST } from './marks.ts'
import {
  countsOf,
  ESTABLISHED,
  LEADS,
  type PointedCounts,
  pointedCounts,
} from './pointed_counts.ts'
import type { MarkConditions } from './selection.ts'

interface By {
  readonly by: readonly string[]
}

export interface MarkedCounts {
  /** Marked as legitimate, although verdicts or hunts point at them: in none of the other counts. */
  readonly established: PointedCounts & By
  readonly leads: PointedCounts & By
  /** Accesses that are marked as the attacker's, and not established. */
  readonly attackers: { readonly accesses: number } & By
}

/** Cost: as {@link pointedCounts}, and passes over the marked accesses; nothing where the case has no mark. */
export async function markedCounts(
  session: Session,
  marked: MarkConditions | undefined,
): Promise<MarkedCounts> {
  const none = { ...countsOf({}), by: [] }
  if (marked === undefined)
    return { established: none, leads: none, attackers: { accesses: 0, by: [] } }
  const { attacker, legitimate } = marked
  const { established, leads } = await pointedCounts(session, { legitimate: `(NOT ${legitimate})` })
  const among = (pointed: string) => `${legitimate} AND (record_id, content) GLOBAL IN (${pointed})`
  const others = `${attacker} AND (record_id, content) GLOBAL NOT IN (${ESTABLISHED})`
  return {
    established: { ...established, by: await authors(session, 'legitimate', among(ESTABLISHED)) },
    leads: { ...leads, by: await authors(session, 'legitimate', among(LEADS)) },
    attackers: {
      accesses: await countOf(session, `access WHERE ${others}`),
      by: await authors(session, 'attacker', others),
    },
  }
}

async function authors(session: Session, party: MarkParty, where: string): Promise<string[]> {
  const rows = await session.rows(
    `SELECT DISTINCT newest.2 AS who FROM (${NEWEST}) WHERE newest.3 = '${party}' AND (kind, value) GLOBAL IN (
       SELECT DISTINCT arrayJoin([('access', toString(record_id)), ('token', toString(token_id)),
         ('session', toString(session_id)), ('session', toString(other_session_id)), ('address', toString(ip))])
       FROM access WHERE ${where})
     ORDER BY who`,
  )
  return rows.map(({ who }) => String(who))
}
