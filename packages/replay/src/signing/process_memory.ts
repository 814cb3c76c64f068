/**
 * A stopped process of one's own as Linux shows it: mappings, threads, memory.
 * Source: proc(5), `smaps`, `task/TID/syscall`, `auxv`, `mem`; readable by the parent of a process
 * without any privilege, unless the system forbids it (`kernel.yama.ptrace_scope` 2 and 3).
 */
import { readdirSync, readFileSync } from 'node:fs'

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
