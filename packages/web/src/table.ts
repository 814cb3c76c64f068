/** A table's order, filters and page in an address: server and page arrange by the same rules. */
import { csvCell, safeJson } from '@mintmark/core/safe_text'
import { quoted, type Unread } from './query.ts'

export type Cell = string | number | boolean | null

export interface ColumnOf<T> {
  /** In addresses and exports; the row's own member of this name where `value` is left out. */
  readonly name: string
  value?(row: T): Cell
  by?(row: T): Cell
}

export interface Where {
  readonly column: string
  /** The whole text of a cell. Values of one column are alternatives; different columns narrow each other. */
  readonly value: string
}

export interface Arrangement {
  /** Undefined: the list's own order. */
  readonly sort: { readonly column: string; readonly isDescending: boolean } | undefined
  readonly where: readonly Where[]
  /** A part of any cell, whatever its case; `''` for all rows. */
  readonly q: string
}

export interface TableQuery extends Arrangement {
  readonly columns: readonly string[] | undefined
  /** From 0. */
  readonly page: number
}

export const TABLE_NAMES = ['sort', 'where', 'q', 'columns', 'page'] as const

const MOST_WHERE = 20
export const MOST_LETTERS = 2000

/** Reads what it can; the rest is in `unread`, and is as if it were not there. */
export function readTable(
  params: URLSearchParams,
  columns: readonly string[],
  prefix = '',
): { readonly query: TableQuery; readonly unread: readonly Unread[] } {
  const unread: Unread[] = []
  const miss = (name: string, says: string) => {
    unread.push({ name: prefix + name, says })
  }
  const all = (name: string) => params.getAll(prefix + name).filter((text) => text !== '')
  const known = (name: string, column: string) => {
    if (columns.includes(column)) return true
    miss(name, `there is no column ${quoted(column)}`)
    return false
  }
  const sort = all('sort')
    .map((text) => ({ column: text.replace(/^-/u, ''), isDescending: text.startsWith('-') }))
    .find(({ column }) => known('sort', column))
  const chosen = all('columns')
    .flatMap((text) => text.split(','))
    .filter((column, at, names) => names.indexOf(column) === at && known('columns', column))
  const [page = 0] = all('page').map((text) => {
    if (/^\d{1,6}$/u.test(text)) return Number(text)
    miss('page', `${quoted(text)} is not a page`)
    return 0
  })
  const q = all('q').find((text) => text.length <= MOST_LETTERS) ?? ''
  if (q === '' && all('q').length > 0) miss('q', 'the text is too long')
  const where = wheresOf(all('where'), columns, miss)
  const query = { sort, where, q, columns: chosen.length === 0 ? undefined : chosen, page }
  return { query, unread }
}

function wheresOf(
  texts: readonly string[],
  columns: readonly string[],
  miss: (name: string, says: string) => void,
): Where[] {
  if (texts.length > MOST_WHERE) miss('where', `there are more than ${MOST_WHERE} filters`)
  return (texts.length > MOST_WHERE ? [] : [...new Set(texts)]).flatMap((text) => {
    const [, column = '', value = ''] = /^(\w+):(.*)$/su.exec(text) ?? []
    if (columns.includes(column) && value.length <= MOST_LETTERS) return [{ column, value }]
    miss('where', `${quoted(text)} is not a filter of this table`)
    return []
  })
}

export function writeTable(
  { sort, where, q, columns, page }: Partial<TableQuery>,
  prefix = '',
): Record<string, string | readonly string[]> {
  const named = {
    sort: sort === undefined ? '' : `${sort.isDescending ? '-' : ''}${sort.column}`,
    where: (where ?? []).map((one) => `${one.column}:${one.value}`),
    q: q ?? '',
    columns: (columns ?? []).join(','),
    page: page === undefined || page === 0 ? '' : String(page),
  }
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [prefix + name, value]))
}

export function cellOf<T extends object>(row: T, column: ColumnOf<T>): Cell {
  if (column.value !== undefined) return column.value(row)
  const held: unknown = Reflect.get(row, column.name)
  if (Array.isArray(held)) return held.map(String).join('; ')
  return typeof held === 'string' || typeof held === 'number' || typeof held === 'boolean'
    ? held
    : null
}

export const cellText = (cell: Cell): string => (cell === null ? '' : String(cell))

/** The rows that the filters leave, in order; rows that are alike stay as they were. */
export function arranged<T extends object>(
  rows: readonly T[],
  columns: readonly ColumnOf<T>[],
  { sort, where, q }: Arrangement,
): readonly T[] {
  const textOf = (row: T, column: ColumnOf<T>) => cellText(cellOf(row, column))
  const wanted = q.toLowerCase()
  const tests = columns.flatMap((column) => {
    const values = where.filter((one) => one.column === column.name).map((one) => one.value)
    return values.length === 0 ? [] : [(row: T) => values.includes(textOf(row, column))]
  })
  if (wanted !== '')
    tests.push((row) => columns.some((one) => textOf(row, one).toLowerCase().includes(wanted)))
  const left = tests.length === 0 ? rows : rows.filter((row) => tests.every((test) => test(row)))
  const column = columns.find(({ name }) => name === sort?.column)
  if (sort === undefined || column === undefined) return left
  const keyed = left.map((row) => ({
    row,
    key: column.by === undefined ? cellOf(row, column) : column.by(row),
  }))
  return keyed
    .toSorted((a, b) => compared(a.key, b.key, sort.isDescending ? -1 : 1))
    .map(({ row }) => row)
}

/** Nothing is last, whichever the direction. */
function compared(a: Cell, b: Cell, direction: number): number {
  const isNothing = (cell: Cell) => cell === null || cell === ''
  if (isNothing(a) || isNothing(b)) return Number(isNothing(a)) - Number(isNothing(b))
  const [left, right] =
    typeof a === 'number' && typeof b === 'number' ? [a, b] : [folded(a), folded(b)]
  return left < right ? -direction : left > right ? direction : 0
}

const folded = (cell: Cell) => cellText(cell).toLowerCase()

/** RFC 4180 with CRLF, the header first; no cell is a formula. */
export function csvOf<T extends object>(
  rows: readonly T[],
  columns: readonly ColumnOf<T>[],
  hasHeader = true,
): string {
  const head = `${columns.map(({ name }) => csvCell(name)).join(',')}\r\n`
  const lines = rows.map(
    (row) => `${columns.map((column) => csvCell(cellOf(row, column) ?? '')).join(',')}\r\n`,
  )
  return (hasHeader ? head : '') + lines.join('')
}

/** One object a row, with the columns by name; without the brackets of the whole. */
export const jsonOf = <T extends object>(
  rows: readonly T[],
  columns: readonly ColumnOf<T>[],
): string =>
  rows
    .map((row) => safeJson(Object.fromEntries(columns.map((one) => [one.name, cellOf(row, one)]))))
    .join(',\n')

/** Tab-separated, as a spreadsheet takes it from the clipboard; no cell is a formula. */
export function tsvOf<T extends object>(
  rows: readonly T[],
  columns: readonly ColumnOf<T>[],
): string {
  const cells = (row: T) => columns.map((one) => csvCell(cellOf(row, one) ?? ''))
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => cells(row).map(unquoted))]
  return lines.map((line) => `${line.join('\t')}\n`).join('')
}

const unquoted = (cell: string) => cell.slice(1, -1).replaceAll('""', '"')
