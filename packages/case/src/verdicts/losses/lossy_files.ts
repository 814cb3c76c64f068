/**
 * Files that state or show that records are missing from them, the owners and logs of their records, and what the logs
 * lost by that.
 *
 * @module
 */
import { type Json, text } from '@mintmark/core'
import { UNKNOWN_OWNER } from '@mintmark/logs'
import { BOUNDED, cell, countOf, rowReader, type Session, textsOf } from '../../engine/session.ts'
import { IS_CUT } from '../../store/sql.ts'
import {
  ALL_TIME,
  HAS_TIME,
  type LogName,
  type Loss,
  type LossCode,
  logsByFile,
  type Period,
  type Side,
} from './loss.ts'

/** Statements by which a file says that it is not all that its log had. */
export const CAPS = ['row-cap', 'next-link', 'result-count-short', 'ends-early'] as const
const STATED: readonly string[] = [...CAPS, 'audit-data-truncated']
/** Rejects by which no log that is read loses a record: of logs that are not read at all, and of a text that was mended. */
const NO_LOSSES =
  'unsupported-category unsupported-cloud-app-event not-an-access invalid-utf8'.split(' ')
/** Shapes of files that are no logs, or none that is known. */
const NO_LOGS = 'directory folder-inventory local-times-csv unrecognised unreadable empty'.split(
  ' ',
)
/** Fewer records do not show that a file holds one service alone. */
const SHOWS_ITS_SERVICES = 20

export interface LossyFile extends Period {
  readonly evidenceId: number
  /** The period: first and last record, duplicates of other files' included; `ALL_TIME` where it has none. */
  readonly logs: readonly LogName[]
}

/** SQL that is true of a reject by which a record of a log is lost. */
export const IS_LOSS: string = `(kind IN ('row', 'payload') AND reason NOT IN (${quoted(NO_LOSSES)}))`

/** Files whose reading ended early after some records: damaged, or larger than a limit. */
export const READ_IN_PART: string = `SELECT evidence_id FROM reject
  WHERE kind = 'file' AND evidence_id IN (SELECT evidence_id FROM evidence WHERE issuances + accesses > 0)`

/** Files that are logs, each once. */
export const OF_LOGS: string = `SELECT evidence_id FROM evidence
  WHERE same_as = 0 AND shape NOT IN (${quoted(NO_LOGS)})`

const LOSSY = `SELECT DISTINCT evidence_id FROM (
    SELECT evidence_id FROM statement WHERE code IN (${quoted(STATED)})
    UNION ALL
    SELECT evidence_id FROM reject WHERE ${IS_LOSS}
    UNION ALL
    ${READ_IN_PART}
  ) WHERE evidence_id IN (${OF_LOGS})`

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ')
}

/** By evidence id. Cost: a pass over those of their columns that name logs. */
export async function lossyFiles(session: Session): Promise<Map<number, LossyFile>> {
  const files = await session.rows(
    `SELECT evidence_id, shape, toUnixTimestamp64Milli(first) AS first_ms,
       toUnixTimestamp64Milli(last) AS last_ms
     FROM evidence WHERE evidence_id IN (${LOSSY}) ORDER BY evidence_id`,
  )
  if (files.length === 0) return new Map()
  const logs = await logsOfFiles(session)
  return new Map(
    files.map((row) => {
      const evidenceId = Number(row['evidence_id'])
      const own = logs.get(evidenceId) ?? []
      const shape = text(row, 'shape') ?? ''
      const file = { evidenceId, ...spanOf(row), logs: own.length > 0 ? own : unknownLogs(shape) }
      return [evidenceId, file]
    }),
  )
}

function spanOf(row: Json): Period {
  if (row['first_ms'] === null || row['last_ms'] === null) return ALL_TIME
  return { fromMs: Number(row['first_ms']), toMs: Number(row['last_ms']) + 1 }
}

interface Counted {
  readonly log: LogName
  readonly records: number
}

async function logsOfFiles(session: Session): Promise<Map<number, LogName[]>> {
  const rows = await session.rows(
    `SELECT * FROM (${logsByFile('count() AS n', `evidence_id GLOBAL IN (${LOSSY})`)})
     ORDER BY evidence_id, side, log_source, category, log_tenant`,
  )
  const files = Map.groupBy(rows, (row) => Number(row['evidence_id']))
  return new Map([...files].map(([evidenceId, own]) => [evidenceId, ownLogs(own.map(countedLog))]))
}

const readLog = rowReader(cell.text('source:log_source category tenant:log_tenant'))

function countedLog(row: Json): Counted {
  const side = row['side'] === 'issuance' ? 'issuance' : 'access'
  return { log: { side, ...readLog(row) }, records: Number(row['n']) }
}

/**
 * Logs of a file: records that do not show their owner are of the others. Few records do not exclude other services.
 */
