/**
 * Registers in the notes of an ELF core. Source: Linux's `uapi/linux/elf.h`, `asm/user_64.h`,
 * `asm/user_32.h`, `asm/sigcontext.h`, arm64's `asm/ptrace.h`; Intel SDM volume 1, 10.5.1, 13.4
 * (FXSAVE, XSAVE).
 */
import { endOf } from '../memory/ranges.ts'
import type { Range } from '../memory/segment.ts'
import type { ElfHeader } from './elf_header.ts'
import { machineOf } from './elf_machines.ts'

const NT_PRSTATUS = 1
const NT_FPREGSET = 2
const NT_X86_XSTATE = 0x202
const EM_386 = 3
const EM_X86_64 = 62

/** Parts of a descriptor, from its begin; to its end where none is given. */
type Parts = readonly (readonly [from: number, to?: number])[]

const ALL: Parts = [[0]]
/** FXSAVE: behind it what the kernel says of itself. */
const FXSAVE: Parts = [[32, 416]]
/** Behind the header of XSAVE, which says what follows: halves of registers, masks, tiles. */
const XSAVE: Parts = [...FXSAVE, [576]]
/** Of i387 alone: behind seven words of control. */
const I387: Parts = [[28]]
/** Vector length and flags are before. */
const SVE: Parts = [[16]]

const OF_LINUX: ReadonlyMap<number, Parts> = new Map([
  [0x46e62b7f, FXSAVE],
  [NT_X86_XSTATE, XSAVE],
  // Power: VMX, SPE, VSX; the same of a transaction (FPR, VMX, VSX).
  ...[0x100, 0x101, 0x102, 0x109, 0x10a, 0x10b].map((type) => [type, ALL] as const),
  // s390: VXRS low and high.
  ...[0x309, 0x30a].map((type) => [type, ALL] as const),
  // Arm: VFP, SVE, streaming SVE, ZA, ZT.
  [0x400, ALL],
  ...[0x405, 0x40b, 0x40c].map((type) => [type, SVE] as const),
  [0x40d, ALL],
  // MIPS FP mode is no register; MSA, the vectors of RISC-V, LSX and LASX of LoongArch are.
  ...[0x802, 0x901, 0xa02, 0xa03].map((type) => [type, ALL] as const),
])

interface Named {
  readonly name: string
  readonly type: number
  readonly descriptor: Range
}

export const isXsave = ({ name, type }: Named): boolean =>
  name === 'LINUX' && type === NT_X86_XSTATE

/** Contents alone, without control words and headers: a debugger needs those to read registers. */
export function wideRegistersOf(note: Named, { machine }: ElfHeader): readonly Range[] {
  return partsOf(note, machine).flatMap(([from, to]) =>
    partOf(note.descriptor, from, to ?? note.descriptor.length),
  )
}

function partsOf({ name, type, descriptor }: Named, machine: number): Parts {
  if (name === 'LINUX') return OF_LINUX.get(type) ?? []
  if (name !== 'CORE' || type !== NT_FPREGSET) return []
  if (machine === EM_X86_64) return FXSAVE
  return machine === EM_386 && descriptor.length >= 28 ? I387 : ALL
}

export function generalRegistersOf(note: Named, elf: ElfHeader): readonly Range[] {
  if (note.name !== 'CORE' || note.type !== NT_PRSTATUS) return []
  const machine = machineOf(elf.machine)
  const fields = elf.is64 ? machine.bits64 : machine.bits32
  return fields === undefined
    ? []
    : partOf(note.descriptor, fields.registers, note.descriptor.length)
}

function partOf(descriptor: Range, from: number, to: number): readonly Range[] {
  const offset = descriptor.offset + from
  const end = Math.min(endOf(descriptor), descriptor.offset + to)
  return offset < end ? [{ offset, length: end - offset }] : []
}
