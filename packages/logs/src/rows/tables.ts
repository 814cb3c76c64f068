/**
 * Answers of queries of Log Analytics and of Azure Data Explorer: rows as lists of cells, beside a list of columns.
 * Source: Azure Monitor Log Analytics API, response format; Kusto REST API, query v1 and v2 responses; 2026.
 */
import { isObject, type Json } from '@mintmark/core'
import type { RowTaker } from '../model/adapter.ts'
import { MAX_COLUMNS } from '../model/limits.ts'

export function giveTables(answer: Json, line: number, taker: RowTaker): boolean {
  if (typeof own(answer, 'FrameType') === 'string') return giveFrame(answer, line, taker)
  const tables = own(answer, 'tables') ?? own(answer, 'Tables')
  if (!Array.isArray(tables) || tables.length === 0) return false
  const found = tables.map(tableOf)
  if (found.includes(undefined)) return false
  for (const table of found) if (table !== undefined) giveTable(table, line, taker)
  if (isObject(own(answer, 'error'))) taker.partial(line)
  return true
}

/** A frame of Azure Data Explorer: only the primary result holds rows of the table that was asked for. */
function giveFrame(frame: Json, line: number, taker: RowTaker): boolean {
  const table = tableOf(frame)
  if (table !== undefined && own(frame, 'TableKind') === 'PrimaryResult')
    giveTable(table, line, taker)
  if (own(frame, 'HasErrors') === true) taker.partial(line)
  return true
}

const own = (object: Json, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined

interface Table {
  readonly columns: readonly unknown[]
  readonly rows: readonly unknown[]
}

function tableOf(value: unknown): Table | undefined {
  if (!isObject(value)) return undefined
  const columns = own(value, 'columns') ?? own(value, 'Columns')
  const rows = own(value, 'rows') ?? own(value, 'Rows')
  return Array.isArray(columns) && Array.isArray(rows) ? { columns, rows } : undefined
}

function giveTable({ columns, rows }: Table, line: number, taker: RowTaker): void {
  if (columns.length > MAX_COLUMNS) {
    taker.badRow('too-many-columns', `over ${MAX_COLUMNS}`, line)
    return
  }
  const names = columns.map(nameOf)
  for (const cells of rows) giveCells(names, cells, line, taker)
}

export function giveCells(
  names: readonly string[],
  cells: unknown,
  line: number,
  taker: RowTaker,
): void {
  if (!Array.isArray(cells)) taker.badRow('not-an-object', 'row of a table', line)
  else if (cells.length !== names.length) {
    const detail = `${cells.length} cells, table has ${names.length} columns`
    taker.badRow('column-count', detail, line)
  } else if (!taker.row(rowOf(names, cells), line)) taker.unknownRow(line)
}

export function nameOf(column: unknown): string {
  const name = isObject(column) ? (own(column, 'name') ?? own(column, 'ColumnName')) : ''
  return typeof name === 'string' ? name : ''
}

/** The cells of a row by their columns. */
export function rowOf(
  columns: readonly string[],
  cells: readonly unknown[],
  missing?: unknown,
): Json {
  // No prototype, so that a column may have any name.
  const row: { [column: string]: unknown; __proto__: null } = { __proto__: null }
  // Backwards, so that of two columns with one name the first stays.
  for (let i = columns.length - 1; i >= 0; i--) {
    const name = columns[i]
    if (name !== undefined && name !== '') row[name] = cells[i] === undefined ? missing : cells[i]
  }
  return row
}
