/**
 * Reads one PDF: the text of its pages, the files attached to it, and its deflated streams.
 *
 * A page's text is glyphs: which letters they are is told by its fonts, which pdf.js reads.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { isObject } from '@mintmark/core'
import { getDocument, VerbosityLevel } from 'unpdf/pdfjs'
import { flowOf, type PageLines } from './page_breaks.ts'
import type { PdfAnswer, PdfOrder, PdfPage, PdfTrouble } from './pdf_messages.ts'
import { textsOfNotes } from './pdf_notes.ts'
import { drawsText, inflatedStreams } from './pdf_streams.ts'
import { StreamBatch } from './stream_batch.ts'

type Document = Awaited<ReturnType<typeof getDocument>['promise']>
type Tell = (answer: PdfAnswer, moved?: readonly ArrayBuffer[]) => void

/** Pages of one document. */
const MOST_PAGES = 10_000
/** States of a file before it was added to. */
const MOST_EARLIER = 8
const END_MARK = '%%EOF'
/** Inflated, of one stream, and of all. */
const MOST_STREAM_BYTES = 32 << 20
const MOST_STREAMS_BYTES = 128 << 20

/** How often it is asked how much memory the process has. */
const MEMORY_MS = 5

/** One file. */
export class PdfReading {
  readonly #order: PdfOrder
  readonly #file: Buffer
  readonly #tell: Tell
  /** Where the stream with this hash begins. */
  readonly #streams = new Map<string, number>()
  readonly #batch: StreamBatch
  #streamBytes = 0
  #memoryAt = 0
  #hasMemory = true

  constructor(order: PdfOrder, tell: Tell) {
    const { buffer, byteOffset, byteLength } = order.bytes
    this.#order = order
    this.#file = Buffer.from(buffer, byteOffset, byteLength)
    this.#tell = tell
    this.#batch = new StreamBatch(tell)
  }

