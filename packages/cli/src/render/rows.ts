import { csvCell, type Json, safeJson } from '@mintmark/core'
import type { ExitCode } from '../process/exit_codes.ts'
import type { Io } from '../process/io.ts'

/**
 * CSV as RFC 4180; cells that a spreadsheet would run are neutralised. Named columns are written
 * without a row, too. `code`: exit code if nobody reads on.
 */
export async function writeRows(
  io: Io,
  chunks: AsyncIterable<readonly Json[]>,
  format: 'csv' | 'jsonl',
  named?: readonly string[],
  code: ExitCode = 0,
): Promise<number> {
  let columns = format === 'csv' ? named : undefined
  const header = () => (columns === undefined ? '' : `${columns.join(',')}\r\n`)
  let written = 0
  for await (const rows of chunks) {
    if (rows[0] === undefined) continue
    if (format === 'csv') columns ??= Object.keys(rows[0])
    const lines = rows.map((row) =>
      columns === undefined ? `${safeJson(row)}\n` : csvLine(columns.map((name) => row[name])),
    )
    await io.out((written === 0 ? header() : '') + lines.join(''), code)
    written += rows.length
  }
  if (written === 0) await io.out(header(), 'own')
  return written
}

export function csvText(columns: readonly string[], rows: readonly Json[]): string {
  const lines = rows.map((row) => csvLine(columns.map((column) => row[column])))
  return `${columns.join(',')}\r\n${lines.join('')}`
}

const csvLine = (cells: readonly unknown[]): string =>
  `${cells.map((cell) => csvCell(cellText(cell))).join(',')}\r\n`

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  return typeof cell === 'string' ? cell : safeJson(cell)
}
