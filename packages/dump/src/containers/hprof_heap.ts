/** Records of a Java heap: arrays of numbers are segments, all else is memory between them. */
import { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'
import type { Owner } from '../memory/segment.ts'

const WINDOW_BYTES = 1 << 20
/** More than the longest class: three tables of 65,535 rows of up to 17 bytes. */
const CLASS_WINDOW_BYTES = 1 << 22
/** An array shorter than this holds no key by itself. */
const MIN_ARRAY_BYTES = 32
/** Past it the shorter arrays join what is between them, and the bound doubles. */
const MAX_ARRAYS = 1 << 17

const CLASS_DUMP = 0x20
const INSTANCE_DUMP = 0x21
const OBJECT_ARRAY = 0x22
const PRIMITIVE_ARRAY = 0x23
const OBJECT_TYPE = 2

/** Bytes after the tag, of records of one length: so many ids, and so many bytes more. */
const FIXED: ReadonlyMap<number, readonly [ids: number, bytes: number]> = new Map([
  [0xff, [1, 0]],
  [0x01, [2, 0]],
  [0x02, [1, 8]],
  [0x03, [1, 8]],
  [0x04, [1, 4]],
  [0x05, [1, 0]],
  [0x06, [1, 4]],
  [0x07, [1, 0]],
  [0x08, [1, 8]],
  // Android's.
  [0x89, [1, 0]],
  [0x8a, [1, 0]],
  [0x8b, [1, 0]],
  [0x8c, [1, 0]],
  [0x8d, [1, 0]],
  [0x8e, [1, 8]],
  [0x90, [1, 0]],
  [0xc3, [1, 9]],
  [0xfe, [1, 4]],
])

interface Primitive {
  readonly bytes: number
  readonly owner: Owner
}

const primitive = (name: string, bytes: number): Primitive => ({
  bytes,
  owner: { kind: 'heap', name: `${name}[]` },
})

const PRIMITIVES: ReadonlyMap<number, Primitive> = new Map([
  [4, primitive('boolean', 1)],
  [5, primitive('char', 2)],
  [6, primitive('float', 4)],
  [7, primitive('double', 8)],
  [8, primitive('byte', 1)],
  [9, primitive('short', 2)],
  [10, primitive('int', 4)],
  [11, primitive('long', 8)],
])

const OBJECTS: Owner = { kind: 'heap', name: 'objects' }

export function isHeapTag(tag: number): boolean {
  return FIXED.has(tag) || (tag >= CLASS_DUMP && tag <= PRIMITIVE_ARRAY)
}

export class HeapReader {
  readonly #layout: Layout
  readonly #idBytes: 4 | 8
  #shortest = MIN_ARRAY_BYTES

  constructor(idBytes: 4 | 8, layout: Layout) {
    this.#idBytes = idBytes
    this.#layout = layout
  }

  /** Gives the record's end. @param recordEnd undefined where its length was never filled in */
  read(from: number, recordEnd: number | undefined): number {
    const end = recordEnd ?? Number.MAX_SAFE_INTEGER
    if (recordEnd !== undefined) this.#layout.addMemory(from, recordEnd - from, undefined, OBJECTS)
    let at = from
    while (at < end) {
      const next = this.#walkWindow(at, end)
      if (next.at > end) this.#reportDamage('an object reaches past its heap record', at)
      at = Math.min(next.at, end)
      if (next.isDamaged) break
    }
    if (recordEnd !== undefined) return recordEnd
    this.#layout.addMemory(from, at - from, undefined, OBJECTS)
    return at
  }

  #reportDamage(message: string, offset: number): void {
    this.#layout.addFlaw('stream-damaged', message, { offset })
  }

  #walkWindow(from: number, end: number): { readonly at: number; readonly isDamaged: boolean } {
    const narrow = this.#layout.file.bytes(from, Math.min(WINDOW_BYTES, end - from))
    const first = this.#walk(narrow, from, end, narrow.length < WINDOW_BYTES)
    if (first.at > from || first.isDamaged) return first
    const wide = this.#layout.file.bytes(from, Math.min(CLASS_WINDOW_BYTES, end - from))
    return this.#walk(wide, from, end, true)
  }

  /** `isAll`: a record that is not whole in `bytes` is cut, and not in the next window. */
  #walk(
    bytes: Uint8Array,
    from: number,
    end: number,
    isAll: boolean,
  ): { readonly at: number; readonly isDamaged: boolean } {
    const reader = new Reader(bytes, false)
    let at = from
    while (at < end && at - from < bytes.length) {
      const length = this.#recordLength(reader.seek(at - from), at)
      if (length === 'more' && !isAll) break
      if (length === undefined || length === 'more') {
        this.#reportDamage('a heap record is damaged or cut', at)
        return { at, isDamaged: true }
      }
      at += length
    }
    return { at, isDamaged: bytes.length === 0 }
  }

  /** `more` where its head goes on past the window, undefined where there is no record. */
  #recordLength(reader: Reader, at: number): number | 'more' | undefined {
    const idBytes = this.#idBytes
    const tag = reader.u8()
    const fixed = FIXED.get(tag)
    if (fixed !== undefined) return 1 + fixed[0] * idBytes + fixed[1]
    if (tag === CLASS_DUMP) return this.#classLength(reader)
    if (tag < INSTANCE_DUMP || tag > PRIMITIVE_ARRAY) return undefined
    if (reader.left < idBytes + 8 + (tag === PRIMITIVE_ARRAY ? 1 : idBytes)) return 'more'
    reader.skip(idBytes + 4)
    if (tag === INSTANCE_DUMP) return 9 + 2 * idBytes + reader.skip(idBytes).u32()
    const count = reader.u32()
    if (tag === OBJECT_ARRAY) return 9 + 2 * idBytes + count * idBytes
    const type = PRIMITIVES.get(reader.u8())
    if (type === undefined) return undefined
    const head = 10 + idBytes
    this.#addArray(at + head, count * type.bytes, type.owner)
    return head + count * type.bytes
  }

  #addArray(offset: number, length: number, owner: Owner): void {
    if (length < this.#shortest) return
    this.#layout.addMemory(offset, length, undefined, owner)
    while (this.#layout.memory.length >= MAX_ARRAYS) {
      this.#shortest *= 2
      this.#layout.dropShort(this.#shortest)
    }
  }

  /** Constants have numbers, fields have ids, static fields have a value. */
  #classLength(reader: Reader): number | 'more' | undefined {
    const idBytes = this.#idBytes
    const start = reader.at - 1
    reader.skip(7 * idBytes + 8)
    for (const [keyBytes, hasValue] of [
      [2, true],
      [idBytes, true],
      [idBytes, false],
    ] as const) {
      if (reader.left < 2) return 'more'
      const rows = reader.u16()
      for (let row = 0; row < rows; row++) {
        if (reader.left < keyBytes + 1) return 'more'
        const type = reader.skip(keyBytes).u8()
        const valueBytes = type === OBJECT_TYPE ? idBytes : PRIMITIVES.get(type)?.bytes
        if (valueBytes === undefined) return undefined
        if (hasValue) reader.skip(valueBytes)
      }
    }
    return reader.at - start
  }
}
