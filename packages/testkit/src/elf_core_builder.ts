/**
 * Builds ELF cores, from the documents and not from the reader: it shares no constant with it.
 * Source: System V ABI (gabi 4.1); core(5); the order of the kernel's `elf_core_dump`.
 */
import type { BuiltDump, BuiltSegment, MemoryToDump } from './built_dump.ts'
import { ByteWriter } from './byte_writer.ts'

/** What to write; everything but the memory may be left out. */
export interface ElfCore {
  readonly memory: readonly (MemoryToDump & { readonly claimed?: number })[]
  readonly is64?: boolean
  readonly isLittleEndian?: boolean
  /** `e_machine`; 62, x86-64, if left out. */
  readonly machine?: number
  /** On x86-64, i386 and arm64. */
  readonly threads?: readonly { readonly id: number; readonly stackPointer: bigint }[]
  readonly files?: readonly { readonly from: bigint; readonly to: bigint; readonly path: string }[]
  /** Of the mapped files' offsets. */
  readonly pageSize?: number
  /** What XSAVE keeps of the first thread, on x86-64: NT_X86_XSTATE. */
  readonly vectors?: Uint8Array
  readonly vdso?: bigint
  readonly program?: string
  /** Put the number of segments into a section header at the end, as past 65,534 of them. */
  readonly isExtended?: boolean
  /** Page alignment of the memory; 1 puts it right after the notes. */
  readonly alignment?: number
}

interface Shape {
  readonly is64: boolean
  readonly isLittleEndian: boolean
  readonly machine: number
}

/** The core as the kernel would write it. */
export function elfCore(core: ElfCore): BuiltDump {
  const shape = {
    is64: core.is64 ?? true,
    isLittleEndian: core.isLittleEndian ?? true,
    machine: core.machine ?? 62,
  }
  const notes = writeNotes(core, shape)
  const count = core.memory.length + 1
  const isExtended = core.isExtended === true
  const headerBytes = shape.is64 ? 64 : 52
  const notesAt = headerBytes + count * (shape.is64 ? 56 : 32)
  const alignment = core.alignment ?? 4096
  let at = Math.ceil((notesAt + notes.length) / alignment) * alignment
  const segments: BuiltSegment[] = core.memory.map(({ address, bytes, claimed }) => {
    const segment = { offset: at, length: claimed ?? bytes.length, address }
    at += bytes.length
    return segment
  })
  const out = new ByteWriter(shape.isLittleEndian)
  writeHeader(out, shape, isExtended ? 0xffff : count, isExtended ? at : 0)
  writeProgramHeader(out, shape, { type: 4, offset: notesAt, address: 0n, length: notes.length })
  for (const segment of segments) writeProgramHeader(out, shape, { type: 1, ...segment })
  out.bytes(notes).align(alignment)
  for (const { bytes } of core.memory) out.bytes(bytes)
  if (isExtended) writeCountSection(out, shape, count)
  return { bytes: out.done(), segments }
}

function writeHeader(out: ByteWriter, shape: Shape, phnum: number, shoff: number): void {
  const { is64, isLittleEndian, machine } = shape
  out.u8(0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, isLittleEndian ? 1 : 2, 1, 0).zeros(8)
  out.u16(4, machine).u32(1)
  out.word(is64, 0, is64 ? 64 : 52, shoff).u32(0)
  out.u16(is64 ? 64 : 52, is64 ? 56 : 32, phnum)
  if (shoff === 0) out.u16(0, 0, 0)
  else out.u16(is64 ? 64 : 40, 1, 0)
}

function writeProgramHeader(
  out: ByteWriter,
  { is64 }: Shape,
  row: { type: number; offset: number; address: bigint | undefined; length: number },
): void {
  const flags = row.type === 4 ? 0 : 6
  const address = row.address ?? 0n
  const inMemory = row.type === 4 ? 0 : row.length
  out.u32(row.type)
  if (is64)
    out.u32(flags).u64(row.offset, address, 0, row.length, inMemory, row.type === 4 ? 0 : 4096)
  else
    out.u32(row.offset, Number(address), 0, row.length, inMemory, flags, row.type === 4 ? 0 : 4096)
}

function writeCountSection(out: ByteWriter, { is64 }: Shape, count: number): void {
  // sh_name and sh_type 0; of the counts, sh_size is that of sections and sh_info that of segments.
  out.u32(0, 0).word(is64, 0, 0, 0, 1).u32(0, count).word(is64, 0, 0)
}

function writeNotes(core: ElfCore, shape: Shape): Uint8Array {
  const out = new ByteWriter(shape.isLittleEndian)
  const note = (type: number, descriptor: Uint8Array): void => {
    out.u32(5, descriptor.length, type).ascii('CORE\0').align(4).bytes(descriptor).align(4)
  }
  const [first, ...rest] = core.threads ?? []
  if (first !== undefined) note(1, status(first, shape))
  if (core.program !== undefined) note(3, processInfo(core.program, first?.id ?? 1, shape))
  if (core.vdso !== undefined) {
    const words = new ByteWriter(shape.isLittleEndian)
    note(6, words.word(shape.is64, 6, 4096, 33, core.vdso, 0, 0).done())
  }
  if (core.files !== undefined)
    note(0x46494c45, mappedFiles(core.files, core.pageSize ?? 4096, shape))
  if (core.vectors !== undefined) {
    const { length } = core.vectors
    out.u32(6, length, 0x202).ascii('LINUX\0').align(4).bytes(core.vectors).align(4)
  }
  for (const thread of rest) note(1, status(thread, shape))
  return out.done()
}

/** Bytes of `elf_prstatus`, and where the stack pointer is in it. */
const STATUS: ReadonlyMap<number, readonly [bytes: number, stackPointer: number]> = new Map([
  [3, [144, 132]],
  [62, [336, 264]],
  [183, [392, 360]],
])

function status(thread: { id: number; stackPointer: bigint }, shape: Shape): Uint8Array {
  const [bytes, at] = STATUS.get(shape.machine) ?? [336, 264]
  const out = new ByteWriter(shape.isLittleEndian)
  out.zeros(shape.is64 ? 32 : 24).u32(thread.id)
  return out.padTo(at).word(shape.is64, thread.stackPointer).padTo(bytes).done()
}

function processInfo(program: string, id: number, { is64, isLittleEndian }: Shape): Uint8Array {
  const out = new ByteWriter(isLittleEndian).zeros(is64 ? 24 : 12).u32(id)
  return out
    .padTo(is64 ? 40 : 28)
    .ascii(program)
    .padTo(is64 ? 136 : 124)
    .done()
}

function mappedFiles(
  files: NonNullable<ElfCore['files']>,
  pageSize: number,
  { is64, isLittleEndian }: Shape,
): Uint8Array {
  const out = new ByteWriter(isLittleEndian).word(is64, files.length, pageSize)
  for (const { from, to } of files) out.word(is64, from, to, 0)
  for (const { path } of files) out.bytes(Buffer.from(path)).u8(0)
  return out.done()
}
