import type { Json } from '@mintmark/core'

/** Takes the rows that a text gives, one after the other. `line` is where the row starts. */
export interface RowTaker {
  /** The cells of a CSV header, before its first row. */
  columns(names: readonly string[]): void
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
