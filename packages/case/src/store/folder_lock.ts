/**
 * One process a case folder: a lock file that names its holder, checked before the engine starts, which has its own
 * lock. A lock of a dead process is taken over.
 *
 * @module
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Holder,
  isAlive,
  isObject,
  MintmarkError,
  parseHolder,
  RUN,
  self,
} from '@mintmark/core'

/**
 * Takes the lock of a case folder and returns what releases it, to be called once.
 * @throws {MintmarkError} `CASE_BUSY` with the holder's `facts.pid`
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock')
  while (!created(path)) {
    const holder = readHolder(path)
    // Its own pid in a lock file left by a killed one must not fool it.
    const isHeld = holder?.pid === process.pid ? holder.run === RUN : holder && isAlive(holder)
    if (holder !== undefined && isHeld === true) throw busy(folder, holder)
    setAside(path)
  }
  return () => rmSync(path, { force: true })
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
  const lock = join(folder, 'lock')
  const does =
    host === self().host
      ? `wait until it ends, or stop it. If that process is not mintmark, remove ${lock}`
      : `only that machine can see whether it runs. If it does not, remove ${lock}`
  const message = `the case ${folder} is in use by process ${pid} on ${host}: ${does}`
  return new MintmarkError('CASE_BUSY', message, { pid, host })
}
