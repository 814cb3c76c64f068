/**
 * Mailbox records of which only the beginning could be read, which does not say whose mailbox it was.
 *
 * Where it does, the record is an access like any other, to a mailbox whose messages it does not name.
 *
 * @module
 */
import { asNumber, asText, countOf, rowReader } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'
import { BOUNDED } from '../../engine/settings.ts'
import { IS_CUT } from '../../store/access_sql.ts'
import type { Loss } from './loss.ts'
import { HAS_TIME } from './loss.ts'

/** Losses by cut records. Cost: a pass over the files that say they have some. Throws as `Session.rows`. */
export async function lostByCuts(session: Session): Promise<Loss[]> {
  if ((await countOf(session, "statement WHERE code = 'audit-data-truncated'")) === 0) return []
  const rows = await session.rows(
    `SELECT evidence_id, toString(source) AS log_source, toString(service) AS category, toString(tenant) AS log_tenant,
       toUnixTimestamp64Milli(at) AS ms, count() AS records
     FROM access
     WHERE ${HAS_TIME} AND ${IS_CUT} AND mailbox = '' AND mailbox_id = ''
       AND evidence_id GLOBAL IN (SELECT evidence_id FROM statement WHERE code = 'audit-data-truncated')
     GROUP BY evidence_id, log_source, category, log_tenant, ms ORDER BY ms, evidence_id, log_tenant, category ${BOUNDED}`,
  )
  return rows.map((row) => {
    const { ms, records, evidenceId, ...log } = readCut(row)
    const period = { fromMs: ms, toMs: ms + 1 }
    return { side: 'access', ...log, evidenceId, code: 'cut-records', ...period, records }
  })
}

const readCut = rowReader(
  asText('source:log_source category tenant:log_tenant'),
  asNumber('evidenceId ms records'),
)
