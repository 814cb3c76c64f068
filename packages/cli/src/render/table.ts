/** Text in columns, as wide as the terminal. What comes from a log passes `safeText`. */
import { safeText } from '@mintmark/core'
import { proseWidth, shortened, wrapped } from './wrapped.ts'

export { bounds, boundText, count, minute, percent, plural } from '@mintmark/core'

const CELL = 60
const WHOLE_CELL = 2000
/** To so many characters a cell is shortened before a column is left out. */
const LEAST = 16
const GAP = 2

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Which columns are left out where there is no room, the highest number first. Left out: never. */
  readonly drop?: number
  /** Fewest characters of a cell. Default 16; of numbers and times all. */
  readonly least?: number
  readonly shows?: 'start' | 'end'
}

export type ColumnOf<Row> = readonly [
  title: string,
  cell: (row: Row) => string,
  how?: Omit<Column, 'title'>,
]

export const listed = <Row>(
  rows: readonly Row[],
  width: number,
  columns: readonly ColumnOf<Row>[],
): string =>
  table(
    columns.map(([title, , how]) => ({ title, ...how })),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
    width,
  )

export const RIGHT: Omit<Column, 'title'> = { align: 'right' }

/** Every cell is made safe to print. Long cells are shortened first, then columns are left out. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const limit = width === Infinity ? WHOLE_CELL : CELL
  const cells = rows.map((row) => columns.map((_, i) => safeText(row[i] ?? '', limit)))
  const natural = columns.map(({ title }, i) =>
    Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)),
  )
  const shown = shownColumns(columns, natural, width)
  const widths = fittedWidths(columns, natural, shown, width)
  const line = (row: readonly string[]) =>
    shown
      .map((i) => padded(row[i] ?? '', widths[i] ?? 0, columns[i]))
      .join(' '.repeat(GAP))
      .trimEnd()
  const lines = [columns.map(({ title }) => title), ...cells].map(line)
  return `${[...lines, ...leftOut(columns, shown, width)].join('\n')}\n`
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

const leastOf = (
  { align, least = align === 'right' ? Infinity : LEAST }: Column,
  natural: number,
) => Math.min(natural, least)

function shownColumns(
  columns: readonly Column[],
  natural: readonly number[],
  width: number,
): number[] {
  const needed = (some: readonly number[]) =>
    sum(some.map((i) => leastOf(columns[i] ?? { title: '' }, natural[i] ?? 0) + GAP)) - GAP
  let shown = columns.map((_, i) => i)
  while (needed(shown) > width) {
    const [first] = shown
      .filter((i) => columns[i]?.drop !== undefined)
      .toSorted((a, b) => (columns[b]?.drop ?? 0) - (columns[a]?.drop ?? 0))
    if (first === undefined) return shown
    shown = shown.filter((i) => i !== first)
  }
  return shown
}

function fittedWidths(
  columns: readonly Column[],
  natural: readonly number[],
  shown: readonly number[],
  width: number,
): number[] {
  const widths = [...natural]
  const excess = () => sum(shown.map((i) => (widths[i] ?? 0) + GAP)) - GAP - width
  const least = (i: number) => leastOf(columns[i] ?? { title: '' }, natural[i] ?? 0)
  while (excess() > 0) {
    const free = shown.filter((i) => (widths[i] ?? 0) > least(i))
    const [widest] = (free.length > 0 ? free : shown).toSorted(
      (a, b) => (widths[b] ?? 0) - (widths[a] ?? 0),
    )
    if (widest === undefined || (widths[widest] ?? 0) <= 1) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function padded(cell: string, width: number, { align, shows }: Column = { title: '' }): string {
  const text = shortened(cell, width, shows)
  return align === 'right' ? text.padStart(width) : text.padEnd(width)
}

function leftOut(columns: readonly Column[], shown: readonly number[], width: number): string[] {
  const names = columns.filter((_, i) => !shown.includes(i)).map(({ title }) => title)
  if (names.length === 0) return []
  return wrapped(`Not shown: ${names.join(', ')}. All columns: --wide`, proseWidth(width))
}
