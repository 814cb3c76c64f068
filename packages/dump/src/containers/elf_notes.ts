/** Notes of ELF cores. Source: core(5); Linux's `fs/binfmt_elf.c` and `uapi/linux/elf.h`. */
import { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'
import { endOf } from '../memory/ranges.ts'
import type { Owner, Range } from '../memory/segment.ts'
import { type ElfHeader, wordIn } from './elf_header.ts'
import { machineOf } from './elf_machines.ts'
import { generalRegistersOf, isXsave, wideRegistersOf } from './elf_registers.ts'

const NT_PRSTATUS = 1
const NT_PRPSINFO = 3
const NT_AUXV = 6
const NT_FILE = 0x46494c45
const AT_SYSINFO_EHDR = 33

const HEAD_BYTES = 12
const MAX_NAME_BYTES = 64
/** Widest vector registers take 128 KiB; what is longer and unknown may hold anything. */
const MAX_UNKNOWN_BYTES = 1 << 20
/** The kernel writes at most 4 MiB (`core_file_note_size_limit`), 16 MiB if configured to. */
const MAX_FILE_NOTE_BYTES = 1 << 24
/** Of one dump: 32,768 threads, which is the most that Linux allows by default, with 16 each. */
const MAX_NOTES = 1 << 19
/** Behind a damaged note the next is looked for, so far and so often. */
const RESYNC_BYTES = 1 << 20
const MAX_RESYNCS = 16
const NAMES = ['CORE\0', 'LINUX\0']
const VDSO_BYTES = 0x2000n

interface Note extends Range {
  readonly name: string
  readonly type: number
  readonly descriptor: Range
}

type DescriptorReader = (descriptor: Range, elf: ElfHeader, layout: Layout) => void

const DESCRIPTORS: ReadonlyMap<number, DescriptorReader> = new Map<number, DescriptorReader>([
  [NT_PRSTATUS, readStatus],
  [NT_PRPSINFO, readProcess],
  [NT_AUXV, readAuxiliary],
])

export class NoteReader {
  readonly #elf: ElfHeader
  readonly #layout: Layout
  #notesLeft = MAX_NOTES
  #resyncsLeft = MAX_RESYNCS
  #fileNotes = 0

  constructor(elf: ElfHeader, layout: Layout) {
    this.#elf = elf
    this.#layout = layout
  }

  read(range: Range): void {
    let at = range.offset
    while (at + HEAD_BYTES <= endOf(range)) {
      if (this.#notesLeft-- <= 0) {
        this.#layout.addFlaw('table-cut', 'more notes than are read', { read: MAX_NOTES })
        return
      }
      const note = readNote(at, this.#layout)
      if (note === 'cut') {
        this.#layout.addFlaw('table-cut', 'the file ends inside its notes')
        return
      }
      if (note === undefined || endOf(note.descriptor) > endOf(range)) {
        this.#layout.addFlaw('stream-damaged', 'a note is damaged', { offset: at })
        const next = this.#resyncsLeft-- > 0 ? this.#nextNote(at + 4, endOf(range)) : -1
        if (next < 0) return
        at = next
        continue
      }
      this.#readDescriptor(note)
      at = endOf(note)
    }
  }

  /** Registers are behind it: those that nobody knows of would keep pieces of keys. */
  #nextNote(from: number, end: number): number {
    const bytes = Buffer.from(this.#layout.file.bytes(from, Math.min(RESYNC_BYTES, end - from)))
    const found = NAMES.map((name) => bytes.indexOf(name, HEAD_BYTES)).filter((at) => at >= 0)
    return found.length === 0 ? -1 : from + Math.min(...found) - HEAD_BYTES
  }

  #readDescriptor(note: Note): void {
    const isFiles = note.name === 'CORE' && note.type === NT_FILE
    const limit = isFiles ? MAX_FILE_NOTE_BYTES : MAX_UNKNOWN_BYTES
    if (note.length <= limit) this.#layout.addTable(note.offset, note.length)
    else this.#layout.addTable(note.offset, note.descriptor.offset - note.offset)
    if (isXsave(note)) this.#layout.addRegisters('vector', [note.descriptor])
    this.#layout.addRegisters('wide', wideRegistersOf(note, this.#elf))
    this.#layout.addRegisters('general', generalRegistersOf(note, this.#elf))
    if (note.name !== 'CORE') return
    if (isFiles) {
      // There is one; more would only cost time.
      if (this.#fileNotes++ === 0) readFiles(note.descriptor, this.#elf, this.#layout)
      return
    }
    DESCRIPTORS.get(note.type)?.(note.descriptor, this.#elf, this.#layout)
  }
}

const padded = (length: number): number => Math.ceil(length / 4) * 4

function readNote(at: number, layout: Layout): Note | 'cut' | undefined {
  const head = layout.reader(at, HEAD_BYTES + MAX_NAME_BYTES)
  if (head.left < HEAD_BYTES) return 'cut'
  const nameBytes = head.u32()
  const length = head.u32()
  const type = head.u32()
  if (nameBytes === 0 || nameBytes > MAX_NAME_BYTES) return undefined
  if (head.left < nameBytes) return 'cut'
  const name = printable(head.bytes(nameBytes))
  if (name === undefined) return undefined
  const descriptor = { offset: at + HEAD_BYTES + padded(nameBytes), length }
  return {
    offset: at,
    length: endOf(descriptor) - at + padded(length) - length,
    name,
    type,
    descriptor,
  }
}

function printable(bytes: Uint8Array): string | undefined {
  let name = ''
  let isOver = false
  for (const byte of bytes) {
    if (byte === 0) isOver = true
    else if (isOver || byte < 0x20 || byte > 0x7e) return undefined
    else name += String.fromCodePoint(byte)
  }
  return name === '' ? undefined : name
}

function readStatus(descriptor: Range, elf: ElfHeader, layout: Layout): void {
  const machine = machineOf(elf.machine)
  const fields = elf.is64 ? machine.bits64 : machine.bits32
  if (fields === undefined) return
  const status = layout.reader(descriptor.offset, Math.min(descriptor.length, 512))
  const isWide = elf.is64 || elf.machine === 62
  if (status.left < fields.stackPointer + (isWide ? 8 : 4)) return
  const thread = status.seek(fields.pid).u32()
  status.seek(fields.stackPointer)
  layout.addStack(wordIn(status, isWide), String(thread))
  // The kernel writes the thread that crashed first.
  layout.addFact('thread', thread)
}

/** Its id and program's name. Its arguments may hold secrets and are not examined. */
function readProcess(descriptor: Range, elf: ElfHeader, layout: Layout): void {
  // Where user ids are 16 bits wide, on i386 and arm, the descriptor is 4 bytes shorter.
  const isShort = descriptor.length < 128
  const at = elf.is64
    ? { pid: 24, name: 40 }
    : isShort
      ? { pid: 12, name: 28 }
      : { pid: 16, name: 32 }
  const bytes = layout.file.bytes(descriptor.offset, Math.min(descriptor.length, 136))
  if (bytes.length < at.name + 16) return
  const end = bytes.subarray(at.name, at.name + 16).indexOf(0)
  layout.addFact('process', new Reader(bytes, layout.isLittleEndian, at.pid).u32())
  layout.addFact('program', text(bytes.subarray(at.name, at.name + (end < 0 ? 16 : end))))
}

/** The kernel's own page of code in each process, which has no file. */
function readAuxiliary(descriptor: Range, elf: ElfHeader, layout: Layout): void {
  const wordBytes = elf.is64 ? 8 : 4
  const reader = layout.reader(descriptor.offset, Math.min(descriptor.length, 4096))
  while (reader.left >= 2 * wordBytes) {
    const type = wordIn(reader, elf.is64)
    const value = wordIn(reader, elf.is64)
    if (type === BigInt(AT_SYSINFO_EHDR))
      layout.addMapping(value, value + VDSO_BYTES, { kind: 'other', name: '[vdso]' })
  }
}

/** A count, the unit of file offsets, (begin, end, offset) triples, names. No anonymous maps. */
function readFiles(descriptor: Range, elf: ElfHeader, layout: Layout): void {
  const wordBytes = elf.is64 ? 8 : 4
  const wanted = Math.min(descriptor.length, MAX_FILE_NOTE_BYTES)
  const bytes = layout.file.bytes(descriptor.offset, wanted)
  if (bytes.length < 2 * wordBytes) return
  const reader = new Reader(bytes, layout.isLittleEndian)
  const word = (): bigint => wordIn(reader, elf.is64)
  const count = word()
  const present = Math.floor((bytes.length - 2 * wordBytes) / (3 * wordBytes))
  const rows = count > BigInt(present) ? present : Number(count)
  let nameAt = (2 + 3 * rows) * wordBytes
  const owners = new Map<string, Owner>()
  let named = 0
  for (; named < rows; named++) {
    reader.seek((2 + 3 * named) * wordBytes)
    const from = word()
    const to = word()
    const nameEnd = bytes.indexOf(0, nameAt)
    if (nameEnd < 0) break
    const name = text(bytes.subarray(nameAt, Math.min(nameEnd, nameAt + 4096)))
    const owner: Owner = owners.get(name) ?? { kind: 'file', name }
    owners.set(name, owner)
    layout.addMapping(from, to, owner)
    nameAt = nameEnd + 1
  }
  if (BigInt(named) < count)
    layout.addFlaw('names-damaged', `${named} of the mapped files have a name`, { named })
}

const decoder = new TextDecoder('utf-8')

function text(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
