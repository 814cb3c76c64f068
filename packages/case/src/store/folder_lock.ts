/**
 * One process a case folder: a lock file that names its holder.
 *
 * The engine has its own lock, which the kernel drops when its holder dies; this one is here to say
 * who has the case, and to say it before the engine starts. A lock of a dead process is taken over.
 *
 * @module
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isObject, MintmarkError, parseObject } from '@mintmark/core'

/** Folders that this process holds: its own pid in a lock file left by a killed one must not fool it. */
const held = new Set<string>()

/** In place of the start of a process that has ended. */
const ENDED = 'ended'

/** Who holds something: enough to tell whether it still runs. */
export interface Holder {
  readonly host: string
  readonly pid: number
  /** The kernel's start time of the process, since pids come again; `''` where it is not told. */
  readonly started: string
}

/** This process. */
export function self(): Holder {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) }
}

/** Whether the holder runs; a holder on another host is taken to run. */
export function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (cause) {
    // EPERM: it runs, under another user.
    return isObject(cause) && cause['code'] === 'EPERM'
  }
  return holder.started === '' || holder.started === startOf(holder.pid)
}

/** The holder that `source` spells, or undefined. */
export function parseHolder(source: string): Holder | undefined {
  const record = parseObject(source)
  const { host, pid, started } = record ?? {}
  const whole = typeof host === 'string' && typeof pid === 'number' && typeof started === 'string'
  return whole && Number.isSafeInteger(pid) && pid > 0 ? { host, pid, started } : undefined
}

/**
 * Takes the lock of a case folder.
 *
 * @returns gives the lock back; call it once
 * @throws {MintmarkError} `CASE_BUSY` with the holder's `facts.pid`
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock')
  if (held.has(path)) throw busy(folder, self())
  while (!created(path)) {
    const holder = readHolder(path)
    if (holder !== undefined && holder.pid !== process.pid && isAlive(holder))
      throw busy(folder, holder)
    setAside(path)
  }
  held.add(path)
  return () => {
    held.delete(path)
    rmSync(path, { force: true })
  }
}

function created(path: string): boolean {
  try {
    const file = openSync(path, 'wx')
    writeSync(file, JSON.stringify(self()))
    closeSync(file)
    return true
  } catch (cause) {
    if (isObject(cause) && cause['code'] === 'EEXIST') return false
    throw cause
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return parseHolder(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Renames, so that of two takers only one removes it; the engine's own lock settles what remains. */
function setAside(path: string): void {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  rmSync(aside, { force: true })
}

function busy(folder: string, holder: Holder): MintmarkError {
  const { host, pid } = holder
  const message = `the case ${folder} is in use by process ${pid} on ${host}`
  return new MintmarkError('CASE_BUSY', message, { pid, host })
}

/**
 * Field 22 of /proc/PID/stat; the command name before it may hold spaces and parentheses. A process that has ended, and
 * that its parent has not asked after yet, is none: field 3 tells.
 */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return /^[ZX]/i.test(fields[0] ?? '') ? ENDED : (fields[19] ?? '')
  } catch {
    return ''
  }
}
