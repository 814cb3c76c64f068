import type { Hash } from 'node:crypto'
import { parseObject } from '@mintmark/core'
import { adapters as allAdapters } from './adapters.ts'
import { findAdapter } from './date_order.ts'
import type { Adapter } from './model/adapter.ts'
import { MAX_ROW_BYTES } from './model/limits.ts'
import { detectEncoding } from './rows/encoding.ts'
import { CLOSE_OBJECT, CR, LF, OPEN_OBJECT } from './rows/row_bytes.ts'

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

/** Cuts between `}` and `{` at a line's end: in JSON that is between two objects, even within an array. */
export async function* readSlices(
  chunks: AsyncIterable<Uint8Array>,
  sliceBytes: number = 4 * 1024 * 1024,
  hash?: Hash,
): AsyncGenerator<Slice, void, void> {
  const cutter = new SliceCutter(sliceBytes)
  for await (const chunk of chunks) {
    hash?.update(chunk)
    yield* cutter.push(chunk)
  }
  const last = cutter.end()
  if (last !== undefined) yield last
}

class SliceCutter {
  readonly #sliceBytes: number
  #bytes: Buffer<ArrayBuffer>
  #end = 0
  #startLine = 1
  #searched = 0
  #isSkipping: boolean = false

  constructor(sliceBytes: number) {
    this.#sliceBytes = sliceBytes
    this.#bytes = Buffer.from(new ArrayBuffer(sliceBytes * 2))
  }

  *push(chunk: Uint8Array): Generator<Slice, void, void> {
    let from = 0
    while (from < chunk.length) {
      if (this.#isSkipping) {
        const newline = chunk.indexOf(LF, from)
        if (newline === -1) return
        this.#isSkipping = false
        from = newline
      }
      const to = Math.min(chunk.length, from + this.#sliceBytes)
      this.#append(chunk.subarray(from, to))
      from = to
      const cut = this.#end >= this.#sliceBytes ? this.#findCut() : -1
      if (cut > 0) yield this.#take(cut, false)
      else if (this.#end > MAX_ROW_BYTES + this.#sliceBytes) {
        // Any line ending will do now; without one, the line is too long for its reader anyway.
        const newline = this.#bytes.lastIndexOf(LF, this.#end - 1)
        this.#isSkipping = newline === -1
        yield this.#take(newline === -1 ? this.#end : newline + 1, false)
      }
    }
  }

  end(): Slice | undefined {
    return this.#take(this.#end, true)
  }

  #append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#bytes.length) {
      const grown = Buffer.from(new ArrayBuffer((this.#end + bytes.length) * 2))
      grown.set(this.#bytes.subarray(0, this.#end))
      this.#bytes = grown
    }
    this.#bytes.set(bytes, this.#end)
    this.#end += bytes.length
  }

  #findCut(): number {
    const bytes = this.#bytes
    let at = this.#end - 2
    while (at >= this.#searched) {
      at = bytes.lastIndexOf(LF, at)
      if (at < this.#searched || at < 1) break
      const before = bytes[at - 1] === CR ? bytes[at - 2] : bytes[at - 1]
      if (before === CLOSE_OBJECT && bytes[at + 1] === OPEN_OBJECT) return at + 1
      at--
    }
    this.#searched = Math.max(0, this.#end - 2)
    return -1
  }

  #take(to: number, isLast: boolean): Slice {
    const bytes = this.#bytes.subarray(0, to)
    const slice = { bytes: new Uint8Array(bytes), startLine: this.#startLine, isLast }
    this.#startLine += countLines(bytes)
    this.#bytes.copyWithin(0, to, this.#end)
    this.#end -= to
    this.#searched = 0
    return slice
  }
}
