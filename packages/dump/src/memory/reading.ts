/**
 * How a container is read: a generator asks for bytes of the file and is handed them.
 *
 * So one reader serves a file, where any place can be asked for, and a pipe, where bytes pass once and in order
 * ({@link readFrom}, `stream_dump.ts`). It never learns how long the input is: it sees only that fewer bytes come
 * than it asked for.
 *
 * @module
 */
import { Reader } from '@mintmark/core'

/** Bytes wanted: `[offset, offset + length)`. */
export interface Ask {
  readonly offset: number
  readonly length: number
}

/** A computation that asks for bytes as it goes. What it is handed is valid until it asks again. */
export type Reading<T> = Generator<Ask, T, Uint8Array>

/** Rows of a table read at a time: bounds what is held of a table of any size. */
const PAGE_BYTES = 1 << 18

/** The bytes at `offset`: fewer than `length` where the input ends, or where a pipe has let them pass. */
export function* ask(offset: number, length: number): Reading<Uint8Array> {
  if (length <= 0 || offset > Number.MAX_SAFE_INTEGER - length) return new Uint8Array(0)
  return yield { offset, length }
}

/** The same as numbers to read. */
export function* askReader(
  offset: number,
  length: number,
  isLittleEndian: boolean,
): Reading<Reader> {
  return new Reader(yield* ask(offset, length), isLittleEndian)
}

/** A table of rows of equal length. */
export interface Table {
  readonly offset: number
  readonly rowBytes: number
  readonly rows: number
  readonly isLittleEndian: boolean
}

/**
 * Shows each row of a table, in order, to `visit`, as far as the input holds whole rows and `visit` does not give
 * `false`.
 *
 * @returns the rows that were shown
 */
export function* eachRow(
  table: Table,
  visit: (row: Reader, index: number) => boolean,
): Reading<number> {
  const { rowBytes, rows, isLittleEndian } = table
  const pageRows = Math.max(1, Math.floor(PAGE_BYTES / rowBytes))
  for (let first = 0; first < rows; first += pageRows) {
    const wanted = Math.min(pageRows, rows - first)
    const bytes = yield* ask(table.offset + first * rowBytes, wanted * rowBytes)
    const present = Math.floor(bytes.length / rowBytes)
    const reader = new Reader(bytes, isLittleEndian)
    for (let index = 0; index < present; index++) {
      if (!visit(reader.seek(index * rowBytes), first + index)) return first + index
    }
    if (present < wanted) return first + present
  }
  return rows
}

/** Runs a reading to its end: `serve` gives the bytes for each thing asked. */
export function readFrom<T>(reading: Reading<T>, serve: (asked: Ask) => Uint8Array): T {
  let step = reading.next()
  while (step.done !== true) step = reading.next(serve(step.value))
  return step.value
}
