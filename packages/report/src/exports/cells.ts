/** Cells of rows, and lines of CSV (RFC 4180). @module */
import { csvCell, type Json } from '@mintmark/core'

/** The text of a cell; empty where it is not text. */
export function text(row: Json, name: string): string {
  const value = row[name]
  return typeof value === 'string' ? value : ''
}

export const csvLine = (cells: readonly (string | number)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`
