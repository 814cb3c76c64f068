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

const escapedCell = (cell: string | number): string =>
  String(cell).replaceAll(/[\\\t\n\r\0]/g, (character) => ESCAPES.get(character) ?? '')

/** Bounds the memory of the text. */
const ROWS_AT_ONCE = 50_000

/** Inserts rows, the cells in the order of the columns. Throws as `Session.insert`. */
export async function insertRows(
  session: Session,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const lines = rows
      .slice(at, at + ROWS_AT_ONCE)
      .map((cells) => `${cells.map(escapedCell).join('\t')}\n`)
    // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
    await session.insert(table, columns, 'TabSeparated', Buffer.from(lines.join('')))
  }
}
