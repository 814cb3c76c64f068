/**
 * Mailbox records of which only the begin could be read, and that begin does not say whose mailbox it was.
 *
 * Where it does, the record is an access like any other, to a mailbox whose messages it does not name.
 *
 * @module
 */
import { text } from '@mintmark/core'
import type { Session } from '../../engine/session.ts'
import { BOUNDED } from '../../engine/settings.ts'
import type { Loss } from './loss.ts'
import { HAS_TIME } from './lossy_files.ts'

/** Losses by cut records. Cost: a pass over the files that say they have some. Throws as `Session.rows`. */
export async function lostByCuts(session: Session): Promise<Loss[]> {
  const [stated] = await session.rows(
    "SELECT count() AS n FROM statement WHERE code = 'audit-data-truncated'",
  )
  if (Number(stated?.['n']) === 0) return []
  const rows = await session.rows(
    `SELECT evidence_id, toString(source) AS log_source, toString(service) AS category, toString(tenant) AS log_tenant,
       toUnixTimestamp64Milli(at) AS ms, count() AS records
     FROM access
     WHERE ${HAS_TIME} AND startsWith(detail, '{"truncated":true') AND mailbox = '' AND mailbox_id = ''
       AND evidence_id GLOBAL IN (SELECT evidence_id FROM statement WHERE code = 'audit-data-truncated')
     GROUP BY evidence_id, log_source, category, log_tenant, ms ORDER BY ms, evidence_id, log_tenant, category ${BOUNDED}`,
  )
  return rows.map((row) => ({
    side: 'access',
    source: text(row, 'log_source') ?? '',
    category: text(row, 'category') ?? '',
    tenant: text(row, 'log_tenant') ?? '',
    evidenceId: Number(row['evidence_id']),
    code: 'cut-records',
    fromMs: Number(row['ms']),
    toMs: Number(row['ms']) + 1,
    records: Number(row['records']),
  }))
}
