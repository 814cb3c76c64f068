/**
 * Streams of a PDF that are deflated, as they lie in the file: whether or not anything refers to them any more.
 *
 * Source: ISO 32000-1, 7.3.8 (stream objects), 7.4.4 (FlateDecode).
 *
 * @module
 */
import { constants, inflateSync } from 'node:zlib'

export interface PdfStream {
  /** Where its bytes begin, from the file's start. */
  readonly offset: number
  /** Inflated; whoever gets it wipes it. */
  readonly bytes: Buffer
}

const STREAM = 'stream'
const END = 'endstream'
/** Of a stream's dictionary. */
const DICTIONARY_MOST = 4096
const DEFLATED = /\/(?:FlateDecode|Fl)\b/
/** Inside of the begin of a content stream: text that is drawn. */
const DRAWN = /\bBT\b[\s\S]*\b(?:Tj|TJ)\b/
const LOOKED_AT = 1 << 16

/**
 * Each stream that is deflated.
 *
 * @param mostBytes inflated, of one stream
 * @param onDamage called for each that has more, or is not whole: what is whole of it is given
 */
export function* inflatedStreams(
  pdf: Buffer,
  mostBytes: number,
  onDamage: () => void,
): Generator<PdfStream> {
  let at = pdf.indexOf(STREAM)
  while (at >= 0) {
    const offset = beginOf(pdf, at)
    let next = at + STREAM.length
    if (offset !== undefined && isDeflated(pdf, at)) {
      const end = pdf.indexOf(END, offset)
      next = end < 0 ? pdf.length : end
      const packed = pdf.subarray(offset, next)
      const whole = inflated(packed, mostBytes, constants.Z_FINISH)
      if (whole === undefined) onDamage()
      const bytes = whole ?? inflated(packed, mostBytes, constants.Z_SYNC_FLUSH)
      if (bytes !== undefined) yield { offset, bytes }
    }
    at = pdf.indexOf(STREAM, next)
  }
}

/** Whether a stream draws text: that is read page by page. */
export function drawsText(bytes: Buffer): boolean {
  return DRAWN.test(bytes.toString('latin1', 0, LOOKED_AT))
}

/** Behind the line end of `stream`; undefined where no stream begins. */
function beginOf(pdf: Buffer, at: number): number | undefined {
  if (pdf.toString('latin1', Math.max(0, at - 3), at) === 'end') return undefined
  const next = at + STREAM.length
  if (pdf[next] === 0x0a) return next + 1
  return pdf[next] === 0x0d ? next + (pdf[next + 1] === 0x0a ? 2 : 1) : undefined
}

function isDeflated(pdf: Buffer, at: number): boolean {
  const before = pdf.toString('latin1', Math.max(0, at - DICTIONARY_MOST), at)
  return DEFLATED.test(before.slice(before.lastIndexOf(' obj') + 1))
}

/** What comes out; undefined where it is more, or damaged, or with `Z_FINISH` where it is cut. */
function inflated(
  packed: Buffer,
  maxOutputLength: number,
  finishFlush: number,
): Buffer | undefined {
  try {
    return inflateSync(packed, { maxOutputLength, finishFlush })
  } catch {
    return undefined
  }
}
