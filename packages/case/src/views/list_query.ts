/**
 * Filters and order of a long list, as conditions of SQL: values are bound, and columns are those of the list.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import type { Params } from '../engine/session.ts'

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

interface ListSql {
  readonly where: string
  /** Ends with a comma where there is one: the list's own order follows. */
  readonly order: string
  readonly params: Params
}

/** @throws {MintmarkError} `INPUT_INVALID` for a column that the list has not */
export function listSql(columns: ListColumns, { sort, where = [], q = '' }: ListQuery): ListSql {
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
  return {
    where: tests.length === 0 ? '1' : tests.join(' AND '),
    order: sort === undefined ? '' : orderOf(columnOf(columns, sort.column), sort.isDescending),
    params,
  }
}

function columnOf(columns: ListColumns, name: string): ListColumns[string] {
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined
  if (column !== undefined) return column
  throw new MintmarkError('INPUT_INVALID', `the list has no column ${name}`, { option: 'sort' })
}

/** Nothing is last, whichever the direction. */
function orderOf({ text, by }: ListColumns[string], isDescending: boolean): string {
  const direction = isDescending ? 'DESC' : 'ASC'
  return by === undefined
    ? `${text} = '', lowerUTF8(${text}) ${direction}, `
    : `${by} ${direction}, `
}
