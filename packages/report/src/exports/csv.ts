/** Rows: RFC 4180, UTF-8, every cell quoted and safe from formulas; times ISO 8601, UTC. */
import type { AccountScope, Selected, Session } from '@mintmark/case'
import { messageRows } from '@mintmark/case'
import { csvCell, isoOf, type Json } from '@mintmark/core'
import type { Cell, Column, Section, Strength, Table } from '../model/model.ts'
import { accountStrength } from '../model/model.ts'
import type { Redactor } from '../model/redaction.ts'

const csvLine = (cells: readonly (string | number)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`

/** A missing upper bound is an empty cell. */
export function* accountLines(
  accounts: readonly AccountScope[],
  redactor: Redactor,
): Generator<string> {
  yield 'mailbox,organisation,groups,messages_lower,messages_upper,copies_lower,copies_upper,items_without_message_id,accesses,either_party_accesses,first,last,strength\r\n'
  for (const account of accounts)
    yield csvLine([
      redactor.text(account.mailbox),
      redactor.text(account.organisation),
      redactor.text(account.group),
      account.messages.lower,
      account.messages.upper ?? '',
      account.copies.lower,
      account.copies.upper ?? '',
      account.items_without_message_id,
      account.accesses,
      account.ambiguous,
      account.first,
      account.last,
      accountStrength(account),
    ])
}

export async function* messageLines(
  session: Session,
  selected: Selected,
  redactor: Redactor,
): AsyncGenerator<string> {
  yield 'mailbox,message_id,item_id,subject,folder,bytes,accesses,first,last,strength\r\n'
  for await (const rows of messageRows(session, selected))
    yield rows.map((row) => messageLine(row, redactor)).join('')
}

function messageLine(row: Json, redactor: Redactor): string {
  const named = (name: string) => redactor.text(String(row[name]))
  return csvLine([
    named('account'),
    redactor.messageId(String(row['message_id'])),
    named('item_id'),
    named('subject'),
    named('folder'),
    Number(row['bytes']),
    Number(row['accesses']),
    isoOf(Number(row['first_ms'])),
    isoOf(Number(row['last_ms'])),
    messageStrength(row),
  ])
}

/** Only changed, or ambiguous: nothing shows that the attacker read it. */
function messageStrength(row: Json): Strength {
  if (Number(row['is_read']) === 0) return 'not-excluded'
  return Number(row['is_established']) === 1 ? 'established' : 'lead'
}

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
  ['artefact-accesses', 6],
  ['inputs', 3],
  ['completeness', 3],
  ['glossary', 100],
  ['files', 200],
  ['queries', 0],
])
const USUAL = 12
const OF_A_HUNT = 0
const OFF_PAPER: ReadonlyMap<string, readonly string[]> = new Map([
  ['accounts', ['items_without_message_id', 'group']],
  ['leads-listed', ['first', 'last']],
  ['key-dump-accesses', ['by', 'file']],
  ['artefacts', ['hash']],
  ['tokens', ['reason', 'base_rate', 'recorded', 'recorded_for', 'recorded_in']],
  ['artefact-accesses', ['reason', 'verdict', 'token', 'client']],
  ['keys', ['kind', 'bits', 'note', 'file_sha256', 'encodings']],
  ['key-to-verifier', ['public_key_sha256', 'file_sha256']],
  ['inputs', ['duplicates', 'same_as']],
])
const FILES: ReadonlyMap<string, string> = new Map([['accounts', 'accounts.csv']])

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
