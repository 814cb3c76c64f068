/**
 * Rows of CSV as spreadsheets and cmdlets write them: every cell quoted, CRLF.
 *
 * @module
 */

/** One row with its line end. */
export function csvRow(cells: readonly string[]): string {
  let row = ''
  for (const cell of cells) {
    if (row !== '') row += ','
    row += cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : `"${cell}"`
  }
  return `${row}\r\n`
}
