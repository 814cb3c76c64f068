/**
 * Times that an extractor says it did not capture, in the unified audit log of the tenants whose records are in its
 * folder. Sign-in logs come another way and lose nothing.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import { UNKNOWN_OWNER } from '@mintmark/logs'
import { textsOf } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'
import { BOUNDED } from '../../engine/settings.ts'
import { ALL_TIME, type Loss } from './loss.ts'
import { AUDIT_LOG } from './lossy_files.ts'

const FOLDER = "substring(path, 1, length(path) - position(reverse(path), '/'))"

/** Losses by stated gaps. Cost: a pass over two columns where there is such a statement. */
export async function lostByExtractors(session: Session): Promise<Loss[]> {
  const gaps = await session.rows(
    `SELECT DISTINCT evidence_id, toUnixTimestamp64Milli(from_at) AS from_ms, toUnixTimestamp64Milli(to_at) AS to_ms,
       ${FOLDER} AS folder
     FROM statement LEFT ANY JOIN (SELECT evidence_id, path FROM evidence) AS e USING (evidence_id)
     WHERE code = 'extractor-gap' ORDER BY from_ms, to_ms, folder, evidence_id`,
  )
  if (gaps.length === 0) return []
  const folders = await auditFolders(session)
  return gaps.flatMap((gap) => {
    const tenants = tenantsBeside(String(gap['folder']), folders)
    return (tenants.length === 0 ? [''] : tenants).flatMap((tenant) => lossesOf(gap, tenant))
  })
}

function lossesOf(gap: Json, tenant: string): Loss[] {
  const isTimed = gap['from_ms'] !== null && gap['to_ms'] !== null
  const period = isTimed ? { fromMs: Number(gap['from_ms']), toMs: Number(gap['to_ms']) } : ALL_TIME
  const evidenceId = Number(gap['evidence_id'])
  const lost = { evidenceId, code: 'extractor-gap', ...period, records: 0 } as const
  return AUDIT_LOG.map((log) => Object.assign({}, log, { tenant }, lost))
}

/** Tenants of audit records, by the folder of their files. */
async function auditFolders(session: Session): Promise<Map<string, string[]>> {
  const rows = await session.rows(
    `SELECT ${FOLDER} AS folder, groupUniqArray(log_tenant) AS tenants FROM (
       SELECT DISTINCT evidence_id, toString(tenant) AS log_tenant FROM access WHERE source = 'ual'
       UNION DISTINCT
       SELECT DISTINCT evidence_id, toString(owner) AS log_tenant FROM issuance
       WHERE source IN ('ual-sts', 'ual-owa')
     ) AS seen LEFT ANY JOIN (SELECT evidence_id, path FROM evidence) AS e USING (evidence_id)
     WHERE log_tenant NOT IN ('', '${UNKNOWN_OWNER}') GROUP BY folder ORDER BY folder ${BOUNDED}`,
  )
  return new Map(rows.map((row) => [String(row['folder']), textsOf(row['tenants'])]))
}

/** Tenants with records in the message's folder, or in one within it. */
function tenantsBeside(folder: string, folders: ReadonlyMap<string, readonly string[]>): string[] {
  const tenants = [...folders]
    .filter(([name]) => name === folder || folder === '' || name.startsWith(`${folder}/`))
    .flatMap(([, own]) => own)
  return [...new Set(tenants)].toSorted((a, b) => (a < b ? -1 : 1))
}
