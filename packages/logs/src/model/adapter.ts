import type { Json } from '@mintmark/core'
import type {
  Access,
  DirectoryEntry,
  FolderInventory,
  Issuance,
  Reject,
  Statement,
} from './records.ts'

/** Order of day and month in a file's dates, once a row has proven it. */
export type DateOrder = 'day-first' | 'month-first' | 'unproven'

/** The zone of a file's times that name none, and when the rows were written that prove it. */
export interface FileZone {
  /** How far its clocks are ahead of UTC, milliseconds. */
  readonly aheadMs: number
  readonly firstMs: number
  readonly lastMs: number
}

/** What an adapter knows about the file of a row. */
export interface FileContext {
  /** CSV: the header's cells. JSON: undefined. */
  readonly columns: readonly string[] | undefined
  /** What the file's own dates prove; only adapters with `dateColumns` need it. */
  readonly dateOrder: DateOrder
  /** Where its rows prove one zone; only for adapters with `provenTime`. */
  readonly zone?: FileZone | undefined
}

/** Where an adapter puts what one row gives; the reader adds the line. */
export interface RowSink {
  issuance(record: Issuance): void
  access(record: Access): void
  directory(entry: DirectoryEntry): void
  inventory(entry: FolderInventory): void
  reject(reject: Reject): void
  statement(statement: Statement): void
}

/** Watches the rows of one whole file for what they prove only together. Memory is bounded. */
export interface Tally {
  row(row: Json): void
  /** After the last row. */
  end(sink: RowSink): void
}

/**
 * Turns the rows of one export shape into records. Pure: no I/O, no clock, keeps nothing between
 * rows, and never throws, whatever the row holds.
 *
 * A row is a JSON object, or a CSV row as an object of strings keyed by header cell.
 */
export interface Adapter {
  /** Lower-case id, as in `evidence.shape` and in the documentation: `ual-purview-csv`. */
  readonly shape: string
  /** Cheap and narrow: by the presence of keys, never by the file's name. */
  accepts(row: Json, context: FileContext): boolean
  read(row: Json, context: FileContext, sink: RowSink): void
  /** Columns with dates whose day and month order the file must prove before rows can be read. */
  readonly dateColumns?: readonly string[]
  /** What a row proves of times of its file that name no zone: milliseconds ahead of UTC, and its own time. */
  readonly provenTime?: (
    row: Json,
  ) => { readonly zoneMs: number; readonly atMs: number } | undefined
  /** Numbers of rows at which the exporter stops: a file with exactly so many was probably cut. */
  readonly rowCaps?: readonly number[]
  /** A new tally for one file. A file that is read in slices has none: each would see a part only. */
  readonly tally?: () => Tally
}

/** Takes the rows that a text gives, one after the other. `line` is where the row starts. */
export interface RowTaker {
  /** The cells of a CSV header, before its first row. */
  columns(names: readonly string[]): void
  /** Whether an adapter knows a table with these columns. */
  isTable(names: readonly string[]): boolean
  /** False when no adapter knows the row. The container then says what it is: a wrapper, or unknown. */
  row(row: Json, line: number): boolean
  unknownRow(line: number): void
  badRow(reason: string, detail: string, line: number): void
  badFile(reason: string, detail: string, line: number): void
  /** The row at this line has bytes that are no UTF-8; each has become U+FFFD. */
  badText(line: number): void
  /** NUL bytes stood before the text, which begins behind them. */
  nulsBefore(count: number): void
  /** The container says that there is more than it holds. */
  nextLink(line: number): void
  /** The container says that rows are missing from it. */
  partial(line: number): void
  /** The container was cut: what it opened is not closed. */
  endsEarly(line: number): void
}