function ownLogs(counted: readonly Counted[]): LogName[] {
  const named = counted.filter(({ log }) => log.tenant !== '' && log.tenant !== UNKNOWN_OWNER)
  const own = (named.length > 0 ? named : counted).map(({ log, records }) => ({
    log: log.tenant === UNKNOWN_OWNER ? { ...log, tenant: '' } : log,
    records,
  }))
  const ofAccesses = own.filter(({ log }) => log.side === 'access')
  const accesses = ofAccesses.reduce((sum, { records }) => sum + records, 0)
  const logs = own.map(({ log }) => log)
  if (accesses === 0 || accesses >= SHOWS_ITS_SERVICES) return logs
  const wide = new Map(
    ofAccesses.map(({ log }) => [`${log.source} ${log.tenant}`, { ...log, category: '' }]),
  )
  return [...logs.filter((log) => log.side === 'issuance'), ...wide.values()]
}

/** A file without any stored record: its shape says which logs it may be of, for every tenant. */
function unknownLogs(shape: string): readonly LogName[] {
  return LOGS_OF_SHAPES.find(([prefix]) => shape.startsWith(prefix))?.[1] ?? []
}

const logName = (side: Side, source: string, category = ''): LogName => ({
  side,
  source,
  category,
  tenant: '',
})
const accessLog = (source: string) => logName('access', source)
const issuanceLog = (source: string) => logName('issuance', source)

/** What the unified audit log holds. */
export const AUDIT_LOG: readonly LogName[] = [
  accessLog('ual'),
  logName('issuance', 'ual-sts', 'sts-logon'),
  logName('issuance', 'ual-owa', 'owa-auth'),
]

/** Logs by the beginning of a shape's name, the longest first. */
const LOGS_OF_SHAPES: readonly (readonly [prefix: string, logs: readonly LogName[]])[] = [
  ['ual-', AUDIT_LOG],
  ['entra-audit', [accessLog('entra-audit')]],
  ['entra-', [issuanceLog('')]],
  ['graph-', [accessLog('graph-activity')]],
  ['aad-graph-', [accessLog('aad-graph-activity')]],
  ['mintmark-access', [accessLog('mintmark')]],
  ['mintmark-issuance', [issuanceLog('mintmark')]],
  ['dovecot-', [accessLog('dovecot')]],
  ['keycloak-', [accessLog('keycloak'), issuanceLog('keycloak')]],
]

/**
 * Losses by mailbox records whose beginning alone could be read. It does not name the mailbox. Cost: a pass over the
 * files that state such records.
 */
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
  cell.made('side', () => 'access' as const),
  cell.text('source:log_source category tenant:log_tenant'),
  cell.number('evidenceId'),
  cell.made('code', () => 'cut-records' as const),
  cell.number('fromMs:ms toMs:end_ms records'),
)

/** Formats of tables and logs that are not read, by the name of the file, or of a sheet in one. */
const UNREAD_FORMAT =
  '(?i)([.](xlsx|xlsm|xlsb|xls|ods|parquet|avro|orc|evtx|sqlite)|!xl/worksheets/[^/]*[.](xml|bin))$'

/** Files that may be a log, and of which nothing could be read. Text without a row, and other formats, are none. */
const UNREAD = `SELECT evidence_id FROM evidence
  WHERE same_as = 0 AND NOT match(path, '(^|[/!])([.][^/!]*|Thumbs[.]db|desktop[.]ini)$') AND (
    shape = 'local-times-csv'
    OR shape = 'unreadable' AND evidence_id NOT IN (SELECT evidence_id FROM reject WHERE reason = 'not-a-file')
    OR shape = 'unrecognised' AND (match(path, '${UNREAD_FORMAT}')
      OR evidence_id IN (SELECT evidence_id FROM reject WHERE kind IN ('file', 'row') AND reason != 'nul-bytes')))`

/** Losses by files that could not be read: of any log and tenant, of all time, and of nobody knows how many records. */
export async function lostUnread(session: Session): Promise<Loss[]> {
  const rows = await session.rows(`${UNREAD} ORDER BY evidence_id ${BOUNDED}`)
  const lost = { code: 'unread-file', records: 0, ...ALL_TIME } as const
  return rows.flatMap((row): Loss[] => {
    const evidenceId = Number(row['evidence_id'])
    return [accessLog(''), issuanceLog('')].map((log) => Object.assign({ evidenceId }, log, lost))
  })
}

const FOLDER = "substring(path, 1, length(path) - position(reverse(path), '/'))"

/**
 * Losses by times that an extractor says it did not capture, in the unified audit log of the tenants whose records are in
 * its folder. Sign-in logs come another way and lose nothing. Cost: a pass over two columns where there is a statement.
 */
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
    return (tenants.length === 0 ? [''] : tenants).flatMap((tenant) => gapOf(gap, tenant))
  })
}

