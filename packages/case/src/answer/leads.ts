/** Leads by verdict reason and by hunt, each with what would settle it. A lead accuses nobody. */

import type { Json } from '@mintmark/core'
import { cell, type Numbers, rowReader, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import type { HuntResult } from '../hunts/run_hunts.ts'
import { COUNTED, hunted, pointedAccesses } from '../scope/pointed_counts.ts'
import type { MarkConditions } from '../scope/selection.ts'
import { settledBy } from '../verdicts/match/reasons.ts'

export interface Lead
  extends Texts<'verdict text first last settledBy'>,
    Numbers<'accesses tokens sessions mailboxes'> {
  readonly kind: 'verdict' | 'hunt'
  readonly by: string
}

export async function leadsOf(
  session: Session,
  hunts: readonly HuntResult[],
  marked?: MarkConditions,
): Promise<Lead[]> {
  const legitimate = marked?.legitimate ?? '0'
  const rows = await session.rows(
    `SELECT source, hunt, verdict, reason, ${COUNTED}
     FROM (${pointedAccesses(legitimate)} UNION ALL ${hunted(legitimate)})
     WHERE strength = 'lead' GROUP BY source, hunt, verdict, reason
     ORDER BY source = 'verdict' DESC, uniqExact(access) DESC, reason, hunt LIMIT 1000 ${BOUNDED}`,
  )
  const byId = new Map(hunts.map((hunt) => [hunt.id, hunt]))
  return rows.map((row) => leadOf(row, byId.get(String(row['hunt']))))
}

const readCounts = rowReader(cell.number('tokens sessions mailboxes'), cell.time('first last'))

function leadOf(row: Json, hunt: HuntResult | undefined): Lead {
  const isHunt = row['source'] === 'hunt'
  const reason = String(row['reason'])
  return {
    kind: isHunt ? 'hunt' : 'verdict',
    by: isHunt ? String(row['hunt']) : reason,
    verdict: String(row['verdict']),
    text: isHunt ? (hunt?.title ?? String(row['hunt'])) : reason.replaceAll('-', ' '),
    accesses: Number(isHunt ? row['hunt_hits'] : row['accesses']),
    ...readCounts(row),
    settledBy: isHunt
      ? `Who knows these accounts. A hit cannot mean: ${hunt?.cannotMean ?? 'see the hunt'}`
      : settledBy(reason),
  }
}
