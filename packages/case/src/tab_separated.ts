/**
 * One row in ClickHouse's TabSeparated. Texts hold no raw line break or tab, as JSON never does; a backslash is what
 * the format reads as an escape.
 */
export function tabSeparated(cells: readonly string[]): Buffer {
  const line = cells.map((cell) => cell.replaceAll('\\', '\\\\')).join('\t')
  return Buffer.from(`${line}\n`)
}
