/**
 * How a container is read: a generator yields requests for bytes and receives them.
 *
 * So one reader serves a file with random access, and a pipe, where bytes pass once and in order
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

/** A computation that requests bytes. What it receives is valid until its next request. */
export type Reading<T> = Generator<Ask, T, Uint8Array>

/** Rows of a table read at a time: bounds memory for a table of any size. */
const PAGE_BYTES = 1 << 18

/** The bytes at `offset`: fewer than `length` where the input ends, or where a pipe has passed them. */
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
 * Calls `visit` with each whole row of a table, in order, until it returns `false`.
 *
 * @returns the rows that were visited
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

/** Runs a reading to its end: `serve` answers each request. */
export function readFrom<T>(reading: Reading<T>, serve: (asked: Ask) => Uint8Array): T {
  let step = reading.next()
  while (step.done !== true) step = reading.next(serve(step.value))
  return step.value
}
