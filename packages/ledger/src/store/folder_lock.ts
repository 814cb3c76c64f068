/**
 * Says who has a ledger's folder open, so that a second one is refused with a name.
 *
 * This is the courtesy. What makes a second writer harmless is the fence in the journal: see `journal.ts`.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { isObject, MintmarkError, parseObject } from '@mintmark/core'
import { errnoOf, type Files } from './files.ts'

/** In place of the start of a process that has ended. */
const ENDED = 'ended'

interface Holder {
  readonly host: string
  readonly pid: number
  /** The kernel's start time of the process, since pids come again; `''` where it is not told. */
  readonly started: string
}

/** Locks that this process holds, by path, on each file system. */
const locks = new WeakMap<Files, Set<string>>()

function heldOn(files: Files): Set<string> {
  const held = locks.get(files) ?? new Set<string>()
  locks.set(files, held)
  return held
}

/**
 * @returns gives the lock back; call it once
 * @throws {MintmarkError} `LEDGER_BUSY` with `facts.pid` and `facts.host` of the holder
 */
export async function lockFolder(files: Files, path: string): Promise<() => Promise<void>> {
  const held = heldOn(files)
  if (held.has(path)) throw busy(self())
  held.add(path)
  try {
    await take(files, path)
  } catch (cause) {
    held.delete(path)
    throw cause
  }
  return async () => {
    held.delete(path)
    // A process that was taken for dead must not remove the lock of the one that came after it.
    if (parseHolder(await files.read(path))?.pid === process.pid) await files.remove(path)
  }
}

async function take(files: Files, path: string): Promise<void> {
  // Linked into its place when it is whole, so that nobody ever reads half a holder.
  const own = `${path}.${process.pid}`
  await files.write(own, Buffer.from(JSON.stringify(self())))
  try {
    if (await isLinked(files, own, path)) return
    const holder = parseHolder(await files.read(path))
    if (holder !== undefined && holder.pid !== process.pid && isAlive(holder)) throw busy(holder)
    await files.remove(path)
    if (!(await isLinked(files, own, path)))
      throw busy(parseHolder(await files.read(path)) ?? self())
  } finally {
    await files.remove(own)
  }
}

async function isLinked(files: Files, from: string, to: string): Promise<boolean> {
  try {
    await files.link(from, to)
    return true
  } catch (cause) {
    if (errnoOf(cause) === 'EEXIST') return false
    throw cause
  }
}

function self(): Holder {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) }
}

function parseHolder(bytes: Uint8Array | undefined): Holder | undefined {
  const record = bytes && parseObject(Buffer.from(bytes).toString('utf8'))
  const { host, pid, started } = record ?? {}
  const isHolder =
    typeof host === 'string' && typeof pid === 'number' && typeof started === 'string'
  return isHolder && Number.isSafeInteger(pid) && pid > 0 ? { host, pid, started } : undefined
}

/** A holder on another host is taken to run. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (cause) {
    // EPERM: it runs, under another user.
    return isObject(cause) && cause['code'] === 'EPERM'
  }
  return holder.started === '' || holder.started === startOf(holder.pid)
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

function busy({ host, pid }: Holder): MintmarkError {
  const message = `the ledger is in use by process ${pid} on ${host}`
  return new MintmarkError('LEDGER_BUSY', message, { pid, host })
}
