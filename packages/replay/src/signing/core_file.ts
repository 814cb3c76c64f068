/**
 * Writes the memory of a stopped process as an ELF core, with the choice of pages that the kernel
 * makes by default. Pages of zeros are holes of the file. Memory does not grow with the process.
 * Source: core(5); System V ABI, "ELF Header" and "Program Header".
 */
import {
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'

export interface Mapping {
  readonly from: bigint
  readonly to: bigint
  readonly permissions: string
  readonly fileOffset: bigint
  readonly path: string
  /** Whether it holds pages that are in no file: written ones. */
  readonly isOwn: boolean
}

export interface Thread {
  readonly id: number
  readonly call: bigint
  readonly args: readonly bigint[]
  readonly stackPointer: bigint
  readonly programCounter: bigint
}

export interface Identity {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
}

/** Whether every thread of the process is stopped. Throws where there is no such process any more. */
export function isStopped(pid: number): boolean {
  return threadIds(pid).every((id) => statOf(id)[0] === 'T' && callOf(id) !== RUNNING)
}

export function identityOf(pid: number): Identity {
  const [, parent, group, session] = statOf(pid).map(Number)
  return { pid, parent: parent ?? 0, group: group ?? 0, session: session ?? 0 }
}

/** Fields behind the name, which may hold anything. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

export function mappingsOf(pid: number): Mapping[] {
  const mappings: Mapping[] = []
  let head: RegExpExecArray | undefined
  let ownKb = 0
  const end = () => {
    if (head !== undefined) mappings.push(mappingOf(head, ownKb > 0))
    ownKb = 0
  }
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const next = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ \d+ *(.*)$/.exec(line)
    if (next !== null) {
      end()
      head = next
    } else if (/^(Anonymous|Swap):/.test(line)) ownKb += Number(/\d+/.exec(line)?.[0] ?? 0)
  }
  end()
  return mappings
}

function mappingOf(head: RegExpExecArray, isOwn: boolean): Mapping {
  const [, from = '', to = '', permissions = '', fileOffset = '', path = ''] = head
  return {
    from: BigInt(`0x${from}`),
    to: BigInt(`0x${to}`),
    permissions,
    fileOffset: BigInt(`0x${fileOffset}`),
    path,
    isOwn,
  }
}

/** All threads of a process that {@link isStopped}, the first one first. */
export function threadsOf(pid: number): Thread[] {
  return threadIds(pid)
    .toSorted((a, b) => Number(b === pid) - Number(a === pid) || a - b)
    .map(threadOf)
}

/** In place of a call, of a thread that is on its way to a stop. */
const RUNNING = 'running'

function threadOf(id: number): Thread {
  const numbers = callOf(id).split(' ').map(BigInt)
  const [stackPointer = 0n, programCounter = 0n] = numbers.splice(-2)
  const [call = -1n, ...args] = numbers
  return { id, call, args, stackPointer, programCounter }
}

function threadIds(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number)
}

/** The call that a thread is in, with its arguments, or -1; then the stack pointer and the program counter. */
function callOf(id: number): string {
  return readFileSync(`/proc/${id}/syscall`, 'latin1').trim()
}

const ELF_HEADER = 64
const PROGRAM_HEADER = 56
const PAGE = 4096
const CHUNK = 1 << 20
const ET_CORE = 4
const PT_LOAD = 1
const PT_NOTE = 4
const ZEROS: Buffer = Buffer.alloc(PAGE)

interface Segment {
  readonly mapping: Mapping
  readonly bytes: number
  readonly offset: number
}

/** Writes the core of a process that is stopped, as if `signal` had ended it there. */
export function writeCore(
  pid: number,
  path: string,
  signal: number,
  architecture: NodeJS.Architecture,
): void {
  const machine = MACHINES[architecture]
  if (machine === undefined) throw new RangeError(`no core is written on ${architecture}`)
  const mappings = mappingsOf(pid).filter((each) => each.path !== '[vsyscall]')
  const facts = { identity: identityOf(pid), threads: threadsOf(pid), mappings, signal }
  const notes = coreNotes({ ...facts, machine })
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      const tableEnd = ELF_HEADER + (mappings.length + 1) * PROGRAM_HEADER
      const segments = placed(mappings, memory, paged(tableEnd + notes.length))
      writeAll(file, elfHeader(machine.id, mappings.length + 1), 0)
      writeAll(file, programHeaders(segments, tableEnd, notes.length), ELF_HEADER)
      writeAll(file, notes, tableEnd)
      for (const segment of segments) copy(memory, file, segment)
      const last = segments.at(-1)
      ftruncateSync(file, last === undefined ? tableEnd : last.offset + last.bytes)
    } catch (cause) {
      rmSync(path, { force: true })
      throw cause
    } finally {
      closeSync(file)
    }
  } finally {
    closeSync(memory)
  }
}

const paged = (length: number): number => Math.ceil(length / PAGE) * PAGE

