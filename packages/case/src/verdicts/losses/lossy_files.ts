/** Files that state or show that records are missing from them, their logs, and what these lost by that. */
import { UNKNOWN_OWNER } from '@mintmark/logs'
import { countOf } from '../../engine/rows.ts'
import type { Scratch } from '../../engine/scratch.ts'
import { BOUNDED, type Session } from '../../engine/session.ts'
import { columnsSql, IS_CUT } from '../../store/sql.ts'
import { EVER, HAS_TIME, logsByFile } from './loss.ts'

/** Statements by which a file says that it is not all that its log had. */
const CAPS = "'row-cap', 'next-link', 'result-count-short', 'ends-early'"
const CUT = "'audit-data-truncated'"
/** Fewer records do not show that a file holds one service alone. */
const SHOWS_ITS_SERVICES = 20

/** True of a reject that is a lost record of a log, and not of a log that is not read or of a text that was mended. */
const IS_LOSS = `(kind IN ('row', 'payload')
  AND reason NOT IN ('unsupported-category', 'unsupported-cloud-app-event', 'not-an-access', 'invalid-utf8'))`

/** Files that are logs of a known shape, each once. */
const OF_LOGS = `SELECT evidence_id FROM evidence WHERE same_as = 0 AND shape NOT IN (
  'directory', 'folder-inventory', 'local-times-csv', 'unrecognised', 'unreadable', 'empty')`

/** Rejects by which a record of a log is lost. */
export const LOST_ROWS: string = `SELECT evidence_id, line, reason FROM reject WHERE ${IS_LOSS} AND evidence_id IN (${OF_LOGS})`

/** Files that end before their log does, and how that is known; one whose reading ended early, after some records, too. */
const CAPPED = `SELECT evidence_id, toString(code) AS said FROM statement WHERE code IN (${CAPS})
  UNION DISTINCT
  SELECT evidence_id, 'ends-early' FROM reject
  WHERE kind = 'file' AND evidence_id IN (SELECT evidence_id FROM evidence WHERE issuances + accesses > 0)`

const LOSSY = `SELECT DISTINCT evidence_id FROM (
    SELECT evidence_id FROM statement WHERE code = ${CUT}
    UNION ALL SELECT evidence_id FROM reject WHERE ${IS_LOSS}
    UNION ALL SELECT evidence_id FROM (${CAPPED})
  ) WHERE evidence_id IN (${OF_LOGS})`

const tuples = (...logs: readonly string[]) =>
  `[${logs.map((log) => `('${log.split('/').join("', '")}', '')`).join(', ')}]`
/** What the unified audit log holds, without its tenant. */
const AUDIT_LOG = tuples('access/ual/', 'issuance/ual-sts/sts-logon', 'issuance/ual-owa/owa-auth')
/** Logs by the beginning of a shape's name: which a file without any stored record may be of, for every tenant. */
const LOGS_OF_SHAPES = [
  ['ual-', AUDIT_LOG],
  ['entra-audit', tuples('access/entra-audit/')],
  ['entra-', tuples('issuance//')],
  ['graph-', tuples('access/graph-activity/')],
  ['aad-graph-', tuples('access/aad-graph-activity/')],
  ['mintmark-access', tuples('access/mintmark/')],
  ['mintmark-issuance', tuples('issuance/mintmark/')],
  ['dovecot-', tuples('access/dovecot/')],
  ['keycloak-', tuples('access/keycloak/', 'issuance/keycloak/')],
].map(([prefix, logs]) => `startsWith(shape, '${prefix}'), ${logs}`)

const OWN_COLUMNS = 'evidence_id UInt32; own Array(Tuple(String, String, String, String))'
/** Records that do not show their owner are of the file's others. Few records do not exclude other services. */
const ownLogs = (lossy: string) => `
  SELECT evidence_id, groupUniqArray((side, log_source,
      if(side = 'access' AND accesses < ${SHOWS_ITS_SERVICES}, '', category), tenant)) AS own
  FROM (
    SELECT evidence_id, side, log_source, category, if(log_tenant = '${UNKNOWN_OWNER}', '', log_tenant) AS tenant,
      sumIf(n, side = 'access') OVER (PARTITION BY evidence_id) AS accesses
    FROM (
      SELECT *, log_tenant NOT IN ('', '${UNKNOWN_OWNER}') AS is_named, max(is_named) OVER (PARTITION BY evidence_id) AS is_any
      FROM (${logsByFile('count() AS n', `evidence_id GLOBAL IN (SELECT evidence_id FROM ${lossy})`)})
    ) WHERE is_named = is_any
  ) GROUP BY evidence_id`

/**
 * The logs of each lossy file, with its first and last record, duplicates of other files' included: all time where it has
 * none. Cost: a pass over the columns that name logs.
 */
