/**
 * Names a process by pid, start time, boot and namespace, as pids are reused. Source: proc(5),
 * `/proc/PID/stat` field 22.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { errnoOf } from '@mintmark/core'

export function ownMark(): string {
  return [bootId(), pidNamespace(), process.pid, startTicks(process.pid) ?? 0].join('-')
}

/** In ticks since the boot. */
export const startOf = (mark: string): number => Number(mark.split('-')[3])

/** Unknown (another container in this boot) counts as running. */
export function isGone(mark: string): boolean {
  const [boot, namespace, pid, start] = mark.split('-')
  if (boot !== bootId()) return true
  if (namespace !== pidNamespace()) return false
  const now = startTicks(Number(pid))
  return now === undefined ? !runsElsewhere(Number(pid)) : String(now) !== start
}

/** Without `/proc` only the id is used. */
function runsElsewhere(pid: number): boolean {
  if (process.platform === 'linux') return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) === 'EPERM'
  }
}

const bootId = (): string => read('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? 'unknown'

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '')
  } catch {
    return '0'
  }
}

/** The name in front may hold brackets and blanks itself: the last bracket ends it. */
function startTicks(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields?.[19])
  // A zombie counts as gone.
  const isDead = fields?.[0] === 'Z' || fields?.[0] === 'X'
  return Number.isSafeInteger(ticks) && !isDead ? ticks : undefined
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
