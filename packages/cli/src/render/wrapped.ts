/** Text for a terminal, wrapped at its words to the terminal's width. */
import { WIDTH } from '../process/io.ts'

export { WIDTH }

/** Longer lines of prose are hard to read. */
const WIDEST_PROSE = 100
const LABEL = 14

export const proseWidth = (width: number): number => Math.min(width, WIDEST_PROSE)

export interface LabelledOptions {
  /** Columns of the terminal. Default {@link WIDTH}. */
  readonly width?: number
  readonly indent?: number
  readonly lines?: number
}

export function labelled(label: string, text: string, options: LabelledOptions = {}): string[] {
  const { width = WIDTH, indent = LABEL, lines = 2 } = options
  return wrapped(text, proseWidth(width) - indent, lines).map(
    (line, i) => (i === 0 ? label : '').padEnd(indent) + line,
  )
}

/** Words on at most `most` lines; what does not fit ends in an ellipsis, and so does a word that is wider than a line. */
export function wrapped(text: string, width: number, most: number = Infinity): string[] {
  const lines = linesOf(wordsOf(text), width)
  if (lines.length <= most) return lines.map((line) => shortened(line, width))
  const [last = ''] = linesOf(wordsOf(lines[most - 1] ?? ''), width - 2)
  return [...lines.slice(0, most - 1), `${last} …`].map((line) => shortened(line, width))
}

// A number is not parted from its unit.
const wordsOf = (text: string): readonly string[] => text.split(/ (?!%)/)

const shellWordsOf = (command: string): readonly string[] =>
  command.match(/(?:'[^']*'|\\.|[^ ])+/g) ?? []

function linesOf(words: readonly string[], width: number): string[] {
  const lines = ['']
  for (const word of words) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

export function shortened(text: string, width: number, shows: 'start' | 'end' = 'start'): string {
  if (text.length <= width) return text
  // Half of a surrogate pair is no letter.
  return shows === 'start'
    ? `${text.slice(0, width - 1).replace(/[\ud800-\udbff]$/, '')}…`
    : `…${text.slice(1 - width).replace(/^[\udc00-\udfff]/, '')}`
}

const COMMAND = /^(.*?\s{2,}|\s*)((?:mintmark|[A-Z][a-z]+-[A-Z]\w+) -?.*)$/

/** Words stay whole: paths and hashes are copied. A command goes on behind `\`, or a backtick. */
export function fitted(text: string, width: number): string {
  if (/^\s*[[{]/.test(text)) return text
  return text
    .split('\n')
    .map((line) => (line.length <= width ? line : fittedLine(line, width)))
    .join('\n')
}

function fittedLine(line: string, width: number): string {
  const [, before = '', command] = COMMAND.exec(line) ?? []
  const indent = before.length > 0 ? before.length : leading(line)
  const end = command === undefined ? '' : command.startsWith('mintmark') ? ' \\' : ' `'
  const room = width - indent - end.length
  const start = line.slice(0, indent)
  // What goes on is not to be taken for another entry of a list.
  const hanging = end !== '' || (indent > 0 && start.trim() === '') ? indent + 2 : indent
  const text = line.slice(indent)
  const words = command === undefined ? wordsOf(text) : shellWordsOf(text)
  return linesOf(words, room - (hanging - indent))
    .map((part, i) => (i === 0 ? start : ' '.repeat(hanging)) + part)
    .join(`${end}\n`)
}

function leading(line: string): number {
  const [start = ''] = /^\s*(?:- |[\w]+ {2,})?/.exec(line) ?? []
  return start.length < line.length / 2 ? start.length : 0
}
