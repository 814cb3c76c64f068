/** One ingest at a time on a server: a fact of the case names who fills it. Who is silent for minutes has lost it. */

import { randomUUID } from 'node:crypto'
import {
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

const FACT = 'ingest'
const BEAT_MS = 60_000
const SILENT_SECONDS = 300

interface Lock {
  readonly holder: Holder
  readonly key: string
}

/** Returns what releases the lock; a folder has its own. @throws {MintmarkError} `CASE_BUSY` */
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
