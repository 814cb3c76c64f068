/**
 * Builds minidumps, from the documents and not from the reader. Source: minidumpapiset.h;
 * Breakpad's `minidump_format.h`.
 */
import type { BuiltDump, BuiltSegment, MemoryToDump } from './built_dump.ts'
import { ByteWriter } from './byte_writer.ts'

/** What to write. */
export interface Minidump {
  /** As `MemoryList`. */
  readonly memory?: readonly MemoryToDump[]
  /** As `Memory64List`, at the end of the file. */
  readonly allMemory?: readonly MemoryToDump[]
  readonly threads?: readonly {
    readonly id: number
    /** Written with the thread, unless `isStackListed`, when it is in memory that is listed. */
    readonly stack: MemoryToDump
    readonly isStackListed?: boolean
  }[]
  readonly modules?: readonly {
    readonly base: bigint
    readonly size: number
    readonly name: string
  }[]
  /** Other streams, by type. */
  readonly streams?: readonly { readonly type: number; readonly bytes: Uint8Array }[]
  /** 0 Windows, 0x8101 macOS, 0x8201 Linux. */
  readonly platform?: number
  readonly isLittleEndian?: boolean
  /** Four bytes between the count of a list and its rows. */
  readonly isPadded?: boolean
  /** The directory as the last of all, as writers do that make a dump in one go. */
  readonly isDirectoryLast?: boolean
}

const CONTEXT_BYTES = 1232

/** The dump, and where its memory is: stacks first, then `memory`, then `allMemory`. */
export function minidump(dump: Minidump): BuiltDump {
  return new Builder(dump).build()
}

class Builder {
  readonly #dump: Minidump
  readonly #out: ByteWriter
  readonly #segments: BuiltSegment[] = []
  readonly #directory: { type: number; length: number; offset: number }[] = []

  constructor(dump: Minidump) {
    this.#dump = dump
    this.#out = new ByteWriter(dump.isLittleEndian ?? true)
  }

  build(): BuiltDump {
    const out = this.#out
    const { isDirectoryLast = false } = this.#dump
    // 'MDMP' as a number, so that a big-endian dump begins with 'PMDM'.
    out.u32(0x504d444d, 0x0000a793, 0, 0, 0, 0).u64(0)
    const directoryAt = out.length
    if (!isDirectoryLast) out.zeros(12 * this.#streamCount())
    this.#writeSystem()
    this.#writeModules()
    this.#writeThreads()
    this.#writeMemory()
    for (const { type, bytes } of this.#dump.streams ?? [])
      this.#stream(type, () => out.bytes(bytes))
    const patchAllMemory = this.#writeAllMemoryTable()
    if (isDirectoryLast) this.#writeDirectoryLast()
    else this.#patchDirectory(directoryAt)
    patchAllMemory()
    return { bytes: out.done(), segments: this.#segments }
  }

  #streamCount(): number {
    const { memory, allMemory, threads, modules, streams = [] } = this.#dump
    const lists = [memory, allMemory, threads, modules].filter((list) => list !== undefined)
    return 1 + lists.length + streams.length
  }

  #stream(type: number, write: () => void): void {
    this.#out.align(4)
    const offset = this.#out.length
    write()
    this.#directory.push({ type, offset, length: this.#out.length - offset })
  }

  #list(type: number, count: number, write: () => void): void {
    this.#stream(type, () => {
      this.#out.u32(count)
      if (this.#dump.isPadded === true) this.#out.u32(0)
      write()
    })
  }

  #put({ address, bytes }: MemoryToDump): number {
    this.#out.align(16)
    const offset = this.#out.length
    this.#out.bytes(bytes)
    this.#segments.push({ offset, length: bytes.length, address })
    return offset
  }

  #writeSystem(): void {
    const { platform = 2 } = this.#dump
    this.#stream(7, () => this.#out.u16(9, 6, 0).u8(2, 1).u32(10, 0, 19045, platform, 0).zeros(28))
  }

  #writeModules(): void {
    const { modules } = this.#dump
    if (modules === undefined) return
    const names = modules.map(({ name }) => {
      const offset = this.#out.align(4).length
      this.#out.u32(name.length * 2)
      for (let at = 0; at < name.length; at++) this.#out.u16(name.charCodeAt(at))
      this.#out.u16(0)
      return offset
    })
    this.#list(4, modules.length, () => {
      for (const [index, { base, size }] of modules.entries())
        this.#out
          .u64(base)
          .u32(size, 0, 0, names[index] ?? 0)
          .zeros(52 + 8 + 8 + 16)
    })
  }

  #writeThreads(): void {
    const { threads } = this.#dump
    if (threads === undefined) return
    const placed = threads.map(({ stack, isStackListed = false }) => ({
      stackAt: isStackListed ? 0 : this.#put(stack),
      contextAt: this.#context(),
    }))
    this.#list(3, threads.length, () => {
      for (const [index, { id, stack }] of threads.entries()) {
        const { stackAt = 0, contextAt = 0 } = placed[index] ?? {}
        this.#out.u32(id, 0, 32, 0).u64(0x7ff0_0000, stack.address)
        this.#out.u32(stack.bytes.length, stackAt, CONTEXT_BYTES, contextAt)
      }
    })
  }

  #context(): number {
    const offset = this.#out.align(16).length
    this.#out.bytes(new Uint8Array(CONTEXT_BYTES).fill(0xcc))
    return offset
  }

  #writeMemory(): void {
    const { memory } = this.#dump
    if (memory === undefined) return
    const offsets = memory.map((run) => this.#put(run))
    this.#list(5, memory.length, () => {
      for (const [index, { address, bytes }] of memory.entries())
        this.#out.u64(address).u32(bytes.length, offsets[index] ?? 0)
    })
  }

  /** Gives what writes the memory itself, and its place, once everything else is there. */
  #writeAllMemoryTable(): () => void {
    const { allMemory } = this.#dump
    if (allMemory === undefined) return () => undefined
    let baseAt = 0
    this.#stream(9, () => {
      this.#out.u64(allMemory.length)
      baseAt = this.#out.length
      this.#out.u64(0)
      for (const { address, bytes } of allMemory) this.#out.u64(address, bytes.length)
    })
    return () => {
      const low = this.#dump.isLittleEndian === false ? baseAt + 4 : baseAt
      this.#out.patchU32(low, this.#out.length)
      for (const { address, bytes } of allMemory) {
        this.#segments.push({ offset: this.#out.length, length: bytes.length, address })
        this.#out.bytes(bytes)
      }
    }
  }

  #writeDirectoryLast(): void {
    const offset = this.#out.align(4).length
    this.#out.patchU32(8, this.#directory.length).patchU32(12, offset)
    for (const row of this.#directory) this.#out.u32(row.type, row.length, row.offset)
  }

  #patchDirectory(at: number): void {
    this.#out.patchU32(8, this.#directory.length).patchU32(12, at)
    for (const [index, { type, length, offset }] of this.#directory.entries()) {
      const row = at + 12 * index
      this.#out
        .patchU32(row, type)
        .patchU32(row + 4, length)
        .patchU32(row + 8, offset)
    }
  }
}
