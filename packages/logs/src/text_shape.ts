/** What holds the rows of a text. `text`: nothing that has rows. */
export type TextShape =
  | { readonly kind: 'empty' }
  | { readonly kind: 'json' }
  | { readonly kind: 'csv'; readonly delimiter: string }
  | { readonly kind: 'text' }

const DELIMITERS = [',', ';', '\t', '|']

/**
 * Tells the container of rows by a text's beginning.
 *
 * @param head UTF-8 without its byte order mark; any length, the same for the same file
 * @param isWhole whether the file ends with it
 */
export function detectTextShape(head: Uint8Array, isWhole: boolean): TextShape {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8')
  const start = text.replace(/^[\s\uFEFF]+/, '')
  if (start === '') return { kind: isWhole ? 'empty' : 'json' }
  if (/^(?:\{|\[\s*(?:[[{\]]|$))/.test(start)) return { kind: 'json' }
  const csv = csvShape(start)
  if (csv !== undefined) return csv
  return { kind: hasObjectLine(start) ? 'json' : 'text' }
}

function csvShape(start: string): TextShape | undefined {
  const lines = start.split('\n', 12).map((line) => line.trimEnd())
  const sep = lines.map((line) => /^"?sep=(.)"?$/i.exec(line)?.[1]).find((at) => at !== undefined)
  const at = lines.findIndex((line) => !isPreamble(line))
  const header = lines[at]
  if (header === undefined) return undefined
  const unquoted = header.replaceAll(/"[^"]*"/g, 'x')
  const counted = DELIMITERS.map((delimiter) => ({
    delimiter,
    count: unquoted.split(delimiter).length - 1,
  }))
  const best = counted.reduce((one, other) => (other.count > one.count ? other : one))
  if (best.count > 0 && isHeader(unquoted.split(best.delimiter)))
    return { kind: 'csv', delimiter: sep ?? best.delimiter }
  // One column alone: records as quoted JSON.
  const isOneColumn = /^"?\w{1,64}"?$/.test(header) && /^"?\{/.test(lines[at + 1] ?? '')
  return isOneColumn ? { kind: 'csv', delimiter: ',' } : undefined
}

/** What PowerShell's Export-Csv and Excel put before the header. */
const isPreamble = (line: string) => line === '' || /^"?(?:#TYPE |sep=.)/i.test(line)

/** Names do not begin with a digit, as the times of log lines do. */
function isHeader(cells: readonly string[]): boolean {
  return cells.every((cell) => !/^\s*[\d{[]/.test(cell)) && cells.some((cell) => cell.trim() !== '')
}

function hasObjectLine(text: string): boolean {
  return text.split('\n').some((line) => line.startsWith('{"') && line.trimEnd().endsWith('}'))
}
