/** A line of a program's log that could be an event is a row `{message}`; other lines are passed over. */
import { isAscii, isUtf8 } from 'node:buffer'
import { readDovecotLine } from '../dovecot/line.ts'
import type { RowTaker } from '../model/adapter.ts'
import { MAX_LINE_BYTES } from '../model/limits.ts'
import { Lines } from './lines.ts'

const ESCAPE = String.fromCharCode(0x1b)
/** Colours, which loggers put around what they write to a console. */
const COLOUR = new RegExp(String.raw`${ESCAPE}\[[0-9;]{0,20}m`, 'g')
const EVENT = /\b(?:type|operationType)="?[A-Z][A-Z_0-9]{2,60}/
/** A quote before the event, or doubled within it, makes the line a row of CSV or JSON. */
const HEAD = /^[^"\n]{0,1000}\b(?:type|operationType)="?[A-Z][A-Z_0-9]{2,60}"?, realm(?:Id|Name)=/m

const withoutColours = (text: string) =>
  text.includes(ESCAPE) ? text.replaceAll(COLOUR, '') : text

/** Whether one of the lines is an event of its own, and not a part of a table or an object. */
export function hasEventLine(text: string): boolean {
  const plain = withoutColours(text)
  return HEAD.test(plain) || plain.split('\n').some((line) => readDovecotLine(line) !== undefined)
}

/** Reads the events among the lines of UTF-8. Memory: one line. */
export const eventLines = (taker: RowTaker): Lines =>
  new Lines(MAX_LINE_BYTES, (bytes, line) => {
    if (bytes.length > MAX_LINE_BYTES) {
      taker.badRow('row-too-long', `over ${MAX_LINE_BYTES} bytes`, line)
      return
    }
    const isPlain = isAscii(bytes)
    const message = withoutColours(bytes.toString(isPlain ? 'latin1' : 'utf8')).trim()
    if (!EVENT.test(message) && readDovecotLine(message) === undefined) return
    if (!isPlain && !isUtf8(bytes)) taker.badText(line)
    if (!taker.row({ message }, line)) taker.unknownRow(line)
  })
