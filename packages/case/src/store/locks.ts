/**
 * Locks of a case: one process a folder, and one ingest at a time on a server.
 *
 * A lock file names the holder of a folder, checked before the engine starts, which has its own lock. A lock of a dead
 * process is taken over. On a server a fact of the case names the holder: of two that start within the same moments the
 * last writer has it, and a holder on another host that is silent for some minutes has lost it.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import {
  errnoOf,
  type Holder,
  isAlive,
  MintmarkError,
  parseHolder,
  parseObject,
  RUN,
  self,
  text,
} from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { writeMeta } from './meta.ts'

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
    if (holder !== undefined && isHeld === true) throw inUse(folder, holder)
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
    if (errnoOf(cause) === 'EEXIST') return false
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

function inUse(folder: string, holder: Holder): MintmarkError {
  const { host, pid } = holder
  const lock = join(folder, 'lock')
  const does =
    host === self().host
      ? `wait until it ends, or stop it. If that process is not mintmark, remove ${lock}`
      : `only that machine can see whether it runs. If it does not, remove ${lock}`
  const message = `the case ${folder} is in use by process ${pid} on ${host}: ${does}`
  return new MintmarkError('CASE_BUSY', message, { pid, host })
}

const FACT = 'ingest'
const BEAT_MS = 60_000
const SILENT_SECONDS = 300

interface Lock {
  readonly holder: Holder
  readonly key: string
}

/**
 * Takes the lock, except in a folder, which has its own, and returns what releases it.
 * @throws {MintmarkError} `CASE_BUSY`
 */
export async function lockIngest(session: Session): Promise<() => Promise<void>> {
  if (session.kind === 'embedded') return () => Promise.resolve()
  await requireNoIngest(session)
  const key = randomUUID()
  const mine = JSON.stringify({ ...self(), key })
  await writeMeta(session, FACT, mine)
  const winner = await readLock(session)
  if (winner?.key !== key) throw filledBy(winner?.holder ?? self())
  const beat = setInterval(() => {
    // A beat that is lost is followed by the next one.
    writeMeta(session, FACT, mine).catch(() => {})
  }, BEAT_MS)
  return async () => {
    clearInterval(beat)
    await writeMeta(session, FACT, '')
  }
}

/** @throws {MintmarkError} `CASE_BUSY` when another process fills the case */
export async function requireNoIngest(session: Session): Promise<void> {
  if (session.kind === 'embedded') return
  const lock = await readLock(session)
  if (lock === undefined) return
  const { host, pid, run } = lock.holder
  // Its own pid, left by a process that was killed, must not fool it.
  const isThisProcess = host === self().host && pid === process.pid
  const runs = isThisProcess ? run === RUN : isAlive(lock.holder)
  if (runs) throw filledBy(lock.holder)
}

/** The lock, unless its holder has been silent for too long. */
async function readLock(session: Session): Promise<Lock | undefined> {
  const [row] = await session.rows(
    `SELECT argMax(value, at) AS value, dateDiff('second', max(at), now64(3, 'UTC')) AS age
    FROM meta WHERE name = {name:String}`,
    { name: FACT },
  )
  if (row === undefined || Number(row['age']) > SILENT_SECONDS) return undefined
  const value = text(row, 'value') ?? ''
  const holder = parseHolder(value)
  const key = text(parseObject(value) ?? {}, 'key')
  return holder === undefined || key === undefined ? undefined : { holder, key }
}

function filledBy({ host, pid }: Holder): MintmarkError {
  const message = `the case is being filled by process ${pid} on ${host}`
  return new MintmarkError('CASE_BUSY', message, { pid, host })
}
