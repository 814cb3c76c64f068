/** Who holds something that one process may have at a time, as a lock file spells it. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { isObject, parseObject } from './json.ts'

/** Of this process alone, whatever pids come again. */
export const RUN: string = randomBytes(6).toString('hex')

/** A killed process keeps its locks until its memory is freed: two seconds for 3 GB. */
const MOST_ENDING_MS = 10_000
const PAUSE_MS = 20

export interface Holder {
  readonly host: string
  readonly pid: number
  /** The kernel's start time of the process, since pids come again; `''` where it is unknown. */
  readonly started: string
  /** {@link RUN} of the process; `''` where it is unknown. */
  readonly run: string
}

export function self(): Holder {
  return { host: hostname(), pid: process.pid, started: statOf(process.pid).started, run: RUN }
}

/** Holders on other hosts are taken to run. Waits up to 10 s for a killed one to end. */
export function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (cause) {
    // EPERM: it runs, under another user.
    return isObject(cause) && cause['code'] === 'EPERM'
  }
  if (holder.started === '') return true
  const until = Date.now() + MOST_ENDING_MS
  for (;;) {
    const { started, state } = statOf(holder.pid)
    if (started !== holder.started || state === 'ended') return false
    if (state === 'runs' || Date.now() > until) return true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
  }
}

export function parseHolder(source: string): Holder | undefined {
  const { host, pid, started, run = '' } = parseObject(source) ?? {}
  const isText = [host, started, run].every((each) => typeof each === 'string')
  if (!isText || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined
  return { host: String(host), pid, started: String(started), run: String(run) }
}

/** Field 22 of /proc/PID/stat. A zombie (3) has ended, unless other threads (20) outlive it. */
function statOf(pid: number): { started: string; state: 'runs' | 'ending' | 'ended' } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const started = fields[19] ?? ''
    if (!/^[ZX]/i.test(fields[0] ?? '')) return { started, state: 'runs' }
    return { started, state: Number(fields[17]) > 1 ? 'ending' : 'ended' }
  } catch {
    return { started: '', state: 'ended' }
  }
}
