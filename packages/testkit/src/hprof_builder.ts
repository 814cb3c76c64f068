/** Builds heap dumps of Java machines, from the format's description and not from the reader. */
import type { BuiltDump, BuiltSegment } from './built_dump.ts'
import { ByteWriter } from './byte_writer.ts'

/** An array of numbers on the heap. */
export interface HeapArray {
  readonly type: 'byte' | 'char' | 'int' | 'long'
  /** The elements, big-endian, as the dump has them. */
  readonly bytes: Uint8Array
}

/** What to write. */
export interface HeapDump {
  /** One heap record each, with the arrays that it holds among other objects. */
  readonly segments: readonly (readonly HeapArray[])[]
  readonly idBytes?: 4 | 8
  /** Leave the length of the last heap record 0, as a machine does that dies while it dumps. */
  readonly isUnfilled?: boolean
}

const TYPES = { byte: [8, 1], char: [5, 2], int: [10, 4], long: [11, 8] } as const

/** The dump; its segments are the arrays' contents, in order. */
export function heapDump({
  segments: heaps,
  idBytes = 8,
  isUnfilled = false,
}: HeapDump): BuiltDump {
  const is64 = idBytes === 8
  const out = new ByteWriter(false)
  const segments: BuiltSegment[] = []
  out.ascii('JAVA PROFILE 1.0.2\0').u32(idBytes).u64(1_690_000_000_000)
  out
    .u8(1)
    .u32(0, idBytes + 4)
    .word(is64, 1)
    .ascii('name')
  out
    .u8(2)
    .u32(0, 8 + 2 * idBytes, 1)
    .word(is64, 2)
    .u32(0)
    .word(is64, 1)
  for (const [index, arrays] of heaps.entries()) {
    const heap = new ByteWriter(false)
    writeClass(heap, is64)
    const places = arrays.map((array, number) => {
      writeObjects(heap, is64)
      return writeArray(heap, is64, number + 100, array)
    })
    const isLast = index === heaps.length - 1
    out.u8(0x1c).u32(0, isLast && isUnfilled ? 0 : heap.length)
    const base = out.length
    for (const { offset, length } of places)
      segments.push({ offset: base + offset, length, address: undefined })
    out.bytes(heap.done())
  }
  if (!isUnfilled) out.u8(0x2c).u32(0, 0)
  return { bytes: out.done(), segments }
}

function writeClass(heap: ByteWriter, is64: boolean): void {
  heap.u8(0x20).word(is64, 2).u32(0).word(is64, 0, 0, 0, 0, 0, 0).u32(24)
  heap.u16(1, 7).u8(10).u32(5) // one constant, an int
  heap.u16(2).word(is64, 1).u8(2).word(is64, 9).word(is64, 1).u8(11).u64(7) // an object and a long, static
  heap.u16(2).word(is64, 1).u8(8).word(is64, 1).u8(2) // two fields
}

function writeObjects(heap: ByteWriter, is64: boolean): void {
  heap.u8(0x05).word(is64, 2) // a root
  heap.u8(0x08).word(is64, 3).u32(1, 1) // a thread
  heap.u8(0x21).word(is64, 4).u32(0).word(is64, 2).u32(9).zeros(9)
  heap.u8(0x22).word(is64, 5).u32(0, 2).word(is64, 2, 4, 4)
}

function writeArray(
  heap: ByteWriter,
  is64: boolean,
  id: number,
  { type, bytes }: HeapArray,
): { readonly offset: number; readonly length: number } {
  const [code, width] = TYPES[type]
  heap
    .u8(0x23)
    .word(is64, id)
    .u32(0, bytes.length / width)
    .u8(code)
  const offset = heap.length
  heap.bytes(bytes)
  return { offset, length: bytes.length }
}
