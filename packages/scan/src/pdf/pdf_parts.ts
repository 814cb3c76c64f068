/**
 * Puts what is read of a PDF behind the file in a hold, and notes where each part is.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Owner, Segment } from '@mintmark/dump'
import type { CoreHold } from '../gate/core_hold.ts'
import type { Run } from '../scan_plan.ts'
import type { PdfAnswer, PdfPage, PdfTrouble, StreamsTold } from './pdf_messages.ts'

/** What was put into a hold. */
export interface OpenedPdf {
  /** The file, then each page, stream and attachment. */
  readonly segments: readonly Segment[]
  /** The file; the pages, as one text; each stream and attachment. */
  readonly runs: readonly Run[]
  /** What was not read. */
  readonly troubles: ReadonlySet<PdfTrouble>
}

/** What the thread tells is wiped once it is in the hold. */
export class PdfParts {
  readonly #hold: CoreHold
  readonly #segments: Segment[] = []
  readonly #runs: Run[] = []
  readonly #troubles = new Set<PdfTrouble>()
  /** Pages of the file as it is: of earlier states only others are of interest. */
  readonly #pages = new Set<string>()
  /** Index of the segment that holds the stream at an offset. */
  readonly #streams = new Map<number, number>()

  constructor(hold: CoreHold) {
    this.#hold = hold
  }

  addFile(bytes: Uint8Array): void {
    this.#addRun([{ bytes, owner: undefined }])
  }

  add(answer: PdfAnswer): void {
    if (answer.kind === 'trouble') this.#troubles.add(answer.trouble)
    else if (answer.kind === 'pages') this.#addPages(answer.pages, answer.isEarlier)
    else if (answer.kind === 'attachment') this.#addAttachment(answer)
    else if (answer.kind === 'streams') this.#addStreams(answer)
  }

  #addStreams({ parts, bytes }: StreamsTold): void {
    let from = 0
    for (const { stream, length } of parts) {
      const owner = { kind: 'stream', name: `at 0x${stream.toString(16)}` } as const
      this.#streams.set(stream, this.#segments.length)
      this.#addRun([{ bytes: bytes.subarray(from, from + length), owner }])
      from += length
    }
  }

  end(): OpenedPdf {
    return { segments: this.#segments, runs: this.#runs, troubles: this.#troubles }
  }

  /** One text, so that a key goes on from page to page. */
  #addPages(pages: readonly PdfPage[], isEarlier: boolean): void {
    const wanted = pages.filter(({ text }) => this.#isNew(text) || !isEarlier)
    this.#addRun(
      wanted.map(({ number, text }) => ({ bytes: text, owner: pageOwner(number, isEarlier) })),
    )
  }

  #isNew(text: Uint8Array): boolean {
    const hash = createHash('sha256').update(text).digest('hex')
    const isNew = !this.#pages.has(hash)
    this.#pages.add(hash)
    return isNew
  }

  #addAttachment({ name, bytes, stream }: Extract<PdfAnswer, { kind: 'attachment' }>): void {
    const owner = { kind: 'attachment', name } as const
    const known = stream === undefined ? undefined : this.#streams.get(stream)
    const segment = known === undefined ? undefined : this.#segments[known]
    if (known !== undefined && segment !== undefined) this.#segments[known] = { ...segment, owner }
    else if (bytes !== undefined) this.#addRun([{ bytes, owner }])
  }

  #addRun(
    parts: readonly { readonly bytes: Uint8Array; readonly owner: Owner | undefined }[],
  ): void {
    const offset = this.#hold.size
    for (const { bytes, owner } of parts) {
      const place = { offset: this.#hold.size, length: bytes.length, address: undefined, owner }
      if (bytes.length > 0) this.#segments.push(place)
      this.#hold.take(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
      if (owner !== undefined) bytes.fill(0)
    }
    const length = this.#hold.size - offset
    if (length > 0) this.#runs.push({ offset, length, isAligned: false })
  }
}

function pageOwner(number: number, isEarlier: boolean): Owner {
  const name = number === 0 ? 'margins' : String(number)
  return { kind: 'page', name: isEarlier ? `${name}, before it was changed` : name }
}