export async function lossyLogs(session: Session, scratch: Scratch): Promise<string> {
  const columns =
    'evidence_id UInt32; from_ms Int64; to_ms Int64; side Low; source Low; category Low; tenant Low'
  const logs = await scratch.table('lossy', columnsSql(columns))
  const lossy = await filled(session, scratch, 'lossy_file', 'evidence_id UInt32', LOSSY)
  if ((await countOf(session, lossy)) === 0) return logs
  const own = await filled(session, scratch, 'own_logs', OWN_COLUMNS, ownLogs(lossy))
  await session.command(
    `INSERT INTO ${logs}
     SELECT evidence_id, from_ms, to_ms, log.1, log.2, log.3, log.4 FROM (
       SELECT evidence_id, first IS NOT NULL AND last IS NOT NULL AS is_timed,
         if(is_timed, toUnixTimestamp64Milli(assumeNotNull(first)), ${EVER.from}) AS from_ms,
         if(is_timed, toUnixTimestamp64Milli(assumeNotNull(last)) + 1, ${EVER.to}) AS to_ms,
         if(notEmpty(own), own, multiIf(${LOGS_OF_SHAPES.join(', ')}, [])) AS logs
       FROM evidence LEFT ANY JOIN ${own} AS o USING (evidence_id)
       WHERE evidence_id IN (SELECT evidence_id FROM ${lossy})
     ) ARRAY JOIN logs AS log ${BOUNDED}`,
  )
  return logs
}

/** A scratch table of what a query gives: a join with the query itself is unknown to the servers of a cluster. */
async function filled(
  session: Session,
  scratch: Scratch,
  name: string,
  columns: string,
  query: string,
): Promise<string> {
  const table = await scratch.table(name, columnsSql(columns))
  await session.command(`INSERT INTO ${table} SELECT * FROM (${query}) ${BOUNDED}`)
  return table
}

/** Losses by mailbox records whose beginning alone could be read. It does not name the mailbox. */
export const CUT_RECORDS: string = `
  SELECT 'access', toString(source) AS log_source, toString(service) AS category, toString(tenant) AS log_tenant, evidence_id,
    'cut-records', toUnixTimestamp64Milli(at) AS ms, ms + 1, count()
  FROM access
  WHERE ${HAS_TIME} AND ${IS_CUT} AND mailbox = '' AND mailbox_id = ''
    AND evidence_id GLOBAL IN (SELECT evidence_id FROM statement WHERE code = ${CUT})
  GROUP BY evidence_id, log_source, category, log_tenant, ms`

/** Formats of tables and logs that are not read, by the name of the file, or of a sheet in one. */
const UNREAD_FORMAT =
  '(?i)([.](xlsx|xlsm|xlsb|xls|ods|parquet|avro|orc|evtx|sqlite)|!xl/worksheets/[^/]*[.](xml|bin))$'

/**
 * Losses by files that may be a log, of any tenant and of all time, and of which nothing could be read. Text without a
 * row, and other formats, are none.
 */
export const UNREAD_FILES: string = `
  SELECT arrayJoin(['access', 'issuance']), '', '', '', evidence_id, 'unread-file', ${EVER.from}, ${EVER.to}, 0 FROM evidence
  WHERE same_as = 0 AND NOT match(path, '(^|[/!])([.][^/!]*|Thumbs[.]db|desktop[.]ini)$') AND (
    shape = 'local-times-csv'
    OR shape = 'unreadable' AND evidence_id NOT IN (SELECT evidence_id FROM reject WHERE reason = 'not-a-file')
    OR shape = 'unrecognised' AND (match(path, '${UNREAD_FORMAT}')
      OR evidence_id IN (SELECT evidence_id FROM reject WHERE kind IN ('file', 'row') AND reason != 'nul-bytes')))`

const FOLDER = "substring(path, 1, length(path) - position(reverse(path), '/'))"
/** Tenants of audit records, with the folders of their files. */
const AUDITED = `
  SELECT groupUniqArray((${FOLDER}, log_tenant)) FROM (
    SELECT DISTINCT evidence_id, toString(tenant) AS log_tenant FROM access WHERE source = 'ual'
    UNION DISTINCT
    SELECT DISTINCT evidence_id, toString(owner) AS log_tenant FROM issuance WHERE source IN ('ual-sts', 'ual-owa')
  ) AS seen LEFT ANY JOIN (SELECT evidence_id, path FROM evidence) AS e USING (evidence_id)
  WHERE log_tenant NOT IN ('', '${UNKNOWN_OWNER}')`

/**
 * Losses by times that an extractor says it did not capture, in the unified audit log of the tenants whose records are in
 * its folder, or in one within it. Sign-in logs come another way and lose nothing.
 */
