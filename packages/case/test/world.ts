/**
 * Small cases made by hand, for the tests of scope, timeline, custody and unknowns.
 *
 * @module
 */

import type { Session } from '../src/engine/session.ts'
import { addMarks, type NewMarks } from '../src/scope/marks.ts'
import { openCase } from '../src/store/case.ts'
import { NO_ID } from '../src/store/sql.ts'
import { type Backend, embedded } from './backends.ts'

type Value = string | number | readonly (string | number)[]
export type Row = Readonly<Record<string, Value>>

/** 2023-06-01 00:00 UTC, a Thursday, plus hours. */
export const hour = (hours: number): string =>
  new Date(Date.UTC(2023, 5, 1) + hours * 3_600_000).toISOString().slice(0, 23).replace('T', ' ')

/** A GUID of our own for each number. */
export const guid = (number: number): string =>
  `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`

let records = 0

/** What a Bind record of one mailbox says, unless `fields` says otherwise. */
export function bind(
  mailbox: string,
  at: number,
  messages: readonly string[],
  fields: Row = {},
): Row {
  return {
    ...access(at, {
      mailbox,
      principal: mailbox,
      operation: 'MailItemsAccessed',
      service: 'Exchange',
    }),
    record_type: 50,
    access_type: 'Bind',
    item_message_id: messages,
    item_id: messages.map(() => ''),
    item_folder: messages.map(() => 'Inbox'),
    item_bytes: messages.map(() => 100),
    item_subject: messages.map(() => ''),
    ...fields,
  }
}

export function access(at: number, fields: Row = {}): Row {
  records++
  return {
    evidence_id: 1,
    line: records,
    record_id: guid(0xaa0000000000 + records),
    token_id: NO_ID,
    at: hour(at),
    source: 'ual',
    outcome: 'succeeded',
    token_state: 'absent',
    issued_at: '1970-01-01 00:00:00.000',
    actor_kind: 'user',
    logon_type: 0,
    tenant: 'tenant-a',
    throttled: -1,
    ...fields,
  }
}

export function issuance(at: number, principal: string, fields: Row = {}): Row {
  records++
  return {
    evidence_id: 1,
    line: records,
    record_id: guid(0xbb0000000000 + records),
    token_id: NO_ID,
    at: hour(at),
    source: 'entra-signin',
    category: 'interactive',
    outcome: 'issued',
    principal,
    tenant: 'tenant-a',
    grouped: 1,
    ...fields,
  }
}

/**
 * Rows of every table, and the verdict of each access by its `record_id`; the others are issued. A verdict that
 * accuses is established unless its strength says otherwise.
 */
export interface World {
  readonly access?: readonly Row[]
  readonly issuance?: readonly Row[]
  readonly directory?: readonly Row[]
  readonly inventory?: readonly Row[]
  readonly statement?: readonly Row[]
  readonly evidence?: readonly Row[]
  readonly reject?: readonly Row[]
  readonly coverage?: readonly Row[]
  readonly loss?: readonly Row[]
  readonly hunt_hit?: readonly Row[]
  readonly dump_scan?: readonly Row[]
  readonly clock_offset?: readonly Row[]
  readonly verdicts?: ReadonlyMap<
    Row,
    readonly [verdict: string, reason: string, strength?: 'established' | 'lead']
  >
  /** Hits of an established hunt, by class. */
  readonly hits?: ReadonlyMap<Row, string>
}

const TABLES = [
  'access',
  'issuance',
  'directory',
  'inventory',
  'statement',
  'evidence',
  'reject',
  'coverage',
  'loss',
  'hunt_hit',
  'dump_scan',
  'clock_offset',
] as const

