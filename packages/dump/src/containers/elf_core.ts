/**
 * ELF cores of Linux, BSDs, QEMU, VirtualBox. Source: System V ABI (gabi 4.1); core(5);
 * `binfmt_elf.c`.
 */
import type { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'
import type { Range } from '../memory/segment.ts'
import { type ElfHeader, readElfHeader, sizeIn, wordIn } from './elf_header.ts'
import { machineOf } from './elf_machines.ts'
import { NoteReader } from './elf_notes.ts'

const PT_LOAD = 1
const PT_NOTE = 4
/** The number does not fit `e_phnum`: it is `sh_info` of the first section. */
const PN_XNUM = 0xffff
const MAX_PROGRAM_HEADERS = 1 << 20
const MAX_NOTE_SEGMENTS = 1024
const MAX_SECTIONS = 1 << 16
const MAX_NAME_TABLE_BYTES = 1 << 16

export function readElfCore(layout: Layout): void {
  const elf = readElfHeader(layout)
  if (elf === undefined) return
  layout.container = 'elf-core'
  layout.addFact('architecture', machineOf(elf.machine).name)
  layout.addHeader(0, elf.headerBytes)
  const notes = readProgramHeaders(elf, layout)
  const reader = new NoteReader(elf, layout)
  for (const note of notes.toSorted((one, other) => one.offset - other.offset)) reader.read(note)
  readSections(elf, layout)
}

interface ProgramHeader extends Range {
  readonly type: number
  readonly address: bigint
  /** Of memory or notes, with flags and an alignment such as are written. */
  readonly isPlausible: boolean
}

function readRow(row: Reader, is64: boolean): ProgramHeader {
  const type = row.u32()
  const flags64 = is64 ? row.u32() : 0
  const offset = sizeIn(row, is64)
  const virtual = wordIn(row, is64)
  const physical = wordIn(row, is64)
  // VirtualBox leaves the one 0 and writes the other, processes' cores the other way round.
  const address = virtual === 0n ? physical : virtual
  const length = sizeIn(row, is64)
  row.skip(is64 ? 8 : 4) // p_memsz: memory that was not dumped is no flaw
  const flags = is64 ? flags64 : row.u32()
  const align = sizeIn(row, is64)
  const isAligned = align <= 2 ** 32 && Number.isInteger(Math.log2(Math.max(1, align)))
  const isPlausible = (type === PT_LOAD || type === PT_NOTE) && flags < 8 && isAligned
  return { type, offset, address, length, isPlausible }
}

function readProgramHeaders(elf: ElfHeader, layout: Layout): Range[] {
  const { phoff, programRowBytes, is64 } = elf
  const notes: Range[] = []
  // What a damaged table points at is memory: rows are structure as far as they look like rows.
  let plausibleRows = 0
  const listed = elf.phnum < PN_XNUM ? elf.phnum : extendedCount(elf, layout)
  const rows = Math.min(listed, MAX_PROGRAM_HEADERS)
  const end = phoff + rows * programRowBytes
  // Segments that hold what is behind the rows: gdb puts memory there, and heaps of Java begin like a row.
  let holders = 0
  const read = layout.eachRow(phoff, programRowBytes, rows, (reader, index) => {
    const row = readRow(reader, is64)
    holders += phoff < row.offset && row.offset <= end && end < row.offset + row.length ? 1 : 0
    if (row.isPlausible) plausibleRows = index + 1
    if (row.type === PT_LOAD) layout.addMemory(row.offset, row.length, row.address)
    else if (row.type === PT_NOTE && notes.length < MAX_NOTE_SEGMENTS) notes.push(row)
  })
  layout.addHeader(phoff, plausibleRows * programRowBytes)
  layout.addFact('programHeaders', read)
  if (read < listed) {
    const facts = { listed, read }
    layout.addFlaw('table-cut', `${read} of ${listed} program headers are read`, facts)
  } else if (listed === 0 || (holders === 0 && isFollowed(elf, layout))) {
    const message = 'the ELF header does not list all memory: some has no address'
    layout.addFlaw('header-damaged', message, { listed })
  }
  return notes
}

/** Whether a row of memory or notes follows the last one: then the number of rows is damaged. */
function isFollowed({ phoff, phnum, programRowBytes, is64 }: ElfHeader, layout: Layout): boolean {
  if (phnum === PN_XNUM) return false
  const end = phoff + (phnum + 1) * programRowBytes
  const reader = layout.reader(end - programRowBytes, programRowBytes)
  if (reader.left < programRowBytes) return false
  const { isPlausible, length, offset } = readRow(reader, is64)
  return isPlausible && length > 0 && offset >= end
}

function extendedCount({ shoff, sectionRowBytes, is64 }: ElfHeader, layout: Layout): number {
  const section = layout.reader(shoff, sectionRowBytes)
  const isEmpty = section.left >= sectionRowBytes && section.skip(4).u32() === 0
  const count = isEmpty ? section.seek(is64 ? 44 : 28).u32() : 0
  if (count > 0) return count
  const facts = { e_shoff: shoff }
  layout.addFlaw(
    'table-cut',
    'the section header with the number of segments is missing: 65,535 are read',
    facts,
  )
  return PN_XNUM
}

/** gdb writes them, the kernel only past 65,534 segments. Structure, and nothing else. */
function readSections(elf: ElfHeader, layout: Layout): void {
  const { shoff, sectionRowBytes, is64 } = elf
  if (shoff < elf.phoff + elf.programRowBytes) return
  const first = layout.reader(shoff, sectionRowBytes)
  if (first.left < sectionRowBytes) {
    layout.addFlaw('table-cut', 'the section headers are missing', { e_shoff: shoff })
    return
  }
  // The first is empty, but for the counts that fit nowhere else.
  if (first.u32() !== 0 || first.u32() !== 0) return
  const counted = sizeIn(first.seek(is64 ? 32 : 20), is64)
  const rows = Math.min(elf.shnum === 0 ? counted : elf.shnum, MAX_SECTIONS)
  const names: Range[] = []
  const read = layout.eachRow(shoff, sectionRowBytes, rows, (row, index) => {
    const type = row.skip(4).u32()
    if (type >= 20 && type < 0x6000_0000) return false
    row.skip(is64 ? 16 : 8) // sh_flags, sh_addr
    const section = { offset: sizeIn(row, is64), length: sizeIn(row, is64) }
    if (index === elf.shstrndx && section.length <= MAX_NAME_TABLE_BYTES) names.push(section)
    return true
  })
  layout.addTable(shoff, read * sectionRowBytes)
  for (const { offset, length } of names) layout.addTable(offset, length)
}
