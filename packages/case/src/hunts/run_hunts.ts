/** Puts the hunts to a case, and keeps what they point at in `hunt_hit`. The engine checks what a user wrote. */
import { type Json, MintmarkError } from '@mintmark/core'
import { normalisedQuery } from '../engine/read_only.ts'
import { cell, countOf, firstRow, rowReader, type Texts } from '../engine/rows.ts'
import type { Params, Session } from '../engine/session.ts'
import { ACCOUNT, NO_ID, SPAN } from '../store/sql.ts'
import { HUNT_COLUMNS, type Hunt, parseHunt } from './hunt_file.ts'
import { type HuntSelection, huntList, isBuiltIn } from './hunt_list.ts'
import { fillKnown } from './known.ts'
import { fillNetworks } from './networks.ts'

/**
 * Returns the normal form, which alone may run.
 * @throws {MintmarkError} `HUNT_INVALID`
 */
export async function checkHunt(session: Session, hunt: Hunt, params: Params): Promise<string> {
  const normal = await asHunt(hunt, () => normalisedQuery(session, hunt.sql))
  const planned = await asHunt(hunt, async () => {
    await session.rows(`EXPLAIN SELECT * FROM (${normal}) SETTINGS readonly = 1`, params)
    return session.rows(`DESCRIBE TABLE (${normal}) SETTINGS readonly = 1`, params)
  })
  requireColumns(hunt, planned)
  return normal
}

function requireColumns(hunt: Hunt, described: readonly Json[]): void {
  const names = described.map((column) => String(column['name']))
  const wanted = HUNT_COLUMNS.map(({ name }) => name)
  const missing = wanted.filter((name) => !names.includes(name))
  const other = names.filter((name) => !wanted.includes(name))
  if (missing.length > 0) throw invalid(hunt, `the SELECT gives no column ${missing.join(', ')}`)
  if (other.length > 0)
    throw invalid(hunt, `the SELECT gives a column that hunts have not: ${other[0] ?? ''}`)
}

async function asHunt<T>(hunt: Hunt, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    if (!(cause instanceof MintmarkError)) throw cause
    if (cause.code !== 'ENGINE_QUERY' && cause.code !== 'INPUT_INVALID') throw cause
    throw invalid(hunt, firstSentence(cause.message), cause)
  }
}

const firstSentence = (message: string): string => message.split('\n', 1)[0]?.slice(0, 300) ?? ''

function invalid(hunt: Hunt, message: string, cause?: MintmarkError): MintmarkError {
  const facts = { file: hunt.file, line: 1, clickhouse: Number(cause?.facts['clickhouse'] ?? 0) }
  return new MintmarkError('HUNT_INVALID', `${hunt.file}: ${message}`, facts, { cause })
}

export interface HuntOptions extends HuntSelection {
  /** How many rows of each hunt to give; all are stored. Default 20. */
  readonly limit?: number
  readonly onProgress?: (done: number, total: number, id: string) => void
}

export interface HuntResult extends Omit<Hunt, 'params' | 'slices' | 'sql' | 'file'> {
  readonly hits: number
  /** ISO 8601, UTC; null where there is no hit. */
  readonly first: string | null
  readonly last: string | null
  readonly accounts: number
  readonly rows: readonly HuntRow[]
}

/** One access that a hunt points at. Text is as logged: make it safe before it is shown. */
export type HuntRow = Texts<'at tenant principal mailbox why'> &
  Texts<'recordId content tokenId sessionId ip app'>

const BUCKETS = 256
const ROWS_A_SLICE = 1_000_000
const SPILL = `max_bytes_before_external_group_by = 400000000, max_bytes_before_external_sort = 400000000`

const HIT_COLUMNS = ['hunt', 'class', 'strength', 'bucket', ...HUNT_COLUMNS.map(({ name }) => name)]
const HIT_VALUES = HUNT_COLUMNS.map(({ name, type }) => `CAST(h.${name} AS ${type})`)
const BUCKET = `toUInt8(cityHash64(if(h.token_id = toUUID('${NO_ID}'), h.record_id, h.token_id)))`

/**
 * Replaces earlier hits.
 * @throws {MintmarkError} as {@link huntList}; `ENGINE_QUERY`, `DISK_FULL`
 */
export async function runHunts(session: Session, options: HuntOptions = {}): Promise<HuntResult[]> {
  const hunts = huntList(options)
  const ready: { readonly hunt: Hunt; readonly sql: string; readonly params: Params }[] = []
  for (const hunt of hunts) {
    const params = paramsOf(hunt)
    const sql = isBuiltIn(hunt)
      ? hunt.sql
      : // One after the other: a session takes one query at a time.
        await checkHunt(session, hunt, { ...params, ...sliceParams(0, 1) })
    ready.push({ hunt, sql, params })
  }
  await fillKnown(session)
  await fillNetworks(session)
  const most = Math.ceil((await rowsOf(session)) / ROWS_A_SLICE)
  await forget(session, options.only)
  for (const [index, { hunt, sql, params }] of ready.entries()) {
    options.onProgress?.(index, ready.length, hunt.id)
    await fillHits(session, hunt, { sql, params, slices: Math.max(1, Math.min(hunt.slices, most)) })
  }
  return await huntHits(session, options)
}

