/** Tables of a report of which paper shows only the first rows, each as a file. @module */
import type { Cell, Column, Section, Table } from '../model/model.ts'
import { csvLine } from './cells.ts'

/** Rows that paper shows of a table, where it is not {@link USUAL}. What a drawing shows, or nobody reads, needs none. */
const PRINTED: ReadonlyMap<string, number> = new Map([
  ['organisations', 40],
  ['accounts', 60],
  ['leads-listed', 20],
  ['verdicts', 30],
  ['hunts-run', 0],
  ['horizons', 6],
  ['coverage', 0],
  ['days', 0],
  ['gaps', 6],
  ['tokens', 5],
  ['touches', 6],
  ['inputs', 3],
  ['completeness', 3],
  ['glossary', 100],
  ['files', 200],
  ['queries', 0],
])
const USUAL = 12
/** Of a hunt the finding has the numbers. */
const OF_A_HUNT = 0
/** Columns that paper has no room for. */
const OFF_PAPER: ReadonlyMap<string, readonly string[]> = new Map([
  ['accounts', ['items_without_message_id', 'group']],
  ['leads-listed', ['first', 'last']],
  ['key-touchers', ['by', 'file']],
  ['artefacts', ['hash']],
  ['tokens', ['reason', 'base_rate', 'recorded', 'recorded_for', 'recorded_in']],
  ['touches', ['reason', 'verdict', 'token', 'client']],
  ['keys', ['kind', 'bits', 'note', 'file_sha256', 'forms']],
  ['key-to-verifier', ['public_key_sha256', 'file_sha256']],
  ['inputs', ['duplicates', 'same_as']],
])
/** Tables whose rows a file has anyhow. */
const FILES: ReadonlyMap<string, string> = new Map([['accounts', 'accounts.csv']])

/** The section with tables that know how much of them paper shows. */
export const onPaper = (section: Section): Section => ({
  ...section,
  tables: section.tables.map(cutForPaper),
})

function cutForPaper(table: Table): Table {
  const rows = PRINTED.get(table.id) ?? (table.id.startsWith('hunt-') ? OF_A_HUNT : USUAL)
  const off = OFF_PAPER.get(table.id) ?? []
  const columns = table.columns.map(({ id }) => id).filter((id) => !off.includes(id))
  const isWhole = columns.length === table.columns.length || table.rows.length === 0
  if (table.rows.length <= rows && isWhole) return table
  const file = FILES.get(table.id) ?? `table-${table.id}.csv`
  return { ...table, paper: { rows: Math.min(rows, table.rows.length), columns, file } }
}

/** Tables that have a file of their own, with its text: RFC 4180, a range as two columns. */
export function tableFiles(
  sections: readonly Section[],
): { readonly name: string; readonly lines: Iterable<string> }[] {
  const own = new Set(FILES.values())
  return sections
    .flatMap(({ tables }) => tables)
    .flatMap((table) =>
      table.paper === undefined || own.has(table.paper.file)
        ? []
        : [{ name: table.paper.file, lines: linesOf(table) }],
    )
}

function* linesOf({ columns, rows }: Table): Generator<string> {
  yield `${columns.flatMap(headOf).join(',')}\r\n`
  for (const row of rows)
    yield csvLine(columns.flatMap((column, at) => cellsOf(column, row[at] ?? null)))
}

const headOf = ({ id, type }: Column) => (type === 'range' ? [`${id}_lower`, `${id}_upper`] : [id])

function cellsOf({ type }: Column, cell: Cell): (string | number)[] {
  if (cell !== null && typeof cell === 'object') return [cell.lower, cell.upper ?? '']
  return type === 'range' ? ['', ''] : [cell ?? '']
}
