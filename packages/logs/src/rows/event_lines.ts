/**
 * Rows out of the lines of a program's log, for events that are written into them:
 * `2023-06-01 10:00:00,123 DEBUG [org.keycloak.events] (…) type="CODE_TO_TOKEN", realmId="…", …`,
 * `Jun  1 10:00:00 imap-login: Info: Login: user=<ada>, method=PLAIN, …`.
 *
 * A line that could be an event is a row `{message}`, as a collector of logs would have made of it. The other
 * lines of such a log are no records of anything that is asked for, and are passed over.
 *
 * @module
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { readDovecotLine } from '../dovecot/line.ts'
import { MAX_LINE_BYTES } from '../model/limits.ts'
import type { RowTaker } from '../model/row_taker.ts'
import { ByteTail } from './byte_tail.ts'

const LF = 0x0a
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

/** Reads lines from chunks of UTF-8 that come through {@link push}. Memory: one line. */
export class EventLines {
  readonly #taker: RowTaker
  readonly #tail = new ByteTail()
  #line = 1
  #isSkipping: boolean = false

  constructor(taker: RowTaker) {
    this.#taker = taker
  }

  /** The chunk must stay unchanged until the next call. */
  push(chunk: Uint8Array): void {
    // What is left over has no newline.
    const held = this.#tail.end - this.#tail.start
    this.#tail.push(chunk)
    const bytes = this.#tail.buffer.subarray(0, this.#tail.end)
    let from = this.#tail.start
    let at = bytes.indexOf(LF, from + held)
    for (; at !== -1; at = bytes.indexOf(LF, from)) {
      this.#give(bytes.subarray(from, at))
      this.#line++
      this.#isSkipping = false
      from = at + 1
    }
    if (bytes.length - from > MAX_LINE_BYTES) {
      this.#give(bytes.subarray(from))
      from = bytes.length
    }
    this.#tail.start = from
  }

  end(): void {
    this.#give(this.#tail.buffer.subarray(this.#tail.start, this.#tail.end))
  }

  #give(bytes: Buffer): void {
    if (this.#isSkipping) return
    if (bytes.length > MAX_LINE_BYTES) {
      this.#isSkipping = true
      this.#taker.badRow('row-too-long', `over ${MAX_LINE_BYTES} bytes`, this.#line)
      return
    }
    const isPlain = isAscii(bytes)
    const message = withoutColours(bytes.toString(isPlain ? 'latin1' : 'utf8')).trim()
    if (!EVENT.test(message) && readDovecotLine(message) === undefined) return
    if (!isPlain && !isUtf8(bytes)) this.#taker.badText(this.#line)
    if (!this.#taker.row({ message }, this.#line)) this.#taker.unknownRow(this.#line)
  }
}
