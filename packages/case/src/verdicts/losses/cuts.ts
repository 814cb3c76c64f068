/**
 * Mailbox records of which only the beginning could be read, which does not say whose mailbox it was.
 *
 * @module
 */
import { asNumber, asText, computed, countOf, rowReader } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'
import { BOUNDED } from '../../engine/settings.ts'
import { IS_CUT } from '../../store/access_sql.ts'
import type { Loss } from './loss.ts'
import { HAS_TIME } from './loss.ts'

/** Losses by cut records. Cost: a pass over the files that say they have some. */
export async function lostByCuts(session: Session): Promise<Loss[]> {
  if ((await countOf(session, "statement WHERE code = 'audit-data-truncated'")) === 0) return []
  const rows = await session.rows(
    `SELECT evidence_id, toString(source) AS log_source, toString(service) AS category, toString(tenant) AS log_tenant,
       toUnixTimestamp64Milli(at) AS ms, ms + 1 AS end_ms, count() AS records
     FROM access
     WHERE ${HAS_TIME} AND ${IS_CUT} AND mailbox = '' AND mailbox_id = ''
       AND evidence_id GLOBAL IN (SELECT evidence_id FROM statement WHERE code = 'audit-data-truncated')
     GROUP BY evidence_id, log_source, category, log_tenant, ms ORDER BY ms, evidence_id, log_tenant, category ${BOUNDED}`,
  )
  return rows.map(readCut)
}

const readCut = rowReader(
  computed('side', () => 'access' as const),
  asText('source:log_source category tenant:log_tenant'),
  asNumber('evidenceId'),
  computed('code', () => 'cut-records' as const),
  asNumber('fromMs:ms toMs:end_ms records'),
)