function placed(mappings: readonly Mapping[], memory: number, from: number): Segment[] {
  let offset = from
  return mappings.map((mapping) => {
    const bytes = keptBytes(mapping, memory)
    const segment = { mapping, bytes, offset }
    offset += bytes
    return segment
  })
}

/** What was written is complete; of a program only the page that says which it is; what is in files is not. */
function keptBytes(mapping: Mapping, memory: number): number {
  const { from, to, permissions, fileOffset, path, isOwn } = mapping
  if (!permissions.startsWith('r') || path === '[vvar]') return 0
  if (isOwn || path === '[vdso]') return Number(to - from)
  if (!path.startsWith('/') || fileOffset !== 0n) return 0
  const magic = Buffer.alloc(4)
  readSync(memory, magic, 0, magic.length, from)
  return magic.toString('latin1') === '\x7fELF' ? PAGE : 0
}

function copy(memory: number, file: number, { mapping, bytes, offset }: Segment): void {
  const chunk = Buffer.alloc(Math.min(CHUNK, bytes))
  for (let at = 0; at < bytes; ) {
    const wanted = Math.min(CHUNK, bytes - at)
    const bytesRead = readSync(memory, chunk, 0, wanted, mapping.from + BigInt(at))
    if (bytesRead === 0) throw new RangeError('memory of the process ends before its mapping')
    copyPages(chunk.subarray(0, bytesRead), file, offset + at)
    at += bytesRead
  }
  // The chunk has had a private key in it.
  chunk.fill(0)
}

function copyPages(bytes: Buffer, file: number, offset: number): void {
  for (let at = 0; at < bytes.length; at += PAGE) {
    const page = bytes.subarray(at, at + PAGE)
    if (!page.equals(ZEROS.subarray(0, page.length))) writeAll(file, page, offset + at)
  }
}

function writeAll(file: number, bytes: Buffer, offset: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, offset + done)
}

function elfHeader(machine: number, headers: number): Buffer {
  const header = Buffer.alloc(ELF_HEADER)
  // 64 bits, little-endian, version 1.
  header.write('\x7fELF\x02\x01\x01', 0, 'latin1')
  header.writeUInt16LE(ET_CORE, 16)
  header.writeUInt16LE(machine, 18)
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BigInt(ELF_HEADER), 32)
  header.writeUInt16LE(ELF_HEADER, 52)
  header.writeUInt16LE(PROGRAM_HEADER, 54)
  header.writeUInt16LE(headers, 56)
  return header
}

function programHeaders(segments: readonly Segment[], notesAt: number, notes: number): Buffer {
  const first = programHeader({ type: PT_NOTE, flags: 0, offset: notesAt, bytes: notes })
  return Buffer.concat([
    first,
    ...segments.map(({ mapping: { from, to, permissions }, bytes, offset }) => {
      const bit = (letter: string, value: number) => (permissions.includes(letter) ? value : 0)
      const flags = bit('x', 1) | bit('w', 2) | bit('r', 4)
      return programHeader({ type: PT_LOAD, flags, offset, bytes, address: from, size: to - from })
    }),
  ])
}

interface ProgramHeader {
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly bytes: number
  readonly address?: bigint
  readonly size?: bigint
}

function programHeader(head: ProgramHeader): Buffer {
  const { type, flags, offset, bytes, address = 0n, size = 0n } = head
  const header = Buffer.alloc(PROGRAM_HEADER)
  header.writeUInt32LE(type, 0)
  header.writeUInt32LE(flags, 4)
  const words = [
    BigInt(offset),
    address,
    0n,
    BigInt(bytes),
    size,
    type === PT_LOAD ? BigInt(PAGE) : 1n,
  ]
  for (const [at, word] of words.entries()) header.writeBigUInt64LE(word, 8 + at * 8)
  return header
}

/*
 * The notes of an ELF core: what the process was, its threads with their registers, its files. The
 * kernel shows of a stopped thread where its stack and its code are, and the call that it is in.
 * Source: Linux, `fs/binfmt_elf.c` and `uapi/linux/elfcore.h`; register orders from `asm/user_64.h`
 * (x86-64) and `asm/ptrace.h` (arm64).
 */

const NT_PRSTATUS = 1
const NT_PRPSINFO = 3
const NT_AUXV = 6
const NT_FILE = 0x46494c45

/** In front of the registers: signal, ids, times. */
const REGISTERS_AT = 112
const PID_AT = 32

interface Machine {
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
  const words = mapped.flatMap(({ from, to, fileOffset }) => [from, to, fileOffset / BigInt(PAGE)])
  const table = [BigInt(mapped.length), BigInt(PAGE), ...words]
  const numbers = Buffer.alloc(table.length * 8)
  for (const [at, word] of table.entries()) numbers.writeBigUInt64LE(word, at * 8)
  return Buffer.concat([numbers, ...mapped.map(({ path }) => Buffer.from(`${path}\0`, 'utf8'))])
}
