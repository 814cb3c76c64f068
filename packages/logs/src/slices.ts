import type { Hash } from 'node:crypto'
import { parseObject } from '@mintmark/core'
import { adapters as allAdapters } from './adapters.ts'
import { findAdapter } from './date_order.ts'
import type { Adapter } from './model/adapter.ts'
import { MAX_ROW_BYTES } from './model/limits.ts'
import { detectEncoding } from './rows/encoding.ts'
import { LF, OPEN_OBJECT } from './rows/row_bytes.ts'

export interface Slice {
  /** Its own memory, so that it can be handed over to another thread. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly startLine: number
  readonly isLast: boolean
}

/**
 * Whether a plain file may be read in slices, by its beginning: UTF-8, one JSON object a line, and the
 * first of them known to an adapter that needs no pass over the whole file.
 */
export function canSlice(head: Uint8Array, adapters: readonly Adapter[] = allAdapters): boolean {
  const { encoding, markBytes } = detectEncoding(head)
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength).subarray(markBytes)
  const end = bytes.indexOf(LF)
  if (encoding !== 'utf-8' || bytes[0] !== OPEN_OBJECT || end === -1) return false
  const row = parseObject(bytes.toString('utf8', 0, end))
  if (row === undefined) return false
  const context = { columns: undefined, dateOrder: 'unproven' } as const
  const adapter = findAdapter(adapters, row, context)
  if (adapter === undefined) return false
  return adapter.dateColumns === undefined && adapter.provenTime === undefined
}

export function countLines(bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let lines = 0
  for (let at = view.indexOf(LF); at !== -1; at = view.indexOf(LF, at + 1)) lines++
  return lines
}

/**
 * Cuts between `}` and `{` at a line's end: in JSON that is between two objects, even within an array. Of a line above the
 * length of a row the rest is left out: its reader rejects it.
 */
export async function* readSlices(
  chunks: AsyncIterable<Uint8Array>,
  sliceBytes: number = 4 * 1024 * 1024,
  hash?: Hash,
): AsyncGenerator<Slice, void, void> {
  let parts: Uint8Array[] = []
  let size = 0
  let startLine = 1
  let isSkipping = false
  /** Size at which a cut is looked for: a search that failed is not worth another at each small chunk. */
  let due = sliceBytes
  const take = (bytes: Buffer, to: number, isLast: boolean): Slice => {
    const slice = { bytes: new Uint8Array(bytes.subarray(0, to)), startLine, isLast }
    startLine += countLines(slice.bytes)
    parts = [bytes.subarray(to)]
    size = bytes.length - to
    due = sliceBytes
    return slice
  }
  for await (const chunk of chunks) {
    hash?.update(chunk)
    for (let from = 0; from < chunk.length; from += sliceBytes) {
      let piece = chunk.subarray(from, from + sliceBytes)
      const newline = isSkipping ? piece.indexOf(LF) : 0
      if (newline === -1) continue
      isSkipping = false
      // A copy, because the caller may use the chunk again.
      piece = new Uint8Array(piece.subarray(newline))
      parts.push(piece)
      size += piece.length
      if (size < due) continue
      due = size + sliceBytes
      const bytes = Buffer.concat(parts)
      parts = [bytes]
      const cut = lastCut(bytes)
      if (cut > 0) yield take(bytes, cut, false)
      else if (size > MAX_ROW_BYTES + sliceBytes) {
        // Any line ending will do now; without one, the line is too long for its reader anyway.
        const end = bytes.lastIndexOf(LF) + 1
        isSkipping = end === 0
        yield take(bytes, end || size, false)
      }
    }
  }
  yield take(Buffer.concat(parts), size, true)
}

function lastCut(bytes: Buffer): number {
  const unix = bytes.lastIndexOf('}\n{')
  if (unix !== -1) return unix + 2
  const dos = bytes.lastIndexOf('}\r\n{')
  return dos === -1 ? -1 : dos + 3
}
