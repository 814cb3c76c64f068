/** Writes a stopped process's memory as an ELF core. Source: core(5), System V ABI, Linux `fs/binfmt_elf.c`. */
import fs from 'node:fs'
import {
  type Mapping,
  mappingsOf,
  statOf,
  type Thread,
  threadIds,
  threadOf,
} from './process_memory.ts'

const ELF_HEADER = 64
const PROGRAM_HEADER = 56
const PAGE = 4096
const CHUNK = 1 << 20
const ZEROS: Buffer = Buffer.alloc(PAGE)

interface Segment {
  readonly mapping: Mapping
  readonly bytes: number
  readonly offset: number
}

/** As if `signal` had ended it. An error leaves no file; `RangeError`: unknown processor. */
export function writeCore(
  pid: number,
  path: string,
  signal: number,
  architecture: NodeJS.Architecture,
): void {
  const machine = MACHINES[architecture]
  if (machine === undefined) throw new RangeError(`no core is written on ${architecture}`)
  const mappings = mappingsOf(pid).filter((each) => each.path !== '[vsyscall]')
  const notes = coreNotes(pid, machine, mappings, signal)
  const memory = fs.openSync(`/proc/${pid}/mem`, 'r')
  try {
    const file = fs.openSync(path, 'wx', 0o600)
    try {
      const tableEnd = ELF_HEADER + (mappings.length + 1) * PROGRAM_HEADER
      const segments = placed(mappings, memory, Math.ceil((tableEnd + notes.length) / PAGE) * PAGE)
      writeAll(file, elfHeader(machine.id, mappings.length + 1), 0)
      writeAll(file, programHeaders(segments, tableEnd, notes.length), ELF_HEADER)
      writeAll(file, notes, tableEnd)
      for (const segment of segments) copy(memory, file, segment)
      const last = segments.at(-1)
      fs.ftruncateSync(file, last === undefined ? tableEnd : last.offset + last.bytes)
    } catch (cause) {
      fs.rmSync(path, { force: true })
      throw cause
    } finally {
      fs.closeSync(file)
    }
  } finally {
    fs.closeSync(memory)
  }
}

function placed(mappings: readonly Mapping[], memory: number, from: number): Segment[] {
  let offset = from
  return mappings.map((mapping) => {
    const bytes = keptBytes(mapping, memory)
    offset += bytes
    return { mapping, bytes, offset: offset - bytes }
  })
}

/** What was written is complete; of a program only the page that says which it is; what is in files is not. */
function keptBytes(mapping: Mapping, memory: number): number {
  const { from, to, permissions, fileOffset, path, isOwn } = mapping
  if (!permissions.startsWith('r') || path === '[vvar]') return 0
  if (isOwn || path === '[vdso]') return Number(to - from)
  if (!path.startsWith('/') || fileOffset !== 0n) return 0
  const magic = Buffer.alloc(4)
  fs.readSync(memory, magic, 0, magic.length, from)
  return magic.toString('latin1') === '\x7fELF' ? PAGE : 0
}

function copy(memory: number, file: number, { mapping, bytes, offset }: Segment): void {
  const chunk = Buffer.alloc(Math.min(CHUNK, bytes))
  for (let at = 0; at < bytes; ) {
    const wanted = Math.min(CHUNK, bytes - at)
    const bytesRead = fs.readSync(memory, chunk, 0, wanted, mapping.from + BigInt(at))
    if (bytesRead === 0) throw new RangeError('memory of the process ends before its mapping')
    for (let from = 0; from < bytesRead; from += PAGE) {
      const page = chunk.subarray(from, Math.min(from + PAGE, bytesRead))
      if (!page.equals(ZEROS.subarray(0, page.length))) writeAll(file, page, offset + at + from)
    }
    at += bytesRead
  }
  // The chunk has had a private key in it.
  chunk.fill(0)
}

function writeAll(file: number, bytes: Buffer, offset: number): void {
  for (let done = 0; done < bytes.length; )
    done += fs.writeSync(file, bytes, done, bytes.length - done, offset + done)
}

const numbers = (bits: 16 | 32 | 64, ...values: readonly (number | bigint)[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)))
      return bytes.subarray(0, bits / 8)
    }),
  )

const elfHeader = (machine: number, headers: number): Buffer =>
  Buffer.concat([
    Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0', 'latin1'),
    numbers(16, 4, machine),
    numbers(32, 1),
    numbers(64, 0, ELF_HEADER, 0),
    numbers(32, 0),
    numbers(16, ELF_HEADER, PROGRAM_HEADER, headers, 0, 0, 0),
  ])

function programHeaders(segments: readonly Segment[], notesAt: number, notes: number): Buffer {
  const heads = segments.map(({ mapping: { from, to, permissions }, bytes, offset }) => {
    const bit = (letter: string, value: number) => (permissions.includes(letter) ? value : 0)
    const flags = bit('x', 1) | bit('w', 2) | bit('r', 4)
    return [numbers(32, 1, flags), numbers(64, offset, from, 0, bytes, to - from, PAGE)]
  })
  return Buffer.concat([
    numbers(32, 4, 0),
    numbers(64, notesAt, 0, 0, notes, 0, 1),
    ...heads.flat(),
  ])
}

interface Machine {
  readonly id: number
  readonly registers: (thread: Thread) => readonly bigint[]
}

/** Registers not shown are 0. Source for their order: `asm/user_64.h`, `asm/ptrace.h`. */
const MACHINES: Readonly<Partial<Record<NodeJS.Architecture, Machine>>> = {
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

const NT = { prStatus: 1, prPsInfo: 3, auxv: 6, file: 0x46494c45 }

function coreNotes(
  pid: number,
  machine: Machine,
  mappings: readonly Mapping[],
  signal: number,
): Buffer {
  const [parent = 0, group = 0, session = 0] = statOf(pid).slice(1, 4).map(Number)
  const statusOf = (id: number) =>
    note(
      NT.prStatus,
      numbers(32, signal, 0, 0),
      numbers(16, signal, 0),
      Buffer.alloc(16),
      numbers(32, id, parent, group, session),
      Buffer.alloc(64),
      numbers(64, ...machine.registers(threadOf(id)), 0),
    )
  const others = threadIds(pid).filter((id) => id !== pid)
  return Buffer.concat([
    statusOf(pid),
    note(
      NT.prPsInfo,
      Buffer.from('\0R'.padEnd(24, '\0'), 'latin1'),
      numbers(32, pid, parent, group, session),
      Buffer.from('node'.padEnd(96, '\0'), 'latin1'),
    ),
    note(NT.auxv, fs.readFileSync(`/proc/${pid}/auxv`)),
    note(NT.file, files(mappings)),
    ...others.toSorted((a, b) => a - b).map(statusOf),
  ])
}

function note(type: number, ...parts: readonly Buffer[]): Buffer {
  const descriptor = Buffer.concat(parts)
  const padding = Buffer.alloc((4 - (descriptor.length % 4)) % 4)
  const head = numbers(32, 'CORE\0'.length, descriptor.length, type)
  return Buffer.concat([head, Buffer.from('CORE\0\0\0\0', 'latin1'), descriptor, padding])
}

function files(mappings: readonly Mapping[]): Buffer {
  const mapped = mappings.filter(({ path }) => path.startsWith('/'))
  const words = mapped.flatMap(({ from, to, fileOffset }) => [from, to, fileOffset / BigInt(PAGE)])
  const paths = mapped.map(({ path }) => Buffer.from(`${path}\0`, 'utf8'))
  return Buffer.concat([numbers(64, mapped.length, PAGE, ...words), ...paths])
}
