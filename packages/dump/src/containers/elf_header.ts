/**
 * The ELF header of a core file, 32 and 64 bit, either byte order. Source: System V ABI, chapter
 * "ELF Header" (gabi 4.1); `linux/elf.h` for `PN_XNUM`.
 */
import { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'

/** Bytes of the longer of the two headers. */
export const ELF_HEADER_BYTES = 64

const ET_CORE = 4
/** `dump-guest-memory` of QEMU (10.0.13) writes the size of a pointer as that of the header. */
const QEMU_HEADER_BYTES = 8

/** What the header says, with the sizes of its class. */
export interface ElfHeader {
  readonly is64: boolean
  readonly isLittleEndian: boolean
  readonly type: number
  readonly machine: number
  readonly phoff: number
  readonly phnum: number
  readonly shoff: number
  readonly shnum: number
  readonly shstrndx: number
  readonly headerBytes: number
  readonly programRowBytes: number
  readonly sectionRowBytes: number
  /** The sizes that the header names are those of its class. */
  readonly isSound: boolean
}

/** Whether the file begins as ELF does, core or not. */
export function isElf(head: Uint8Array): boolean {
  return head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46
}

/**
 * The header of a core file, or undefined where it is another kind of ELF file or is cut. The class and byte
 * order that it names are tried first, then the others: with one of these two bytes damaged, the rest of the
 * header still shows what it is.
 */
export function readElfHeader(head: Uint8Array, layout: Layout): ElfHeader | undefined {
  const is64 = head[4] !== 1
  const isLittleEndian = head[5] !== 2
  const readings = [
    headerAs(head, is64, isLittleEndian),
    headerAs(head, !is64, isLittleEndian),
    headerAs(head, is64, !isLittleEndian),
    headerAs(head, !is64, !isLittleEndian),
  ].filter((reading) => reading !== undefined)
  const found =
    readings.find((reading) => reading.isSound && reading.type === ET_CORE) ??
    readings.find((reading) => reading.type === ET_CORE) ??
    readings.find((reading) => reading.isSound && !isOtherElf(reading.type))
  if (found !== undefined) {
    reportDamage(found, head, layout)
    return found
  }
  rejectNoCore(readings[0], layout)
  return undefined
}

/** Relocatable, executable and shared objects: whole files of another kind, nothing damaged about them. */
function isOtherElf(type: number): boolean {
  return type >= 1 && type <= 3
}

function reportDamage(found: ElfHeader, head: Uint8Array, layout: Layout): void {
  const isNamed = head[4] === (found.is64 ? 2 : 1) && head[5] === (found.isLittleEndian ? 1 : 2)
  if (found.isSound && isNamed && found.type === ET_CORE) return
  layout.addFlaw('header-damaged', 'the ELF header contradicts itself; read as what it resembles', {
    class: head[4] ?? 0,
    data: head[5] ?? 0,
    type: found.type,
  })
}

function rejectNoCore(reading: ElfHeader | undefined, layout: Layout): void {
  if (reading === undefined) layout.addFlaw('header-damaged', 'the file ends inside its ELF header')
  else if (isOtherElf(reading.type)) layout.addFact('format', 'ELF, not a core')
  else
    layout.addFlaw('not-understood', `an ELF file of type ${reading.type}, not a core`, {
      type: reading.type,
    })
}

function headerAs(head: Uint8Array, is64: boolean, isLittleEndian: boolean): ElfHeader | undefined {
  const headerBytes = is64 ? 64 : 52
  const programRowBytes = is64 ? 56 : 32
  const sectionRowBytes = is64 ? 64 : 40
  if (head.length < headerBytes) return undefined
  const reader = new Reader(head, isLittleEndian, 16)
  const type = reader.u16()
  const machine = reader.u16()
  reader.skip(is64 ? 12 : 8) // e_version, e_entry
  const phoff = is64 ? reader.size() : reader.u32()
  const shoff = is64 ? reader.size() : reader.u32()
  reader.skip(4) // e_flags
  const ehsize = reader.u16()
  const phentsize = reader.u16()
  const phnum = reader.u16()
  reader.skip(2) // e_shentsize: cores without sections leave it 0
  const shnum = reader.u16()
  const shstrndx = reader.u16()
  return {
    is64,
    isLittleEndian,
    type,
    machine,
    phoff,
    phnum,
    shoff,
    shnum,
    shstrndx,
    headerBytes,
    programRowBytes,
    sectionRowBytes,
    isSound:
      (ehsize === headerBytes || ehsize === QEMU_HEADER_BYTES) && phentsize === programRowBytes,
  }
}
