/** ELF headers of cores, 32 and 64 bit, either byte order. Source: System V ABI (gabi 4.1). */
import type { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'

const ET_CORE = 4
/** `dump-guest-memory` of QEMU (10.0.13) writes the size of a pointer as that of the header. */
const QEMU_HEADER_BYTES = 8

export interface ElfHeader {
  readonly is64: boolean
  readonly machine: number
  readonly phoff: number
  readonly phnum: number
  readonly shoff: number
  readonly shnum: number
  readonly shstrndx: number
  readonly headerBytes: number
  readonly programRowBytes: number
  readonly sectionRowBytes: number
}

export const sizeIn = (reader: Reader, is64: boolean): number =>
  is64 ? reader.size() : reader.u32()

export const wordIn = (reader: Reader, is64: boolean): bigint =>
  is64 ? reader.u64() : BigInt(reader.u32())

export function isElf(head: Uint8Array): boolean {
  return head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46
}

const isOneOrTwo = (byte: number | undefined): boolean => byte === 1 || byte === 2

/** Undefined for other ELF files, and if cut. */
export function readElfHeader(layout: Layout): ElfHeader | undefined {
  const [, , , , elfClass, order] = layout.file.bytes(0, 16)
  const is64 = elfClass !== 1
  layout.isLittleEndian = order !== 2
  const headerBytes = is64 ? 64 : 52
  const programRowBytes = is64 ? 56 : 32
  const sectionRowBytes = is64 ? 64 : 40
  const reader = layout.reader(0, headerBytes)
  if (reader.left < headerBytes) {
    layout.addFlaw('header-damaged', 'the file ends inside its ELF header')
    return undefined
  }
  const type = reader.seek(16).u16()
  const machine = reader.u16()
  if (type !== ET_CORE) {
    layout.isLittleEndian = true
    // Relocatable, executable, shared objects: whole files of another kind, not damaged.
    if (type >= 1 && type <= 3) layout.addFact('format', 'ELF, not a core')
    else layout.addFlaw('not-understood', `an ELF file of type ${type}, not a core`, { type })
    return undefined
  }
  reader.skip(is64 ? 12 : 8) // e_version, e_entry
  const phoff = sizeIn(reader, is64)
  const shoff = sizeIn(reader, is64)
  const ehsize = reader.skip(4).u16()
  const phentsize = reader.u16()
  const phnum = reader.u16()
  const shnum = reader.skip(2).u16() // e_shentsize: cores without sections leave it 0
  const shstrndx = reader.u16()
  const isSized = ehsize === headerBytes || ehsize === QEMU_HEADER_BYTES
  const isNamed = isOneOrTwo(elfClass) && isOneOrTwo(order)
  if (!isNamed || !isSized || phentsize !== programRowBytes)
    layout.addFlaw('header-damaged', 'the ELF header contradicts itself; read as what it resembles')
  const sizes = { headerBytes, programRowBytes, sectionRowBytes }
  return { is64, machine, phoff, phnum, shoff, shnum, shstrndx, ...sizes }
}
