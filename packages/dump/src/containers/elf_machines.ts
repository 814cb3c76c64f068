/**
 * Where each architecture's kernel puts process id, stack pointer and registers in a core's notes.
 * Source: `elf_prstatus` of `linux/elfcore.h`, with each architecture's `user_regs_struct`.
 */

/** `NT_PRSTATUS`, offsets in bytes from the begin of the descriptor. */
interface StatusLayout {
  readonly pid: number
  readonly stackPointer: number
  readonly registers: number
}

interface Machine {
  readonly name: string
  readonly bits32?: StatusLayout
  readonly bits64?: StatusLayout
}

// elf_prstatus: siginfo, signals and eight words (112 bytes, or 72 with 32-bit words), then
// registers.
const PID_64 = 32
const PID_32 = 24
const at64 = (register: number): StatusLayout => ({
  pid: PID_64,
  stackPointer: 112 + 8 * register,
  registers: 112,
})
const at32 = (register: number): StatusLayout => ({
  pid: PID_32,
  stackPointer: 72 + 4 * register,
  registers: 72,
})

const MACHINES: ReadonlyMap<number, Machine> = new Map<number, Machine>([
  [3, { name: 'i386', bits32: at32(15) }],
  [8, { name: 'mips' }],
  [20, { name: 'ppc', bits32: at32(1) }],
  [21, { name: 'ppc64', bits64: at64(1) }],
  [22, { name: 's390x', bits64: at64(17) }],
  [40, { name: 'arm', bits32: at32(13) }],
  [43, { name: 'sparc64' }],
  // 32-bit words and 64-bit registers is x32: eight bytes each from 72 on.
  [
    62,
    {
      name: 'x86-64',
      bits64: at64(19),
      bits32: { pid: PID_32, stackPointer: 72 + 8 * 19, registers: 72 },
    },
  ],
  [183, { name: 'arm64', bits64: at64(31) }],
  [243, { name: 'riscv', bits64: at64(2), bits32: at32(2) }],
  [258, { name: 'loongarch', bits64: at64(3) }],
])

export function machineOf(machine: number): Machine {
  return MACHINES.get(machine) ?? { name: `machine ${machine}` }
}
