/**
 * The notes of an ELF core: what the process was, its threads with their registers, its files.
 *
 * The kernel shows of a stopped thread where its stack and its code are, and the call that it is in. Registers that it
 * does not show are 0: a debugger finds them again from the first frame on which they were saved.
 *
 * Source: Linux, `fs/binfmt_elf.c` and `uapi/linux/elfcore.h`; register orders from `asm/user_64.h` (x86-64) and
 * `asm/ptrace.h` (arm64).
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { Identity, Mapping, Thread } from './process_memory.ts'

const NT_PRSTATUS = 1
const NT_PRPSINFO = 3
const NT_AUXV = 6
const NT_FILE = 0x46494c45
const PAGE = 4096n
/** In front of the registers: signal, ids, times. */
const REGISTERS_AT = 112
const PID_AT = 32

/** What differs between processors. */
interface Machine {
  /** `e_machine`. */
  readonly id: number
  readonly registers: (thread: Thread) => readonly bigint[]
}

export const MACHINES: Readonly<Partial<Record<NodeJS.Architecture, Machine>>> = {
  x64: { id: 62, registers: x64Registers },
  arm64: { id: 183, registers: arm64Registers },
}

const USER_CODE = 0x33n
const USER_STACK = 0x2bn
const INTERRUPTS_ON = 0x202n

/** r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss, and six bases. */
function x64Registers({ call, args, stackPointer, programCounter }: Thread): bigint[] {
  const [rdi = 0n, rsi = 0n, rdx = 0n, r10 = 0n, r8 = 0n, r9 = 0n] = args
  const saved = [0n, 0n, 0n, 0n, 0n, 0n, 0n]
  const state = [programCounter, USER_CODE, INTERRUPTS_ON, stackPointer, USER_STACK]
  return [...saved, r10, r9, r8, 0n, 0n, rdx, rsi, rdi, call, ...state, 0n, 0n, 0n, 0n, 0n, 0n]
}

/** x0 to x30, sp, pc, pstate. */
function arm64Registers({ call, args, stackPointer, programCounter }: Thread): bigint[] {
  const general = Array.from({ length: 31 }, (_, at) => (at === 8 ? call : (args[at] ?? 0n)))
  return [...general, stackPointer, programCounter, 0n]
}

interface NoteFacts {
  readonly machine: Machine
  readonly identity: Identity
  readonly threads: readonly Thread[]
  readonly mappings: readonly Mapping[]
  /** Number of the signal that ended the process. */
  readonly signal: number
}

/** All notes, one behind the other, the first thread first as the kernel has it. */
export function coreNotes(facts: NoteFacts): Buffer {
  const { identity, threads, mappings } = facts
  const [first, ...others] = threads.map((thread) => note(NT_PRSTATUS, status(thread, facts)))
  return Buffer.concat([
    first ?? Buffer.alloc(0),
    note(NT_PRPSINFO, processInfo(identity)),
    note(NT_AUXV, readFileSync(`/proc/${identity.pid}/auxv`)),
    note(NT_FILE, files(mappings)),
    ...others,
  ])
}

function note(type: number, descriptor: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt32LE('CORE\0'.length, 0)
  head.writeUInt32LE(descriptor.length, 4)
  head.writeUInt32LE(type, 8)
  const padding = Buffer.alloc((4 - (descriptor.length % 4)) % 4)
  return Buffer.concat([head, Buffer.from('CORE\0\0\0\0', 'latin1'), descriptor, padding])
}

function status(thread: Thread, { machine, identity, signal }: NoteFacts): Buffer {
  const registers = machine.registers(thread)
  const descriptor = Buffer.alloc(REGISTERS_AT + registers.length * 8 + 8)
  descriptor.writeInt32LE(signal, 0)
  descriptor.writeInt16LE(signal, 12)
  const ids = [thread.id, identity.parent, identity.group, identity.session]
  for (const [at, id] of ids.entries()) descriptor.writeInt32LE(id, PID_AT + at * 4)
  for (const [at, value] of registers.entries())
    descriptor.writeBigUInt64LE(BigInt.asUintN(64, value), REGISTERS_AT + at * 8)
  return descriptor
}

/** Its name and ids; what it was started with is left empty. */
function processInfo({ pid, parent, group, session }: Identity): Buffer {
  const descriptor = Buffer.alloc(136)
  descriptor.write('R', 1, 'latin1')
  for (const [at, id] of [pid, parent, group, session].entries())
    descriptor.writeInt32LE(id, 24 + at * 4)
  descriptor.write('node', 40, 'latin1')
  return descriptor
}

function files(mappings: readonly Mapping[]): Buffer {
  const mapped = mappings.filter(({ path }) => path.startsWith('/'))
  const words = mapped.flatMap(({ from, to, fileOffset }) => [from, to, fileOffset / PAGE])
  const table = [BigInt(mapped.length), PAGE, ...words]
  const numbers = Buffer.alloc(table.length * 8)
  for (const [at, word] of table.entries()) numbers.writeBigUInt64LE(word, at * 8)
  return Buffer.concat([numbers, ...mapped.map(({ path }) => Buffer.from(`${path}\0`, 'utf8'))])
}
