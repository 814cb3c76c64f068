import type { Json } from '@mintmark/core'
import type { RecordSink } from './records.ts'

/** Order of day and month in a file's dates, once a row has proven it. */
export type DateOrder = 'day-first' | 'month-first' | 'unproven'

export interface FileZone {
  /** How far its clocks are ahead of UTC, milliseconds. */
  readonly aheadMs: number
  readonly firstMs: number
  readonly lastMs: number
}

export interface FileContext {
  /** CSV: the header's cells. JSON: undefined. */
  readonly columns: readonly string[] | undefined
  /** What the file's own dates prove; only adapters with `dateColumns` need it. */
  readonly dateOrder: DateOrder
  /** Where its rows prove one zone; only for adapters with `provenTime`. */
  readonly zone?: FileZone | undefined
}

/** Where an adapter puts what one row gives; the reader adds the line. */
export type RowSink = {
  readonly [K in keyof RecordSink]: (record: Parameters<RecordSink[K]>[0]) => void
}

/** Watches the rows of one whole file for what they prove only together. Memory is bounded. */
export interface Tally {
  row(row: Json): void
  end(sink: RowSink): void
}

/**
 * Turns the rows of one export shape into records. Pure: no I/O, no clock, keeps nothing between
 * rows, and never throws, whatever the row holds.
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
  provenTime?(row: Json): { readonly zoneMs: number; readonly atMs: number } | undefined
  readonly rowCaps?: readonly number[]
  /** A new tally for one file. A file that is read in slices has none: each would see a part only. */
  readonly tally?: () => Tally
}

export interface RowTaker {
  columns(names: readonly string[]): void
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
