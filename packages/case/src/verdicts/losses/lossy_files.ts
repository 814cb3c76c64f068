/**
 * Files that say, or show, that records are missing from them; and whose records of which logs are in them.
 *
 * @module
 */
import { type Json, text } from '@mintmark/core'
import { UNKNOWN_OWNER } from '@mintmark/logs'
import { asText, rowReader } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'
import { ALL_TIME, type LogName, logsByFile, type Period, type Side } from './loss.ts'

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

/** Files of which reading ended early, with records that were read before: damaged, or larger than a limit. */
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

const readLog = rowReader(asText('source:log_source category tenant:log_tenant'))

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
