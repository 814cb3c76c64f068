/**
 * The answer of the Log Analytics query API, which has its rows as lists of cells beside a list of columns:
 * `{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"}],"rows":[["…"]]}]}`.
 *
 * A file that begins with such an answer is read as it comes, by `table_rows.ts`. One that stands elsewhere, as
 * on a line of its own, is read whole, and the limit of a row bounds it. An `error` beside the tables
 * (`PartialError`) says that the service stopped at one of its limits.
 *
 * Source: Azure Monitor Log Analytics API, response format, 2026.
 *
 * @module
 */
import { isObject, type Json } from '@mintmark/core'
import { MAX_COLUMNS } from './limits.ts'
import type { RowTaker } from './row_taker.ts'

/** Gives the rows of an answer on, keyed by their columns. False when the object is no such answer. */
export function giveTables(answer: Json, line: number, taker: RowTaker): boolean {
  const tables: unknown = Object.hasOwn(answer, 'tables') ? answer['tables'] : undefined
  if (!Array.isArray(tables) || tables.length === 0 || !tables.every(isTable)) return false
  for (const table of tables) giveTable(table, line, taker)
  if (Object.hasOwn(answer, 'error') && isObject(answer['error'])) taker.partial(line)
  return true
}

interface Table extends Json {
  readonly columns: readonly unknown[]
  readonly rows: readonly unknown[]
}

function isTable(value: unknown): value is Table {
  if (!isObject(value) || !Object.hasOwn(value, 'columns') || !Object.hasOwn(value, 'rows'))
    return false
  return Array.isArray(value['columns']) && Array.isArray(value['rows'])
}

function giveTable({ columns, rows }: Table, line: number, taker: RowTaker): void {
  const names = namesOf(columns, line, taker)
  if (names === undefined) return
  for (const cells of rows) giveCells(names, cells, line, taker)
}

/** The names of a table's columns; undefined, and a reject, when no row can be read by them. */
export function namesOf(
  columns: unknown,
  line: number,
  taker: RowTaker,
): readonly string[] | undefined {
  if (Array.isArray(columns) && columns.length <= MAX_COLUMNS) return columns.map(nameOf)
  if (Array.isArray(columns)) taker.badRow('too-many-columns', `over ${MAX_COLUMNS}`, line)
  else taker.badRow('malformed-json', 'columns of a table', line)
  return undefined
}

/** Gives one row of a table on, or says what is wrong with it. */
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

function nameOf(column: unknown): string {
  const name: unknown = isObject(column) && Object.hasOwn(column, 'name') ? column['name'] : ''
  return typeof name === 'string' ? name : ''
}

/** No prototype, so that a column may have any name. */
function rowOf(names: readonly string[], cells: readonly unknown[]): Json {
  const row: { [column: string]: unknown; __proto__: null } = { __proto__: null }
  // Backwards, so that of two columns with one name the first stays.
  for (let i = names.length - 1; i >= 0; i--) {
    const name = names[i]
    if (name !== undefined && name !== '') row[name] = cells[i]
  }
  return row
}
