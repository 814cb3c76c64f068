/**
 * Definitions of columns as a text: `name Type; name Type`, with `--` comments. `Low` is a text that repeats, `Time`
 * milliseconds in UTC.
 *
 * @module
 */

const TYPES: ReadonlyMap<string, string> = new Map([
  ['Low', 'LowCardinality(String)'],
  ['Time', "DateTime64(3, 'UTC')"],
])

/** One definition of SQL a column. */
export const columnsOf = (text: string): string[] =>
  text
    .replaceAll(/--.*$/gm, '')
    .replaceAll(/\b(?:Low|Time)\b/g, (type) => TYPES.get(type) ?? type)
    .split(';')
    .map((column) => column.trim())
    .filter((column) => column !== '')

/** A column's name. */
export const nameOf = (column: string): string => column.slice(0, column.indexOf(' '))

/** A text of columns as a list in SQL. */
export const columnsSql = (text: string): string => columnsOf(text).join(', ')
