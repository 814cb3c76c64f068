/**
 * Rows of text into tables, in ClickHouse's TabSeparated.
 *
 * @module
 */
import type { Session } from './session.ts'

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\0', '\\0'],
])

type Cell = string | number | null

const escapedCell = (cell: Cell): string =>
  cell === null
    ? '\\N'
    : String(cell).replaceAll(/[\\\t\n\r\0]/g, (character) => ESCAPES.get(character) ?? '')

/** 2299-12-31: the last day that DateTime64 knows. */
const LAST_MS = 10_413_791_999_999

/** A time as the engine reads it, `2023-06-01 00:00:00.000`; null for none. */
export function timeCell(ms: number): string | null {
  const within = Math.floor(Math.min(ms, LAST_MS))
  return ms > 0 ? new Date(within).toISOString().slice(0, 23).replace('T', ' ') : null
}

/** Bounds the memory of the text. */
const ROWS_AT_ONCE = 50_000

/** Inserts rows, the cells in the order of the columns. */
export async function insertRows(
  session: Session,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const lines = rows
      .slice(at, at + ROWS_AT_ONCE)
      .map((cells) => `${cells.map(escapedCell).join('\t')}\n`)
    await session.insert(table, columns, 'TabSeparated', Buffer.from(lines.join('')))
  }
}