function gapOf(gap: Json, tenant: string): Loss[] {
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

type CapCode = (typeof CAPS)[number]
type Order = 'oldest-first' | 'newest-first' | 'none'

/** Of a file in order, at most so large a share of the records is not. */
const OUT_OF_ORDER = 0.001
/** One or two records are in any order. */
const SHOWS_ITS_ORDER = 3

/**
 * Losses of files that end before their log does: at a row limit, at a page, or in the middle. If records are in order, the
 * missing ones are between the file's end and the log's next file; else also anywhere within it. A search that found
 * more than the file has may lack rows anywhere. Cost: a sort of these files, and a pass over three columns.
 */
export async function lostByCaps(
  session: Session,
  files: ReadonlyMap<number, LossyFile>,
): Promise<Loss[]> {
  const stated = await session.rows(
    `SELECT DISTINCT evidence_id, said FROM (
       SELECT evidence_id, toString(code) AS said FROM statement WHERE code IN {caps:Array(String)}
       UNION ALL SELECT evidence_id, 'ends-early' FROM (${READ_IN_PART})
     ) ORDER BY evidence_id, said`,
    { caps: CAPS },
  )
  const capped = stated.flatMap((row) => {
    const file = files.get(Number(row['evidence_id']))
    const code = CAPS.find((cap) => cap === row['said'])
    return file === undefined || code === undefined ? [] : [{ file, code }]
  })
  if (capped.length === 0) return []
  const orders = await ordersOf(session)
  const spans = await spansOfLogs(session)
  return capped.flatMap(({ file, code }) =>
    file.logs.map((log) => {
      const order = orders.get(file.evidenceId) ?? 'none'
      const others = (spans.get(logKey(log)) ?? []).filter(
        (span) => span.evidenceId !== file.evidenceId,
      )
      const period = lostPeriod(code, order, file, others)
      return { ...log, evidenceId: file.evidenceId, code, ...period, records: 0 }
    }),
  )
}

interface Span extends Period {
  readonly evidenceId: number
}

/** The time in which records are lost of a file that has those of `own`. */
function lostPeriod(code: CapCode, order: Order, own: Period, others: readonly Span[]): Period {
  if (code === ('result-count-short' satisfies LossCode)) return own
  const isOldestFirst = order === 'oldest-first'
  const isNewestFirst = order === 'newest-first'
  return {
    fromMs: isOldestFirst ? own.toMs - 1 : endBefore(own, others),
    toMs: isNewestFirst ? own.fromMs + 1 : beginAfter(own, others),
  }
}

/** Where the log's next file begins. */
const beginAfter = (own: Period, others: readonly Span[]): number =>
  others.reduce(
    (least, { fromMs }) => (fromMs >= own.toMs - 1 ? Math.min(least, fromMs + 1) : least),
    ALL_TIME.toMs,
  )

/** Where the log's file before this one ends. */
const endBefore = (own: Period, others: readonly Span[]): number =>
  others.reduce(
    (most, { toMs }) => (toMs <= own.fromMs + 1 ? Math.max(most, toMs - 1) : most),
    ALL_TIME.fromMs,
  )

/** How the records of each capped file follow one another. */
async function ordersOf(session: Session): Promise<Map<number, Order>> {
  const capped = `SELECT evidence_id FROM statement WHERE code IN {caps:Array(String)} UNION ALL ${READ_IN_PART}`
  const records = (table: string) =>
    `SELECT evidence_id, line, at FROM ${table} WHERE ${HAS_TIME} AND evidence_id GLOBAL IN (${capped})`
  const rows = await session.rows(
    `SELECT evidence_id, count() AS n, countIf(at < last) AS falls, countIf(at > last) AS rises,
       countIf(line = last_line) AS together
     FROM (
       SELECT evidence_id, line, at, lagInFrame(at, 1, at) OVER w AS last, lagInFrame(line, 1, 0) OVER w AS last_line
       FROM (${records('access')} UNION ALL ${records('issuance')})
       WINDOW w AS (PARTITION BY evidence_id ORDER BY line ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
     ) GROUP BY evidence_id ORDER BY evidence_id ${BOUNDED}`,
    { caps: CAPS },
  )
  return new Map(rows.map((row) => [Number(row['evidence_id']), orderOf(row)]))
}

function orderOf(row: Json): Order {
  const count = Number(row['n'])
  const most = OUT_OF_ORDER * count
  // Records that share a line come in no order that is known.
  if (count < SHOWS_ITS_ORDER || Number(row['together']) > most) return 'none'
  if (Number(row['falls']) <= most) return 'oldest-first'
  return Number(row['rises']) <= most ? 'newest-first' : 'none'
}

const logKey = ({ side, source, category, tenant }: Readonly<Record<keyof LogName, string>>) =>
  JSON.stringify([side, source, category, tenant])

/** First and last record of each log in each file. */
async function spansOfLogs(session: Session): Promise<Map<string, Span[]>> {
  const sums =
    'toUnixTimestamp64Milli(min(at)) AS from_ms, toUnixTimestamp64Milli(max(at)) + 1 AS to_ms'
  const rows = await session.rows(
    `SELECT * FROM (${logsByFile(sums)}) ORDER BY evidence_id ${BOUNDED}`,
  )
  const spans = Map.groupBy(rows, (row) => logKey(readSpanLog(row)))
  return new Map([...spans].map(([key, own]) => [key, own.map(readSpan)]))
}

const readSpanLog = rowReader(cell.text('side source:log_source category tenant:log_tenant'))
const readSpan = rowReader(cell.number('evidenceId fromMs toMs'))
