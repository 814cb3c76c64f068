import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { plainRows } from './csv_plain.ts'

/**
 * The cells of whole CSV rows.
 *
 * @param rows how many rows the bytes hold
 * @returns undefined when csv-parse finds another number of rows, or none
 */
export function readCells(
  bytes: Buffer,
  delimiter: number,
  rows: number,
): readonly (readonly string[])[] | undefined {
  const plain = plainRows(bytes.toString(), String.fromCharCode(delimiter))
  // An empty line is a row of one empty cell here, and none to csv-parse.
  if (plain?.length === rows && !plain.some((row) => row.length === 1 && row[0] === ''))
    return plain
  return parsedRows(bytes, delimiter, rows)
}

/** The same by csv-parse, which takes every quote loosely. */
export function parsedRows(
  bytes: Buffer,
  delimiter: number,
  rows: number,
): readonly (readonly string[])[] | undefined {
  try {
    const cells: string[][] = parse(bytes, {
      bom: false,
      delimiter: String.fromCharCode(delimiter),
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: true,
    })
    return cells.length === rows ? cells : undefined
  } catch (error) {
    if (error instanceof CsvError) return undefined
    throw error
  }
}
