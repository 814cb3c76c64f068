/**
 * ELF core files: Linux (kernel, gcore, lldb), those of the BSDs, and of machines (QEMU, VirtualBox). Source:
 * System V ABI, "Program Header" (gabi 4.1); core(5); the Linux kernel's `fs/binfmt_elf.c` for the order of what is
 * written: header, program headers, notes, memory, and a section header where there are too many segments;
 * `DBGFCoreWrite.cpp` of VirtualBox.
 */
import type { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'
import { endOf } from '../memory/ranges.ts'
import type { Range } from '../memory/segment.ts'
import { ELF_HEADER_BYTES, type ElfHeader, readElfHeader } from './elf_header.ts'
import { machineOf } from './elf_machines.ts'
import { NoteReader } from './elf_notes.ts'

const PT_LOAD = 1
const PT_NOTE = 4
/** `e_phnum` says this where the number does not fit it. */
const PN_XNUM = 0xffff
const MAX_PROGRAM_HEADERS = 1 << 20
const MAX_NOTE_SEGMENTS = 1024
const MAX_SECTIONS = 1 << 16
const MAX_NAME_TABLE_BYTES = 1 << 16

interface ProgramHeader {
  readonly type: number
  readonly offset: number
  readonly address: bigint
  readonly length: number
  /** Its flags and alignment are such as are written. */
  readonly isPlausible: boolean
}

/** Reads a file that begins as ELF does. One that is no core leaves the layout raw. */
export function readElfCore(layout: Layout): void {
  const elf = readElfHeader(layout.file.bytes(0, ELF_HEADER_BYTES), layout)
  if (elf === undefined) return
  layout.container = 'elf-core'
  layout.isLittleEndian = elf.isLittleEndian
  layout.addFact('architecture', machineOf(elf.machine).name)
  layout.addHeader(0, elf.headerBytes)

  const at = tableOffset(elf, layout)
  const notes = readProgramHeaders(elf, at, layout)
  const reader = new NoteReader(elf, layout)
  for (const note of notes.toSorted((one, other) => one.offset - other.offset)) reader.read(note)
  readSections(elf, at, layout)
}

function readRow(row: Reader, is64: boolean): ProgramHeader {
  const type = row.u32()
  const flags64 = is64 ? row.u32() : 0
  const offset = is64 ? row.size() : row.u32()
  const virtual = is64 ? row.u64() : BigInt(row.u32())
  const physical = is64 ? row.u64() : BigInt(row.u32())
  // VirtualBox leaves the one 0 and writes the other, processes' cores the other way round.
  const address = virtual === 0n ? physical : virtual
  const length = is64 ? row.size() : row.u32()
  row.skip(is64 ? 8 : 4) // p_memsz: memory that was not dumped is no flaw
  const flags = is64 ? flags64 : row.u32()
  const align = is64 ? row.size() : row.u32()
  return { type, offset, address, length, isPlausible: flags < 8 && isAlignment(align) }
}

function isAlignment(align: number): boolean {
  return align <= 2 ** 32 && Number.isInteger(Math.log2(Math.max(1, align)))
}

/** Where the program headers are: right after the header, if what the header says is not where any are. */
function tableOffset(elf: ElfHeader, layout: Layout): number {
  const isTable = (offset: number): boolean => {
    const row = layout.file.reader(offset, elf.programRowBytes, elf.isLittleEndian)
    if (row.left < elf.programRowBytes) return false
    const { type, isPlausible } = readRow(row, elf.is64)
    // Processor-specific rows come first on MIPS and ARM.
    return isPlausible && ((type > 0 && type < 8) || type >= 0x6000_0000)
  }
  if (elf.phoff === elf.headerBytes || isTable(elf.phoff)) return elf.phoff
  if (!isTable(elf.headerBytes)) return elf.phoff
  layout.addFlaw('header-damaged', 'e_phoff points at no program header; read after the header', {
    e_phoff: elf.phoff,
  })
  return elf.headerBytes
}

/** Adds the memory that the program headers list; gives the note segments. */
function readProgramHeaders(elf: ElfHeader, at: number, layout: Layout): Range[] {
  const notes: Range[] = []
  const listed = countRows(elf, at, layout)
  const rows = Math.min(listed.total, MAX_PROGRAM_HEADERS)
  let plausibleRows = 0
  const table = {
    offset: at,
    rowBytes: elf.programRowBytes,
    rows,
    isLittleEndian: elf.isLittleEndian,
  }
  const read = layout.file.eachRow(table, (reader, index) => {
    const row = readRow(reader, elf.is64)
    const isKnown = row.isPlausible && (row.type === PT_LOAD || row.type === PT_NOTE)
    if (index >= listed.named && !isKnown) return false
    if (isKnown) plausibleRows = index + 1
    if (row.type === PT_LOAD) layout.addMemory(row.offset, row.length, row.address)
    else if (row.type === PT_NOTE && notes.length < MAX_NOTE_SEGMENTS) notes.push(row)
    return true
  })
  layout.addHeader(at, plausibleRows * elf.programRowBytes)
  layout.addFact('programHeaders', read)
  if (read > listed.named)
    layout.addFlaw('header-damaged', 'e_phnum is too small; read the program headers that follow', {
      e_phnum: elf.phnum,
      read,
    })
  if (read < listed.named)
    layout.addFlaw('table-cut', `${read} of ${listed.named} program headers are read`, {
      listed: listed.named,
      read,
    })
  return notes
}

/**
 * How many program headers there are: those the header names, and those that fit before the first byte they point at.
 * Past 65,534 the number is in the section header, which the kernel writes last of all: a cut file has lost it. But the
 * kernel and gdb put the notes right after the table, so the first row's offset gives the same number. Rows that only the
 * second count has are taken while they look right.
 */
function countRows(
  elf: ElfHeader,
  at: number,
  layout: Layout,
): { readonly named: number; readonly total: number } {
  let first = Infinity
  const head = {
    offset: at,
    rowBytes: elf.programRowBytes,
    rows: 16,
    isLittleEndian: elf.isLittleEndian,
  }
  layout.file.eachRow(head, (reader) => {
    const { type, offset, length } = readRow(reader, elf.is64)
    const isPointer = (type === PT_LOAD || type === PT_NOTE) && length > 0 && offset > at
    if (isPointer) first = Math.min(first, offset)
    return true
  })
  const fitting = first === Infinity ? 0 : Math.floor((first - at) / elf.programRowBytes)
  if (elf.phnum < PN_XNUM) return { named: elf.phnum, total: Math.max(elf.phnum, fitting) }
  if (fitting >= PN_XNUM) return { named: fitting, total: fitting }
  const named = extendedCount(elf, layout)
  return { named, total: named }
}

/** `sh_info` of the first section header. */
function extendedCount(elf: ElfHeader, layout: Layout): number {
  const section = layout.file.reader(elf.shoff, elf.sectionRowBytes, elf.isLittleEndian)
  const isEmpty = section.left >= elf.sectionRowBytes && section.skip(4).u32() === 0
  const count = isEmpty ? section.seek(elf.is64 ? 44 : 28).u32() : 0
  if (count > 0) return count
  if (elf.shoff !== 0)
    layout.addFlaw('table-cut', 'the section header with the number of segments is missing', {
      e_shoff: elf.shoff,
    })
  return PN_XNUM
}

/** The section headers, which gdb writes and the kernel only past 65,534 segments: structure, and nothing else. */
function readSections(elf: ElfHeader, tableAt: number, layout: Layout): void {
  if (elf.shoff < endOf({ offset: tableAt, length: elf.programRowBytes })) return
  const first = layout.file.reader(elf.shoff, elf.sectionRowBytes, elf.isLittleEndian)
  if (first.left < elf.sectionRowBytes) {
    layout.addFlaw('table-cut', 'the section headers are missing', { e_shoff: elf.shoff })
    return
  }
  // The first is empty, but for the counts that fit nowhere else.
  if (first.u32() !== 0 || first.u32() !== 0) return
  const counted = elf.is64 ? first.seek(32).size() : first.seek(20).u32()
  const rows = Math.min(elf.shnum === 0 ? counted : elf.shnum, MAX_SECTIONS)
  const table = {
    offset: elf.shoff,
    rowBytes: elf.sectionRowBytes,
    rows,
    isLittleEndian: elf.isLittleEndian,
  }
  const names: Range[] = []
  const read = layout.file.eachRow(table, (row, index) => {
    const section = readSection(row, elf.is64)
    if (!section.isPlausible) return false
    if (index === elf.shstrndx && section.length <= MAX_NAME_TABLE_BYTES) names.push(section)
    return true
  })
  layout.addTable(elf.shoff, read * elf.sectionRowBytes)
  for (const { offset, length } of names) layout.addTable(offset, length)
}

function readSection(row: Reader, is64: boolean): Range & { readonly isPlausible: boolean } {
  row.skip(4) // sh_name
  const type = row.u32()
  row.skip(is64 ? 16 : 8) // sh_flags, sh_addr
  const offset = is64 ? row.size() : row.u32()
  const length = is64 ? row.size() : row.u32()
  return { offset, length, isPlausible: type < 20 || type >= 0x6000_0000 }
}