export const EXTRACTOR_GAPS: string = `
  WITH (${AUDITED}) AS audited
  SELECT log.1, log.2, log.3, home, evidence_id, 'extractor-gap', from_ms, to_ms, 0 FROM (
    SELECT evidence_id, from_ms, to_ms, arrayJoin(${AUDIT_LOG}) AS log,
      arrayMap(one -> one.2, arrayFilter(one -> one.1 = folder OR folder = '' OR startsWith(one.1, concat(folder, '/')), audited)) AS homes,
      arrayJoin(if(empty(homes), [''], arrayDistinct(homes))) AS home
    FROM (
      SELECT DISTINCT evidence_id, ${FOLDER} AS folder, from_at, to_at, from_at IS NOT NULL AND to_at IS NOT NULL AS is_timed,
        if(is_timed, toUnixTimestamp64Milli(assumeNotNull(from_at)), ${EVER.from}) AS from_ms,
        if(is_timed, toUnixTimestamp64Milli(assumeNotNull(to_at)), ${EVER.to}) AS to_ms
      FROM statement LEFT ANY JOIN (SELECT evidence_id, path FROM evidence) AS e USING (evidence_id)
      WHERE code = 'extractor-gap'
    )
  )`

const OUT_OF_ORDER = 0.001
/** One or two records are in any order. */
const SHOWS_ITS_ORDER = 3

/** How the records of each capped file follow one another. Records that share a line come in no order that is known. */
const recordsOf = (table: string, capped: string) =>
  `SELECT evidence_id, line, at FROM ${table} WHERE ${HAS_TIME} AND evidence_id GLOBAL IN (SELECT evidence_id FROM ${capped})`
const ordersOf = (capped: string) => `
  SELECT evidence_id, ${OUT_OF_ORDER} * count() AS most,
    multiIf(count() < ${SHOWS_ITS_ORDER} OR countIf(line = last_line) > most, 'none', countIf(at < last) <= most, 'oldest-first',
      countIf(at > last) <= most, 'newest-first', 'none') AS order
  FROM (
    SELECT evidence_id, line, at, lagInFrame(at, 1, at) OVER w AS last, lagInFrame(line, 1, 0) OVER w AS last_line
    FROM (${recordsOf('access', capped)} UNION ALL ${recordsOf('issuance', capped)})
    WINDOW w AS (PARTITION BY evidence_id ORDER BY line ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
  ) GROUP BY evidence_id`

const SPANS = logsByFile(
  'toUnixTimestamp64Milli(min(at)) AS first_ms, toUnixTimestamp64Milli(max(at)) + 1 AS last_ms',
)

/**
 * Losses of files that end before their log does: at a row limit, at a page, or in the middle. If records are in order, the
 * missing ones are between the file's end and the log's next file; else also anywhere within it. A search that found
 * more than the file has may lack rows anywhere. Cost: a sort of these files, and a pass over three columns.
 * @param logs of {@link lossyLogs}
 */
export async function cappedFiles(
  session: Session,
  scratch: Scratch,
  logs: string,
): Promise<string> {
  const capped = await filled(session, scratch, 'capped', 'evidence_id UInt32; said Low', CAPPED)
  const columns = 'evidence_id UInt32; most Float64; order Low'
  const orders = await filled(session, scratch, 'orders', columns, ordersOf(capped))
  return lostByCapped(logs, capped, orders)
}

const lostByCapped = (logs: string, capped: string, orders: string) => `
  SELECT side, source, category, tenant, evidence_id, said,
    multiIf(said = 'result-count-short', from_ms, order = 'oldest-first', to_ms - 1, end_before),
    multiIf(said = 'result-count-short', to_ms, order = 'newest-first', from_ms + 1, begin_after), 0
  FROM (
    SELECT l.side AS side, l.source AS source, l.category AS category, l.tenant AS tenant, l.evidence_id AS evidence_id,
      c.said AS said, l.from_ms AS from_ms, l.to_ms AS to_ms,
      maxIf(s.last_ms - 1, s.evidence_id NOT IN (0, l.evidence_id) AND s.last_ms <= l.from_ms + 1) AS end_before,
      minIf(s.first_ms + 1, s.evidence_id NOT IN (0, l.evidence_id) AND s.first_ms >= l.to_ms - 1) AS next,
      if(next = 0, ${EVER.to}, next) AS begin_after
    FROM ${logs} AS l INNER JOIN ${capped} AS c ON c.evidence_id = l.evidence_id
    LEFT JOIN (${SPANS}) AS s
      ON s.side = l.side AND s.log_source = l.source AND s.category = l.category AND s.log_tenant = l.tenant
    GROUP BY side, source, category, tenant, evidence_id, said, from_ms, to_ms
  ) AS capped LEFT ANY JOIN ${orders} AS o ON o.evidence_id = capped.evidence_id`
