/**
 * What the thread that reads a PDF is given, and what it tells.
 *
 * @module
 */

export interface PdfOrder {
  /** The whole file. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** From when on no further page is begun, as `Date.now()` tells it. */
  readonly until: number
  /** Bytes of memory of the process from which on no further page is begun. */
  readonly mostMemory: number
}

/** Why pages were not read. */
export type PdfTrouble = 'locked' | 'damaged' | 'packed' | 'too much' | 'too large'

/**
 * - `pages`: texts of pages that stand behind each other, in reading order.
 * - `streams`: what deflated streams hold, one behind the other, and where in the file each begins.
 * - `attachment`: a file that lies in it; without bytes where the stream at `stream` holds it.
 * - `trouble`: not all was read; the rest was.
 * - `end`: of the order; the thread waits for the next.
 */
export type PdfAnswer =
  | { readonly kind: 'pages'; readonly pages: readonly PdfPage[]; readonly isEarlier: boolean }
  | StreamsTold
  | {
      readonly kind: 'attachment'
      readonly name: string
      readonly bytes: Uint8Array<ArrayBuffer> | undefined
      readonly stream: number | undefined
    }
  | { readonly kind: 'trouble'; readonly trouble: PdfTrouble }
  | { readonly kind: 'end' }

export interface StreamsTold {
  readonly kind: 'streams'
  readonly parts: readonly { readonly stream: number; readonly length: number }[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface PdfPage {
  /** From 1 on; 0: lines that were taken out from between pages. */
  readonly number: number
  /** Latin letters one byte each; any other letter is several bytes. */
  readonly text: Uint8Array<ArrayBuffer>
}
