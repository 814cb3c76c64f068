import { csvCell, type Json, safeJson } from '@mintmark/core'
import type { Io } from '../process/io.ts'

/**
 * Writes rows as they come: JSON lines, or CSV (RFC 4180, UTF-8, cells that a spreadsheet would run
 * neutralised) whose columns are those of the first row, or those named, which then stand there without a row, too.
 *
 * @returns how many rows were written
 */
export async function writeRows(
  io: Io,
  chunks: AsyncIterable<readonly Json[]>,
  format: 'csv' | 'jsonl',
  named?: readonly string[],
): Promise<number> {
  let columns = format === 'csv' ? named : undefined
  let written = 0
  if (columns !== undefined) await io.out(`${columns.join(',')}\r\n`)
  for await (const rows of chunks) {
    const lines = rows.map((row) => {
      if (format === 'jsonl') return `${safeJson(row)}\n`
      if (columns !== undefined) return csvLine(columns.map((column) => row[column]))
      columns = Object.keys(row)
      return `${columns.join(',')}\r\n${csvLine(columns.map((column) => row[column]))}`
    })
    written += rows.length
    if (lines.length > 0) await io.out(lines.join(''))
  }
  return written
}

/** One line of CSV; what is no text is written as JSON. */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map((cell) => csvCell(cellText(cell))).join(',')}\r\n`
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  return typeof cell === 'string' ? cell : safeJson(cell)
}
