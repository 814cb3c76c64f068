import { utcMs } from '@mintmark/core'
import { ByteTail } from './byte_tail.ts'
import { LF } from './row_bytes.ts'

/** Lines of chunks of bytes that come through {@link push}. Memory: one line. */
export class Lines {
  readonly #most: number
  readonly #take: (line: Buffer, number: number) => void
  readonly #tail = new ByteTail()
  #line = 1
  #isSkipping: boolean = false

  /** @param take gets each line; of a line of more than `most` bytes its beginning, which is longer than that */
  constructor(most: number, take: (line: Buffer, number: number) => void) {
    this.#most = most
    this.#take = take
  }

  push(chunk: Uint8Array): void {
    // Bytes from before have no newline.
    const searched = this.#tail.end - this.#tail.start
    this.#tail.push(chunk)
    const bytes = this.#tail.buffer.subarray(0, this.#tail.end)
    let from = this.#tail.start
    let at = bytes.indexOf(LF, from + searched)
    for (; at !== -1; at = bytes.indexOf(LF, from)) {
      this.#give(bytes.subarray(from, at))
      this.#line++
      this.#isSkipping = false
      from = at + 1
    }
    if (bytes.length - from > this.#most) {
      this.#give(bytes.subarray(from))
      this.#isSkipping = true
      from = bytes.length
    }
    this.#tail.start = from
  }

  end(): void {
    this.#give(this.#tail.buffer.subarray(this.#tail.start, this.#tail.end))
  }

  #give(line: Buffer): void {
    if (!this.#isSkipping) this.#take(line, this.#line)
  }
}

/*
 * The log that Microsoft-Extractor-Suite writes beside its export, for what it says about gaps.
 * Source: Microsoft-Extractor-Suite, `Scripts/Get-UAL.ps1`, 2026.
 */

/** A period that the extractor reports as incomplete; 0 where it names none. */
export interface ExtractorGap {
  readonly line: number
  readonly fromMs: number
  readonly toMs: number
}

/** Longer lines are no log lines. */
const MAX_LOG_LINE_BYTES = 64 * 1024
const MAX_GAPS = 10_000
const GAP = /SOME EVENTS IN THIS RANGE ARE NOT CAPTURED|Max retries reached for window/i
const ISO = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?`
const WINDOW = new RegExp(`(${ISO}) {0,3}(?:->|-|to|until|and) {0,3}(${ISO})`, 'i')

export const extractorLines = (gaps: ExtractorGap[]): Lines =>
  new Lines(MAX_LOG_LINE_BYTES, (bytes, line) => {
    if (bytes.length > MAX_LOG_LINE_BYTES || bytes.length < 20) return
    const text = bytes.toString('latin1')
    if (!GAP.test(text) || gaps.length >= MAX_GAPS) return
    const window = WINDOW.exec(text)
    const fromMs = utcMs(window?.[1]) ?? 0
    const toMs = utcMs(window?.[2]) ?? 0
    const isPeriod = fromMs > 0 && toMs >= fromMs
    gaps.push({ line, fromMs: isPeriod ? fromMs : 0, toMs: isPeriod ? toMs : 0 })
  })
