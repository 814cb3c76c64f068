import type { Json } from '@mintmark/core'

/**
 * The cells of a row by their columns.
 *
 * @param missing value of a column without a cell
 */
export function rowOf(
  columns: readonly string[],
  cells: readonly unknown[],
  missing?: unknown,
): Json {
  // No prototype, so that a column may have any name.
  const row: { [column: string]: unknown; __proto__: null } = { __proto__: null }
  // Backwards, so that of two columns with one name the first stays.
  for (let i = columns.length - 1; i >= 0; i--) {
    const name = columns[i]
    if (name !== undefined && name !== '') row[name] = cells[i] === undefined ? missing : cells[i]
  }
  return row
}
