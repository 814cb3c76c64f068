/**
 * One row in ClickHouse's TabSeparated. Texts hold no raw line break or tab, as JSON never does; a backslash is what
 * the format reads as an escape.
 */
export function tabSeparated(cells: readonly string[]): Buffer {
  const line = cells.map((cell) => cell.replaceAll('\\', '\\\\')).join('\t')
  return Buffer.from(`${line}\n`)
}

/** Any text as one cell of TabSeparated, which the caller puts together. */
export const escapedCell = (text: string): string =>
  text.replaceAll(/[\\\t\n\r\0]/g, (character) => ESCAPES.get(character) ?? '')

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\0', '\\0'],
])
