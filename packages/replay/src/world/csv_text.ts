/**
 * Rows of CSV as spreadsheets and cmdlets write them: every cell quoted, CRLF.
 *
 * @module
 */

export function csvRow(cells: readonly string[]): string {
  let row = ''
  for (const cell of cells) {
    if (row !== '') row += ','
    row += cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : `"${cell}"`
  }
  return `${row}\r\n`
}

export type Columns<Row> = readonly (readonly [title: string, cell: (row: Row) => string])[]

export const titlesOf = <Row>(columns: Columns<Row>): string[] => columns.map(([title]) => title)

export const cellsOf = <Row>(columns: Columns<Row>, row: Row): string[] =>
  columns.map(([, cell]) => cell(row))