/** Empties the case and puts the world into it. */
export async function fill(session: Session, world: World): Promise<void> {
  const isFilled = await filledTables(session)
  for (const name of ['access', 'issuance', 'verdict'].filter(isFilled))
    await session.everywhere(`TRUNCATE TABLE ${session.localTable(name)}`)
  for (const name of TABLES.slice(2).filter(isFilled))
    await session.command(`TRUNCATE TABLE ${name}`)
  for (const name of TABLES) await insert(session, name, world[name] ?? [])
  await insertAbout(
    session,
    'verdict',
    world.verdicts,
    ([verdict, reason, strength = accuses(verdict) ? 'established' : '']) =>
      `${quoted(verdict)}, ${quoted(reason)}, ${quoted(strength)}`,
  )
  await insertAbout(session, 'hunt_hit', world.hits, (kind) => quoted(kind))
}

/** To empty a table takes longer than to ask which have rows; a server may have them on another shard. */
async function filledTables(session: Session): Promise<(name: string) => boolean> {
  if (session.kind !== 'embedded') return () => true
  const rows = await session.rows(
    'SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0',
  )
  const names = new Set(rows.map((row) => row['name']))
  return (name) => names.has(name)
}

const accuses = (verdict: string) => verdict === 'unissued' || verdict === 'mismatched'

async function insertAbout<T>(
  session: Session,
  table: 'verdict' | 'hunt_hit',
  rows: ReadonlyMap<Row, T> | undefined,
  values: (value: T) => string,
): Promise<void> {
  const byValues = grouped(rows, values)
  for (const [text, entries] of byValues) {
    const ids = entries.map(([row]) => `'${String(row['record_id'])}'`).join(', ')
    const select =
      table === 'verdict'
        ? `INSERT INTO verdict (bucket, token_id, record_id, content, verdict, reason, strength)
           SELECT bucket, token_id, record_id, content, ${text} FROM access`
        : `INSERT INTO hunt_hit (hunt, class, strength, record_id, content, bucket, token_id, why)
           SELECT 'h', ${text}, 'established', record_id, content, bucket, token_id, '' FROM access`
    await session.command(`${select} WHERE record_id IN (${ids})`)
  }
}

function grouped<T>(
  rows: ReadonlyMap<Row, T> | undefined,
  values: (value: T) => string,
): Map<string, [Row, T][]> {
  const out = new Map<string, [Row, T][]>()
  for (const entry of rows ?? []) {
    const key = values(entry[1])
    out.set(key, [...(out.get(key) ?? []), entry])
  }
  return out
}

async function insert(session: Session, table: string, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join('\t'))
  await session.insert(table, columns, 'TabSeparated', Buffer.from(`${lines.join('\n')}\n`))
}

function cell(value: Value | undefined): string {
  if (value === undefined) return '\\N'
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number') return String(value)
  return `[${value.map((one) => (typeof one === 'string' ? quoted(one) : one)).join(',')}]`
}

const escaped = (text: string) =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\0', '\\0')
const quoted = (text: string) => `'${escaped(text).replaceAll("'", "\\'")}'`

export interface OpenWorld {
  readonly session: Session
  close(): Promise<void>
}

/** An empty case; in a temporary folder of its own. */
export async function openWorld(backend: Backend = embedded): Promise<OpenWorld> {
  const place = await backend.start()
  const opened = await openCase(place.location)
  return {
    session: opened.session,
    close: async () => {
      await opened.close()
      await place.stop()
    },
  }
}

/** Accesses that all have one verdict. */
export const judgedAs = (
  verdict: string,
  reason: string,
  rows: readonly Row[],
): [Row, readonly [string, string]][] => rows.map((row) => [row, [verdict, reason]])

export const unissued = (...rows: Row[]): [Row, readonly [string, string]][] =>
  judgedAs('unissued', 'never-issued', rows)
export const undetermined = (...rows: Row[]): [Row, readonly [string, string]][] =>
  judgedAs('undetermined', 'no-token-id', rows)

/** Marks one thing. */
export const addMark = (
  session: Session,
  { value, ...mark }: Omit<NewMarks, 'values'> & { readonly value: string },
): Promise<string> => addMarks(session, { ...mark, values: [value] })
