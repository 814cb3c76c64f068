/**
 * Filters, order and pages of a long list, as SQL: values are bound, and columns are those of the list.
 *
 * @module
 */
import { type Json, MintmarkError } from '@mintmark/core'
import { countOf } from '../engine/rows.ts'
import type { Params, Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'

/** Which rows of a list, and in which order. */
export interface ListQuery {
  readonly offset?: number
  /** At most 500 where the list does not say otherwise, 100 when left out. */
  readonly limit?: number
  /** The list's own order when left out. */
  readonly sort?: { readonly column: string; readonly isDescending: boolean } | undefined
  /** Whole texts of cells. Values of one column are alternatives; different columns narrow each other. */
  readonly where?: readonly { readonly column: string; readonly value: string }[]
  /** A part of any cell, whatever its case. */
  readonly q?: string
}

/** SQL of each column: its text, and what it is sorted by where that is not the text. */
export type ListColumns = Readonly<Record<string, { readonly text: string; readonly by?: string }>>

/** A list as SQL. `filtered` replaces `from` where there is a filter. */
interface List {
  readonly columns: ListColumns
  readonly from: string
  readonly filtered?: string
  readonly select: string
  /** The list's own order. */
  readonly order: string
  readonly params?: Params
}

const MOST_ROWS = 500

/**
 * A page of a list, and how many rows the list has with these filters.
 *
 * @throws {MintmarkError} `INPUT_INVALID` for a column that the list has not
 */
export async function listPage(
  session: Session,
  { columns, from, filtered = from, select, order, params = {} }: List,
  query: ListQuery,
  most: number = MOST_ROWS,
): Promise<{ readonly total: number; readonly rows: readonly Json[] }> {
  const { offset = 0, limit = 100, sort } = query
  const found = whereOf(columns, query)
  const bound = { ...found.params, ...params }
  const first = sort === undefined ? '' : orderOf(columnOf(columns, sort.column), sort.isDescending)
  const counted = `${found.where === '1' ? from : filtered} WHERE ${found.where}`
  const total = await countOf(session, counted, bound)
  const rows = await session.rows(
    `SELECT ${select} FROM ${filtered} WHERE ${found.where} ORDER BY ${first}${order}
     LIMIT {limit:UInt32} OFFSET {offset:UInt64} ${BOUNDED}`,
    {
      ...bound,
      offset: Math.max(0, Math.trunc(offset)),
      limit: Math.min(Math.max(1, limit), most),
    },
  )
  return { total, rows }
}

function whereOf(
  columns: ListColumns,
  { where = [], q = '' }: ListQuery,
): { readonly where: string; readonly params: Params } {
  const params: Record<string, string | readonly string[]> = {}
  const names = [...new Set(where.map(({ column }) => column))]
  const tests = names.map((name, at) => {
    params[`where_${at}`] = where.filter(({ column }) => column === name).map(({ value }) => value)
    return `${columnOf(columns, name).text} IN {where_${at}:Array(String)}`
  })
  if (q !== '') {
    params['look_for'] = q
    const whole = Object.values(columns).map(({ text }) => text)
    tests.push(
      `positionCaseInsensitiveUTF8(concatWithSeparator('\\n', ${whole.join(', ')}), {look_for:String}) > 0`,
    )
  }
  return { where: tests.length === 0 ? '1' : tests.join(' AND '), params }
}

function columnOf(columns: ListColumns, name: string): ListColumns[string] {
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined
  if (column !== undefined) return column
  throw new MintmarkError('INPUT_INVALID', `the list has no column ${name}`, { option: 'sort' })
}

/** Empty texts come last, whichever the direction. */
function orderOf({ text, by }: ListColumns[string], isDescending: boolean): string {
  const direction = isDescending ? 'DESC' : 'ASC'
  return by === undefined
    ? `${text} = '', lowerUTF8(${text}) ${direction}, `
    : `${by} ${direction}, `
}
