/**
 * The log that Microsoft-Extractor-Suite writes beside its export, for what it says about gaps.
 *
 * Where more events fall into the shortest window than the service gives, it writes
 * `[ERROR] Window <from> -> <to> has 5000+ events … SOME EVENTS IN THIS RANGE ARE NOT CAPTURED.` and goes
 * on; where the service fails too often, `[ERROR] Max retries reached for window <from> -> <to>`.
 *
 * Source: Microsoft-Extractor-Suite, `Scripts/Get-UAL.ps1`, 2026.
 *
 * @module
 */
import { utcMs } from '@mintmark/core'
import { ByteTail } from './byte_tail.ts'

/** A period of which the extractor says that it has not got everything; 0 where it names none. */
interface ExtractorGap {
  readonly line: number
  readonly fromMs: number
  readonly toMs: number
}

const LF = 0x0a
/** Longer lines are no log lines. */
const MAX_LOG_LINE_BYTES = 64 * 1024
const MAX_GAPS = 10_000
const GAP = /SOME EVENTS IN THIS RANGE ARE NOT CAPTURED|Max retries reached for window/i
const ISO = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?`
const WINDOW = new RegExp(`(${ISO}) {0,3}(?:->|-|to|until|and) {0,3}(${ISO})`, 'i')

/** Looks through the lines of a text for gaps. */
export class ExtractorLog {
  readonly gaps: ExtractorGap[] = []
  readonly #tail = new ByteTail()
  #line = 1
  #isSkipping: boolean = false

  /** The chunk must stay unchanged until the next call. */
  push(chunk: Uint8Array): void {
    this.#tail.push(chunk)
    const bytes = this.#tail.buffer.subarray(0, this.#tail.end)
    let from = this.#tail.start
    for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, from)) {
      this.#read(bytes, from, at)
      this.#line++
      this.#isSkipping = false
      from = at + 1
    }
    if (bytes.length - from > MAX_LOG_LINE_BYTES) {
      this.#isSkipping = true
      from = bytes.length
    }
    this.#tail.start = from
  }

  end(): void {
    this.#read(this.#tail.buffer, this.#tail.start, this.#tail.end)
  }

  #read(bytes: Buffer, from: number, to: number): void {
    if (this.#isSkipping || to - from > MAX_LOG_LINE_BYTES || to - from < 20) return
    const text = bytes.toString('latin1', from, to)
    if (!GAP.test(text) || this.gaps.length >= MAX_GAPS) return
    const window = WINDOW.exec(text)
    const fromMs = utcMs(window?.[1]) ?? 0
    const toMs = utcMs(window?.[2]) ?? 0
    const isPeriod = fromMs > 0 && toMs >= fromMs
    this.gaps.push({ line: this.#line, fromMs: isPeriod ? fromMs : 0, toMs: isPeriod ? toMs : 0 })
  }
}
