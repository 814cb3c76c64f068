/** Puts the hunts to a case, and keeps what they point at in `hunt_hit`. The engine checks what a user wrote. */
import { type Json, MintmarkError } from '@mintmark/core'
import { readOnlyForm } from '../engine/read_only.ts'
import { cell, countOf, firstRow, insertRows, rowReader, type Texts } from '../engine/rows.ts'
import type { Params, Session } from '../engine/session.ts'
import { linesOf, serviceNetworks } from '../store/network.ts'
import { ACCOUNT, APP, NO_ID, SPAN } from '../store/sql.ts'
import {
  HUNT_COLUMNS,
  type Hunt,
  type HuntSelection,
  huntList,
  isBuiltIn,
  parseHunt,
} from './hunt_file.ts'

type QuietFolder = Texts<'kind name key'>

export function quietFolders(): QuietFolder[] {
  const folders = new Map<string, QuietFolder>()
  let kind = ''
  for (const line of linesOf('quiet_folders')) {
    kind = /^\[(.*)\]$/.exec(line)?.[1] ?? kind
    const [, names = ''] = /^[\w-]+: (.*)$/.exec(line) ?? []
    for (const name of names.split('|').filter((one) => one !== '')) {
      const key = folderKey(name)
      folders.set(key, { kind, name, key })
    }
  }
  return [...folders.values()]
}

export function folderKey(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replaceAll('ς', 'σ')
  return plain.replaceAll(/[\p{M}\p{P}\p{Z}\p{C}]/gu, '')
}

export async function fillKnown(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE service_network')
  const networks = serviceNetworks().map(({ first, last }) => [first, last])
  await insertRows(session, 'service_network', ['first', 'last'], networks)
  await session.command('TRUNCATE TABLE quiet_folder')
  const folders = quietFolders().map(({ kind, key }) => [kind, key])
  await insertRows(session, 'quiet_folder', ['kind', 'key'], folders)
}

/** Text of the /24 or /48 around an address; `::` or a private block when it is no public address. */
const PREFIX = 'cutIPv6(toIPv6OrZero(ip), 10, 1)'

const PRIVATE = [
  '^::',
  '::ffff:(0|10|127)[.]',
  '::ffff:169[.]254[.]',
  '::ffff:172[.](1[6-9]|2[0-9]|3[01])[.]',
  '::ffff:192[.]168[.]',
  '::ffff:100[.](6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])[.]',
  'f[cd][0-9a-f]{2}:',
  'fe[89ab][0-9a-f]:',
]
/** `^::` alone is the unspecified address; with `ffff:` behind it, any IPv4 address. */
const IS_PUBLIC = `(match(prefix, '^::ffff:') OR NOT match(prefix, '${PRIVATE[0]}'))
  AND NOT match(prefix, '^(${PRIVATE.slice(1).join('|')})')`

const SPILLED = `SETTINGS max_bytes_before_external_group_by = 400000000,
  max_bytes_before_external_sort = 400000000`

const BLOCK = `if(startsWith(prefix, '::ffff:'), concat(substring(prefix, 8), '/24'), concat(prefix, '/48'))`

const FILL_BLOCKS = `
  INSERT INTO address_block
  SELECT prefix, if(max(number) = '', ${BLOCK}, concat('AS', max(number))) AS network
  FROM (
    SELECT ${PREFIX} AS prefix, max(replaceRegexpOne(network, '^(?:AS)?0*([0-9]*).*$', '\\\\1')) AS number
    FROM issuance GROUP BY prefix
    UNION ALL
    SELECT ${PREFIX} AS prefix, '' AS number FROM access GROUP BY prefix
  )
  WHERE ${IS_PUBLIC}
  GROUP BY prefix
  ${SPILLED}`

const fillPlace = (side: string, app: string, table: string, where: string) => `
  INSERT INTO place
  SELECT side, tenant, principal, app, prefix, b.network AS network, first, last, records, low_session, high_session
  FROM (
    SELECT
      ${side} AS side, tenant, principal, ${app} AS app, ${PREFIX} AS prefix,
      min(at) AS first, max(at) AS last, count() AS records,
      min(session_id_key) AS low_session, max(session_id_key) AS high_session
    FROM ${table}
    WHERE ${where} AND ip != ''
    GROUP BY side, tenant, principal, app, prefix
  ) AS p
  INNER JOIN address_block AS b ON b.prefix = p.prefix
  ${SPILLED}`

const FILL_ISSUED = fillPlace(
  "if(category IN ('interactive', 'interactive-or-not', 'sts-logon', 'adfs'), 'signed-in', 'issued')",
  'app_id',
  'issuance',
  "outcome = 'issued' AND category != 'owa-auth'",
)
const FILL_USED = fillPlace("'used'", APP, 'access', "outcome != 'failed'")

export async function fillNetworks(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE address_block')
  await session.command('TRUNCATE TABLE place')
  await session.command(FILL_BLOCKS)
  await session.command(FILL_ISSUED)
  await session.command(FILL_USED)
}

/**
 * Returns the normal form, which alone may run.
 * @throws {MintmarkError} `HUNT_INVALID`
 */
export async function checkHunt(session: Session, hunt: Hunt, params: Params): Promise<string> {
  const normal = await asHunt(hunt, () => readOnlyForm(session, hunt.sql))
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
export type HuntRow =
  Texts<'at tenant principal mailbox recordId content tokenId sessionId ip app why'>

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

export const readHuntRow: (row: Json) => HuntRow = rowReader(
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