export async function huntHits(session: Session, options: HuntOptions = {}): Promise<HuntResult[]> {
  const hunts = huntList(options)
  const ids = hunts.map(({ id }) => id)
  const counted = await session.rows(COUNTS, { ids })
  const counts = new Map(counted.map((row) => [String(row['id']), readCounts(row)]))
  const found = await session.rows(ROWS, { ids, limit: options.limit ?? 20 })
  const rows = Map.groupBy(found, (row) => String(row['id']))
  return hunts.map((hunt): HuntResult => {
    const { id, title, strength, means, cannotMean, attack, references } = hunt
    const said = { id, title, class: hunt.class, strength, means, cannotMean, attack, references }
    const own = (rows.get(id) ?? []).map(readHuntRow)
    return Object.assign(said, counts.get(id) ?? NO_HITS, { rows: own })
  })
}

const rowsOf = async (session: Session): Promise<number> =>
  (await countOf(session, 'access')) + (await countOf(session, 'issuance'))

async function forget(session: Session, only: readonly string[] | undefined): Promise<void> {
  if (only === undefined) {
    await session.command('TRUNCATE TABLE hunt_hit')
    return
  }
  if ((await countOf(session, 'hunt_hit WHERE hunt IN {ids:Array(String)}', { ids: only })) === 0)
    return
  await session.command('DELETE FROM hunt_hit WHERE hunt IN {ids:Array(String)}', { ids: only })
}

async function fillHits(
  session: Session,
  hunt: Hunt,
  run: { readonly sql: string; readonly params: Params; readonly slices: number },
): Promise<void> {
  const { sql, params, slices } = run
  const named = { hunt_id: hunt.id, hunt_class: hunt.class, hunt_strength: hunt.strength }
  const insert = `
    INSERT INTO hunt_hit (${HIT_COLUMNS.join(', ')})
    SELECT {hunt_id:String}, {hunt_class:String}, {hunt_strength:String}, ${BUCKET}, ${HIT_VALUES.join(', ')}
    FROM (
${sql}
) AS h
    SETTINGS ${SPILL}`
  for (let slice = 0; slice < slices; slice++) {
    await session.command(insert, { ...params, ...sliceParams(slice, slices), ...named })
  }
}

function sliceParams(slice: number, slices: number): Params {
  return {
    slice,
    slices,
    first_bucket: Math.ceil((slice * BUCKETS) / slices),
    last_bucket: Math.ceil(((slice + 1) * BUCKETS) / slices) - 1,
  }
}

const paramsOf = (hunt: Hunt): Params =>
  Object.fromEntries(hunt.params.map(({ name, value }) => [name, value]))

const COUNTS = `
  SELECT toString(hunt) AS id, uniqExact(record_id, content) AS hits, ${SPAN}, uniqExact(${ACCOUNT}) AS accounts
  FROM hunt_hit WHERE hunt IN {ids:Array(String)} GROUP BY id`

const ROWS = `
  SELECT * FROM (
    SELECT toString(hunt) AS id, toUnixTimestamp64Milli(at) AS at_ms, tenant, principal, mailbox, toString(record_id) AS record_id,
      toString(content) AS content, toString(token_id) AS token_id, session_id, ip, app, why
    FROM hunt_hit WHERE hunt IN {ids:Array(String)}
    ORDER BY id, at_ms, record_id, content, why LIMIT 1 BY id, record_id, content
  ) ORDER BY id, at_ms, record_id, content, why LIMIT {limit:UInt32} BY id`

const NO_HITS = { hits: 0, first: null, last: null, accounts: 0 }
const readCounts = rowReader(cell.number('hits'), cell.time('first last'), cell.number('accounts'))

const readHuntRow: (row: Json) => HuntRow = rowReader(
  cell.time('at'),
  cell.text('tenant principal mailbox recordId content tokenId sessionId ip app why'),
)

interface HuntTrial {
  readonly hunt: Hunt
  readonly hits: number
  readonly accounts: number
  readonly rows: readonly HuntRow[]
}

const VALUES = HUNT_COLUMNS.map(({ name, type }) => `CAST(h.${name} AS ${type}) AS ${name}`)
const shortened = (column: string, most = 300) =>
  `substringUTF8(h.${column}, 1, ${most}) AS ${column}`
const MOST_SECONDS = 120
const LIMITS = `SETTINGS max_execution_time = ${MOST_SECONDS}, max_bytes_before_external_group_by = 400000000,
  max_bytes_before_external_sort = 400000000`

/** @throws {MintmarkError} `HUNT_INVALID` with the line; `ENGINE_QUERY`, also where it takes over two minutes */
export async function tryHunt(session: Session, source: string, limit = 100): Promise<HuntTrial> {
  const hunt = parseHunt(source, 'hunt')
  const params = { ...paramsOf(hunt), ...sliceParams(0, 1) }
  const sql = await checkHunt(session, hunt, params)
  const found = `SELECT ${VALUES.join(', ')} FROM (\n${sql}\n) AS h`
  const counted = await firstRow(
    session,
    `SELECT uniqExact(record_id, content) AS n, uniqExact(${ACCOUNT}) AS who
     FROM (${found}) ${LIMITS}`,
    params,
  )
  const rows = await session.rows(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms, ${shortened('tenant')}, ${shortened('principal')}, ${shortened('mailbox')},
       toString(h.record_id) AS record_id, toString(h.content) AS content, toString(h.token_id) AS token_id,
       ${shortened('session_id')}, ip, app, ${shortened('why', 500)}
     FROM (SELECT * FROM (${found}) ORDER BY at, record_id, content LIMIT 1 BY record_id, content
       LIMIT {most_rows:UInt32}) AS h ORDER BY h.at, h.record_id, h.content ${LIMITS}`,
    { ...params, most_rows: Math.min(Math.max(1, limit), 1000) },
  )
  return {
    hunt,
    hits: Number(counted['n'] ?? 0),
    accounts: Number(counted['who'] ?? 0),
    rows: rows.map(readHuntRow),
  }
}
