/** Makes text of logs safe for terminals and spreadsheets: an attacker may have chosen it. */

// Controls, formats, separators, surrogate halves, and Hangul fillers, which show as nothing.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]|\u034f/u

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

function escaped(letter: string): string {
  const short = SHORT.get(letter)
  if (short !== undefined) return short
  const code = letter.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\u{${code.toString(16)}}`
}

/** One line of at most `max` code points, unsafe ones escaped, `…` at a cut. No round trip. */
export function safeText(text: string, max = 200): string {
  // Code points to look at: one more than fits shows whether anything is cut.
  const head = text.length > 2 * (max + 1) ? text.slice(0, 2 * (max + 1)) : text
  if (head.length <= max && !UNSAFE.test(head)) return head
  const parts: string[] = []
  let length = 0
  for (const letter of head) {
    const part = UNSAFE.test(letter) ? escaped(letter) : letter
    const width = part === letter ? 1 : part.length
    if (length + width > max) return cut(parts, length, max)
    parts.push(part)
    length += width
  }
  return parts.join('')
}

function cut(parts: string[], length: number, max: number): string {
  let left = length
  while (left > max - 1 && parts.length > 0) {
    const part = parts.pop() ?? ''
    left -= part.startsWith('\\') ? part.length : 1
  }
  return max < 1 ? '' : `${parts.join('')}…`
}

/** Longest text that a cell of Excel holds. */
export const CELL_LIMIT = 32_767

const FORMULA_STARTS = '=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212'
// What a spreadsheet, or an import that trims, may skip before it looks for a formula.
const SKIPPED = '[\\s"\'`\\u2018-\\u201f\\p{Cc}\\p{Cf}]*'
const FORMULA = new RegExp(`^(?:[\\t\\r\\n]|${SKIPPED}[${FORMULA_STARTS}])`, 'u')
// Where the list separator is a semicolon, a spreadsheet cuts there whatever the quotes say.
const INNER_FORMULA = new RegExp(`(;${SKIPPED})([${FORMULA_STARTS}])`, 'gu')
const BREAKS = /\r\n|[\r\n\t\v\f\u0085\u2028\u2029]/g
const STRIPPED = /[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu
const LONE_HALVES = /\p{Cs}/gu
const SPARE_ROOM = 64

/** A quoted CSV cell (RFC 4180), cut at `CELL_LIMIT`; `'` goes before what could be a formula. */
export function csvCell(value: string | number | bigint | boolean): string {
  if (typeof value !== 'string') return `"${String(value)}"`
  if (/^[\w.:/ ]*$/.test(value) && value.length <= CELL_LIMIT) return `"${value}"`
  // Cut before the rest, so that a text of a gigabyte costs no more than a cell.
  const head =
    value.length > CELL_LIMIT + SPARE_ROOM ? value.slice(0, CELL_LIMIT + SPARE_ROOM) : value
  const isFormula = FORMULA.test(head)
  const clean = head
    .replaceAll(BREAKS, ' ')
    .replaceAll(STRIPPED, '')
    .replaceAll(LONE_HALVES, '\ufffd')
    .replaceAll(INNER_FORMULA, "$1'$2")
  const cell = isFormula || FORMULA.test(clean) ? `'${clean}` : clean
  const isCut = cell.length > CELL_LIMIT || head.length < value.length
  return `"${(isCut ? shortened(cell) : cell).replaceAll('"', '""')}"`
}

function shortened(cell: string): string {
  const isPairSplit = /[\ud800-\udbff]/.test(cell[CELL_LIMIT - 2] ?? '')
  return `${cell.slice(0, CELL_LIMIT - (isPairSplit ? 2 : 1))}…`
}

/** Line breaks of indented JSON are outside its values: a report has a million. */
const UNSAFE_IN_JSON = new RegExp(`(?!\\n)(?:${UNSAFE.source})`, 'gu')

/** Latin, Greek and mathematical signs are plain too: proofs are written in them. */
const NOT_PLAIN = /[^\n\x20-\x7e\xa1-\xac\xae-\xff\u03b1-\u03c9\u2070-\u209f\u2200-\u22ff]/

/** Parses to the same value; C1, DEL, bidirectional marks are escaped. @param indent 0: one line */
export function safeJson(value: unknown, indent = 0): string {
  const json = JSON.stringify(value, null, indent)
  // A report can be megabytes of harmless letters: to see that takes a tenth of the time.
  if (!NOT_PLAIN.test(json)) return json
  return json.replace(UNSAFE_IN_JSON, utf16Escapes)
}

function utf16Escapes(letter: string): string {
  return Array.from(
    { length: letter.length },
    (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('')
}
