import { hasEventLine } from './event_lines.ts'
import { TEXT_OF_OBJECT } from './inner_rows.ts'

/** What holds the rows of a text. `tables`: the answer of a query; `events`: lines of a log; `text`: nothing that has rows. */
export type TextShape =
  | { readonly kind: 'empty' | 'json' | 'tables' }
  | ({ readonly kind: 'csv'; readonly delimiter: string } & LineEnds)
  | ({ readonly kind: 'events' | 'text' } & LineEnds)

interface LineEnds {
  /** Lines end in CR alone, as old programs of the Mac write them. */
  readonly hasLoneReturns: boolean
}

const ANSWER =
  /^\{\s*"[tT]ables"\s*:\s*\[\s*\{\s*(?:"(?:name|TableName)"\s*:\s*"[^"\\]{0,200}"\s*,\s*)?"[cC]olumns"\s*:\s*\[\s*\{\s*"(?:name|type|ColumnName|DataType)"/
const DELIMITERS = [',', ';', '\t', '|']

/** Identifies the container of rows by a text's beginning. */
export function detectTextShape(head: Uint8Array, isWhole: boolean): TextShape {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8')
  const start = text.replace(/^[\s\uFEFF]+/, '')
  if (start === '') return { kind: isWhole ? 'empty' : 'json' }
  if (ANSWER.test(start)) return { kind: 'tables' }
  if (/^(?:\{|\[\s*(?:[[{\]]|$))/.test(start)) return { kind: 'json' }
  if (TEXT_OF_OBJECT.test(start.replace(/^\[\s*/, ''))) return { kind: 'json' }
  const hasLoneReturns = endsInReturns(start)
  const lines = hasLoneReturns ? start.replaceAll(/\r\n?/g, '\n') : start
  const delimiter = csvDelimiter(lines)
  if (hasEventLine(lines) && !hasMessageColumn(lines)) return { kind: 'events', hasLoneReturns }
  if (delimiter !== undefined) return { kind: 'csv', delimiter, hasLoneReturns }
  return hasObjectLine(lines) ? { kind: 'json' } : { kind: 'text', hasLoneReturns }
}

/** Whether the first line that ends, outside quotes, ends in CR and has no LF behind it. */
function endsInReturns(start: string): boolean {
  const end = /[\r\n]/.exec(start.replaceAll(/"[^"]*"/g, 'x'))
  return end !== null && /^\r+(?![\r\n])/.test(end.input.slice(end.index))
}

/** A table of log lines, whose cells need no quotes where it is cut by tabs. */
function hasMessageColumn(start: string): boolean {
  const [header = ''] = start.split('\n', 1)
  return /(?:^|[,;\t|])"?(?:message|msg|log)"?(?:[,;\t|]|\r?$)/i.test(header)
}

function csvDelimiter(start: string): string | undefined {
  const lines = start.split('\n', 12).map((line) => line.trimEnd())
  const sep = lines.map((line) => /^"?sep=(.)"?$/i.exec(line)?.[1]).find((at) => at !== undefined)
  const rows = lines.filter((line) => !isPreamble(line))
  // The header is not always the first row: an analyst puts a title above it.
  for (const line of rows) {
    if (/^[{[]/.test(line)) break
    const unquoted = line.replaceAll(/"[^"]*"/g, 'x')
    const counted = DELIMITERS.map((delimiter) => ({
      delimiter,
      count: unquoted.split(delimiter).length - 1,
    }))
    const best = counted.reduce((one, other) => (other.count > one.count ? other : one))
    if (best.count > 0 && isHeader(unquoted.split(best.delimiter))) return sep ?? best.delimiter
  }
  // One column alone: records as quoted JSON.
  const [header = '', record = ''] = rows
  return /^"?\w{1,64}"?$/.test(header) && /^"?\{/.test(record) ? ',' : undefined
}

/** What PowerShell's Export-Csv and Excel put before the header. */
const isPreamble = (line: string) => line === '' || /^"?(?:#TYPE |sep=.)/i.test(line)

const isHeader = (cells: readonly string[]): boolean =>
  cells.every((cell) => !/^\s*[\d{[]/.test(cell)) && cells.some((cell) => cell.trim() !== '')

const hasObjectLine = (text: string): boolean =>
  text.split('\n').some((line) => line.startsWith('{"') && line.trimEnd().endsWith('}'))
