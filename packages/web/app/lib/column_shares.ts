/** How the columns of a table share the width of paper, so that few words are broken. */
import type { Report } from '@mintmark/report'

type Table = Report['sections'][number]['tables'][number]
type Column = Table['columns'][number]
type Row = Table['rows'][number]

/** Characters that fit a line of a table on A4; the drawing of a range takes its share from it. */
const LINE = 128
const BAR = 13
const MOST_WORD = 32
const MOST_WANTED = 160
const PADDING = 2
const FEW = 4
/** What fits on one line among few columns; the letters of a hash are small. */
const WHOLE: ReadonlyMap<string, number> = new Map([
  ['hash', 58],
  ['time', 18],
])

export const hasBars = ({ columns }: Table): boolean => columns.length <= FEW + 2

/** Percent of the width by column, of those that paper has; the drawing beside a range has ten. */
export function sharesOf(table: Table, rows: readonly Row[]): number[] {
  const isOnPaper = ({ id }: Column) => table.paper?.columns.includes(id) ?? true
  const needs = table.columns.map((column, at) =>
    isOnPaper(column) ? needOf(column, rows, at, table.columns.length) : { word: 0, all: 0 },
  )
  const ranges = table.columns.filter((column) => column.type === 'range' && isOnPaper(column))
  const bars = hasBars(table) ? ranges.length : 0
  const room = LINE - bars * BAR
  const least = needs.reduce((sum, { word }) => sum + word, 0)
  const more = needs.reduce((sum, { word, all }) => sum + all - word, 0)
  const left = Math.max(0, room - least)
  return needs.map(({ word, all }) => {
    const width = word + (more === 0 ? left / needs.length : (left * (all - word)) / more)
    return Math.max(1, Math.floor((width / Math.max(LINE, least + bars * BAR)) * 100))
  })
}

function needOf(
  { type, title }: Column,
  rows: readonly Row[],
  at: number,
  columns: number,
): { readonly word: number; readonly all: number } {
  // A head is set in capitals, which are wider.
  const texts = [
    title.replaceAll(/\w+/g, '$&_'),
    ...rows.map((row) => textOf(row[at] ?? null, type)),
  ]
  const longest = (length: (text: string) => number) => Math.max(...texts.map(length))
  const isRoomy = columns <= (type === 'hash' ? FEW : FEW + 2)
  const whole = WHOLE.get(type)
  const word =
    isRoomy && whole !== undefined ? whole : Math.min(MOST_WORD, longest(longestWord)) + PADDING
  return {
    word,
    all: Math.max(
      word,
      Math.min(
        MOST_WANTED,
        longest((text) => text.length),
      ),
    ),
  }
}

const longestWord = (text: string) =>
  Math.max(0, ...text.split(/[\s-]+/).map((word) => word.length))

function textOf(cell: Row[number], type: Column['type']): string {
  if (cell === null) return ''
  if (typeof cell === 'object') return 'at least 10,000'
  if (typeof cell === 'number') return cell.toLocaleString('en-US')
  // A day is broken in no place.
  if (type === 'time') return '2023_05_15 00:00'
  return type === 'strength' ? `***${cell.replace('-', '_')}` : cell
}
