/** What the logs cover in a time, by tenant: shown where a selection is empty. */

import { isoOf } from '@mintmark/core'
import { cell, type Numbers, rowReader, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { tenantNames } from '../scope/accounts.ts'
import type { Selected } from '../scope/selected.ts'
import { HOUR_MS, type LogName, type Period } from '../verdicts/losses/loss.ts'

const MOST_ROWS = 2000
/** Later than what a case can hold. */
const LAST_MS = Date.UTC(2300, 0)

export type CoveredLog = LogName & Texts<'name first last'> & Numbers<'hours hoursPresent records'>

export async function coverageIn(
  session: Session,
  { facts }: Selected,
  { fromMs, toMs }: Partial<Period>,
): Promise<CoveredLog[]> {
  const rows = await session.rows(
    `SELECT side, toString(source) AS log, toString(category) AS kind, toString(tenant) AS name,
       toUnixTimestamp(min(hour)) AS first_s, toUnixTimestamp(max(hour)) AS last_s,
       uniqExactIf(hour, is_in) AS present, sumIf(records, is_in) AS n
     FROM (
       SELECT *, toInt64(toUnixTimestamp(hour)) * 1000 + ${HOUR_MS} > {from:Int64}
         AND toInt64(toUnixTimestamp(hour)) * 1000 < {to:Int64} AS is_in
       FROM coverage)
     GROUP BY side, log, kind, name ORDER BY present, name, side, log, kind LIMIT ${MOST_ROWS} ${BOUNDED}`,
    { from: fromMs ?? 0, to: toMs ?? LAST_MS },
  )
  const ends = rows.flatMap((row) => [Number(row['first_s']), Number(row['last_s']) + 3600])
  const begin = fromMs ?? Math.min(...ends) * 1000
  const end = toMs ?? Math.max(...ends) * 1000
  const hours = Math.max(0, Math.ceil(end / HOUR_MS) - Math.floor(begin / HOUR_MS))
  const names = await tenantNames(session, facts, [
    ...new Set(rows.map((row) => String(row['name']))),
  ])
  return rows.map(
    rowReader(
      cell.text('tenant:name'),
      cell.made('name', ({ name }) => names.get(String(name)) ?? String(name)),
      cell.side('side'),
      cell.text('source:log category:kind'),
      cell.made('hours', () => hours),
      cell.number('hoursPresent:present records:n'),
      cell.made('first', (row) => isoOf(Number(row['first_s']) * 1000)),
      cell.made('last', (row) => isoOf((Number(row['last_s']) + 3600) * 1000)),
    ),
  )
}
