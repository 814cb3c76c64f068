/**
 * Files that end before their log does: at a row limit, at a page, or in the middle. If records are in order, the
 * missing ones are between the file's end and the log's next file; else also anywhere within it. A search that found
 * more than the file has may lack rows anywhere.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import { asNumber, asText, rowReader } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'
import { BOUNDED } from '../../engine/settings.ts'
import {
  ALL_TIME,
  HAS_TIME,
  type LogName,
  type Loss,
  type LossCode,
  logsByFile,
  type Period,
} from './loss.ts'
import { CAPS, type LossyFile, READ_IN_PART } from './lossy_files.ts'

type CapCode = (typeof CAPS)[number]
type Order = 'oldest-first' | 'newest-first' | 'none'

/** Of a file in order, at most so large a share of the records is not. */
const OUT_OF_ORDER = 0.001
/** One or two records are in any order. */
const SHOWS_ITS_ORDER = 3

/** Losses of capped files. Cost: a sort of these files, and a pass over three columns. */
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
  const spans = Map.groupBy(rows, (row) => logKey(readLog(row)))
  return new Map([...spans].map(([key, own]) => [key, own.map(readSpan)]))
}

const readLog = rowReader(asText('side source:log_source category tenant:log_tenant'))
const readSpan = rowReader(asNumber('evidenceId fromMs toMs'))