  /**
   * The file as it is, then as it was before each time that something was added to it: what was taken out is there still.
   * Then its bytes are wiped. Never throws.
   */
  async read(): Promise<void> {
    try {
      const left = this.#tellStreams((bytes) => !drawsText(bytes))
      const isRead = await this.#readDocument(this.#file, false)
      if (!isRead && left > 0) this.#tellStreams(drawsText)
      for (const end of earlierEnds(this.#file)) {
        if (this.#isTooMuch()) break
        // oxlint-disable-next-line no-await-in-loop -- one document in memory at a time
        await this.#readDocument(this.#file.subarray(0, end), true)
      }
    } catch {
      this.#tellTrouble('damaged')
    } finally {
      this.#file.fill(0)
    }
  }

  /**
   * An earlier state need not be a whole document: the first part of one that is made for the web looks like one.
   *
   * @returns whether each page was read
   */
  async #readDocument(bytes: Uint8Array, isEarlier: boolean): Promise<boolean> {
    const task = getDocument({
      // A copy, which the reader keeps.
      data: Uint8Array.from(bytes),
      isEvalSupported: false,
      useSystemFonts: false,
      disableFontFace: true,
      stopAtErrors: false,
      verbosity: VerbosityLevel.ERRORS,
    })
    try {
      const document = await task.promise
      if (!isEarlier) await this.#tellAttachments(document)
      return await this.#tellPages(document, isEarlier)
    } catch (error) {
      if (!isEarlier) this.#tellTrouble(isLocked(error) ? 'locked' : 'damaged')
      return false
    } finally {
      await task.destroy()
    }
  }

  async #tellPages(document: Document, isEarlier: boolean): Promise<boolean> {
    const pages: PageLines[] = []
    let failed = 0
    const most = Math.min(document.numPages, MOST_PAGES)
    for (let number = 1; number <= most && !this.#isTooMuch(); number++) {
      // oxlint-disable-next-line no-await-in-loop -- one page in memory at a time
      const lines = await linesOf(document, number)
      failed += lines === undefined ? 1 : 0
      pages.push(lines ?? [])
    }
    if (pages.length < document.numPages && !isEarlier) this.#tellTrouble('too much')
    if (failed > 0 && !isEarlier) this.#tellTrouble('damaged')
    const { pages: flowing, takenOut } = flowOf(pages)
    const told = flowing.map((lines, index) => pageOf(index + 1, lines))
    if (takenOut.length > 0) told.push(pageOf(0, takenOut))
    this.#tell(
      { kind: 'pages', pages: told, isEarlier },
      told.map(({ text }) => text.buffer),
    )
    return failed === 0
  }

  async #tellAttachments(document: Document): Promise<void> {
    const files: unknown = await document.getAttachments()
    for (const attached of Object.values(isObject(files) ? files : {})) {
      if (!isObject(attached) || !(attached['content'] instanceof Uint8Array)) continue
      const { filename } = attached
      const name = typeof filename === 'string' ? filename : ''
      const bytes = Uint8Array.from(attached['content'])
      const stream = this.#streams.get(hashOf(bytes))
      if (stream === undefined)
        this.#tell({ kind: 'attachment', name, bytes, stream }, [bytes.buffer])
      else this.#tell({ kind: 'attachment', name, bytes: undefined, stream })
    }
  }

  /** Each stream once, of those that are wanted; how many are not. */
  #tellStreams(isWanted: (bytes: Buffer) => boolean): number {
    try {
      return this.#addStreams(isWanted)
    } finally {
      this.#batch.flush()
    }
  }

  #addStreams(isWanted: (bytes: Buffer) => boolean): number {
    let left = 0
    const onDamage = () => this.#tellTrouble('packed')
    for (const { offset, bytes } of inflatedStreams(this.#file, MOST_STREAM_BYTES, onDamage)) {
      if (this.#isTooMuch() || this.#streamBytes > MOST_STREAMS_BYTES) {
        this.#tellTrouble('too much')
        return left
      }
      this.#streamBytes += bytes.length
      if (isWanted(bytes)) this.#addStream(offset, bytes)
      else left++
      bytes.fill(0)
    }
    return left
  }

  /** Each content once. */
  #addStream(offset: number, bytes: Buffer): void {
    const digest = hashOf(bytes)
    if (this.#streams.has(digest)) return
    this.#streams.set(digest, offset)
    this.#batch.add(offset, bytes)
  }

  #isTooMuch(): boolean {
    const now = Date.now()
    if (now - this.#memoryAt >= MEMORY_MS) {
      this.#memoryAt = now
      this.#hasMemory = process.memoryUsage.rss() <= this.#order.mostMemory
    }
    return now > this.#order.until || !this.#hasMemory
  }

  #tellTrouble(trouble: PdfTrouble): void {
    this.#tell({ kind: 'trouble', trouble })
  }
}

/** Where earlier states of a file end, the latest first. */
function earlierEnds(file: Buffer): readonly number[] {
  const ends: number[] = []
  let at = file.lastIndexOf(END_MARK)
  while (at > 0 && ends.length < MOST_EARLIER) {
    at = file.lastIndexOf(END_MARK, at - 1)
    if (at > 0) ends.push(at + END_MARK.length)
  }
  return ends
}

/** The lines of a page, those of its notes and fields behind them; undefined where it cannot be read. */
async function linesOf(document: Document, number: number): Promise<PageLines | undefined> {
  try {
    const page = await document.getPage(number)
    const { items } = await page.getTextContent()
    let text = ''
    for (const item of items) if ('str' in item) text += item.hasEOL ? `${item.str}\n` : item.str
    const lines = [...text.split('\n'), ...textsOfNotes(await page.getAnnotations())]
    page.cleanup()
    return lines
  } catch {
    return undefined
  }
}

function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes)
}

function pageOf(number: number, lines: PageLines): PdfPage {
  return { number, text: Uint8Array.from(Buffer.from(`${lines.join('\n')}\n`)) }
}

/** The reader's own error where a password is asked for; its class is not to be had. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && error.name === 'PasswordException'
}
