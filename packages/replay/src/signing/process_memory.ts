/** A stopped process of one's own as Linux shows it: mappings, threads, ids. Source: proc(5). */
import { readdirSync, readFileSync } from 'node:fs'

export interface Mapping {
  readonly from: bigint
  readonly to: bigint
  readonly permissions: string
  readonly fileOffset: bigint
  readonly path: string
  readonly isOwn: boolean
}

/** Whether every thread of the process is stopped. Throws where there is no such process any more. */
export const isStopped = (pid: number): boolean =>
  threadIds(pid).every((id) => statOf(id)[0] === 'T' && callOf(id) !== 'running')

export function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

export const threadIds = (pid: number): number[] => readdirSync(`/proc/${pid}/task`).map(Number)

const callOf = (id: number) => readFileSync(`/proc/${id}/syscall`, 'latin1').trim()

export function mappingsOf(pid: number): Mapping[] {
  const smaps = readFileSync(`/proc/${pid}/smaps`, 'utf8')
  return smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).flatMap((text) => {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ \d+ *(.*)$/m.exec(text)
    if (head === null) return []
    const [, from, to, permissions = '', fileOffset, path = ''] = head
    const [start, end, offset] = [from, to, fileOffset].map((hex) => BigInt(`0x${hex}`))
    const isOwn = /^(?:Anonymous|Swap): +[1-9]/m.test(text)
    return [
      { from: start ?? 0n, to: end ?? 0n, permissions, fileOffset: offset ?? 0n, path, isOwn },
    ]
  })
}

export interface Thread {
  readonly call: bigint
  readonly args: readonly bigint[]
  readonly stackPointer: bigint
  readonly programCounter: bigint
}

export function threadOf(id: number): Thread {
  const words = callOf(id).split(' ').map(BigInt)
  const [stackPointer = 0n, programCounter = 0n] = words.splice(-2)
  const [call = -1n, ...args] = words
  return { call, args, stackPointer, programCounter }
}
