/**
 * Text for a terminal in columns. Whatever comes from a log passes `safeText`.
 *
 * @module
 */
import { safeText } from '@mintmark/core'

export { bounds, boundText, count, minute, percent, plural } from '@mintmark/core'

/** Widest cell of a table, in characters: longer ones end in an ellipsis. */
const CELL = 60

interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** Rows under their titles, two blanks between columns; every cell is made safe to print. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => row.map((cell) => safeText(cell, CELL))),
  ]
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)))
  const lines = cells.map((row) =>
    columns
      .map(({ align }, i) => pad(row[i] ?? '', widths[i] ?? 0, align))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

function pad(cell: string, width: number, align: Column['align']): string {
  return align === 'right' ? cell.padStart(width) : cell.padEnd(width)
}
