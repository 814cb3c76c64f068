/**
 * Opens a case. Folder: `case.json`, `engine/` (database), `lock`, `socket` (for other readers),
 * `staging/`. Trust: write access to the folder or the server can change every answer.
 */

import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  diskLocks,
  errnoOf,
  type Holder,
  MintmarkError,
  makeFolder,
  parseObject,
  self,
  takeLock,
  whyUnwritten,
} from '@mintmark/core'
import { isServerLocation, parseServerLocation, type ServerLocation } from '../engine/location.ts'
import { firstRow } from '../engine/rows.ts'
import { dropScratch } from '../engine/scratch.ts'
import type { Session } from '../engine/session.ts'
import { lastingSession } from '../engine/session_through.ts'
import { sharedSession, shareSession } from '../engine/shared_session.ts'
import { requireNoIngest } from './ingest_lock.ts'
import { readMeta, writeMeta } from './meta.ts'
import { recover } from './recover.ts'
import { SCHEMA_VERSION } from './schema.ts'
import { createTables } from './tables.ts'

/** Returns what releases the lock, to be called once. @throws {MintmarkError} `CASE_BUSY` with `facts.pid` */
async function lockFolder(folder: string): Promise<() => Promise<void>> {
  try {
    const taken = await takeLock(diskLocks, join(resolve(folder), 'lock'))
    if (typeof taken === 'function') return taken
    throw inUse(folder, taken)
  } catch (cause) {
    throw folderError(folder, cause)
  }
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

const FORMAT = 'mintmark-case'
const VERSION_FACT = 'schema_version'
/** What an interrupted first opening may leave behind: such a folder is as good as empty. */
const LEFTOVERS = /^(?:lock(?:\.[\da-f.]+)?|case\.json\.new|socket)$/
const PATIENCE_MS = 5000
const PAUSE_MS = 100

export interface Case {
  readonly session: Session
  readonly location: string
  close(): Promise<void>
}

interface OpenOptions {
  /** `read` makes nothing: a case that is not there is `CASE_MISSING`. Default `write`. */
  readonly mode?: 'read' | 'write'
  /** Waits some seconds for the lock, and opens the case again if its process ends: see `isMoved`. Default false. */
  readonly isLasting?: boolean
}

/**
 * @throws {MintmarkError} `CASE_MISSING`, `CASE_BUSY`, `CASE_INVALID`, `ENGINE_UNAVAILABLE`,
 * `DISK_FULL`
 */
export async function openCase(location: string, options: OpenOptions = {}): Promise<Case> {
  const mode = options.mode ?? 'write'
  if (isServerLocation(location)) return openOnServer(parseServerLocation(location), mode)
  const folder = resolve(location)
  return options.isLasting === true ? openLasting(folder) : openFolder(folder, mode, false)
}

async function openOnServer(location: ServerLocation, mode: 'read' | 'write'): Promise<Case> {
  const { openServer } = await import('../engine/server_session.ts')
  const session = await openServer(location, mode === 'write')
  try {
    if (mode === 'read') await requireTables(session, location.shown)
    if (mode === 'write') await requireShards(session, location)
    await prepare(session, mode, location)
  } catch (cause) {
    await session.close()
    throw cause
  }
  return { session, location: location.shown, close: () => session.close() }
}

async function requireTables(session: Session, shown: string): Promise<void> {
  const tables = await session.rows(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'meta'",
  )
  if (tables.length === 0)
    throw new MintmarkError('CASE_MISSING', `there is no case at ${shown}`, {})
}

async function requireShards(session: Session, location: ServerLocation): Promise<void> {
  if (location.cluster === '') return
  const { shards } = await firstRow(
    session,
    'SELECT toUInt32(uniqExact(shard_num)) AS shards FROM system.clusters WHERE cluster = {cluster:String}',
    { cluster: location.cluster },
  )
  if (shards === location.nodes.length) return
  const message = `the cluster ${location.cluster} has ${String(shards)} shards, the address names ${location.nodes.length}`
  throw new MintmarkError('INPUT_INVALID', message, { nodes: location.nodes.length })
}

async function openLasting(folder: string): Promise<Case> {
  let opened = await openFolder(folder, 'read', true)
  const session = lastingSession(opened.session, async () => {
    await opened.close()
    opened = await openFolder(folder, 'read', true)
    return opened.session
  })
  return { session, location: folder, close: () => opened.close() }
}

async function openFolder(folder: string, mode: 'read' | 'write', isLasting: boolean) {
  requireCaseFolder(folder, mode)
  const { openChdb } = await loadEngine()
  inFolder(folder, () => makeFolder(folder))
  const taken = mode === 'read' ? await lockedOrShared(folder, isLasting) : await lockFolder(folder)
  if (typeof taken !== 'function') return taken
  const unlock = taken
  try {
    if (!existsSync(join(folder, 'case.json'))) writeCaseFile(folder)
    const session = openChdb(join(folder, 'engine'), join(folder, 'staging'))
    let unshare: (() => Promise<void>) | undefined
    try {
      await prepare(session, 'write')
      await dropScratch(session)
      if (mode === 'read') unshare = await shareSession(session, join(folder, 'socket'))
    } catch (cause) {
      await session.close()
      throw cause
    }
    return {
      session,
      location: folder,
      close: async () => {
        await unshare?.()
        await session.close()
        await unlock()
      },
    }
  } catch (cause) {
    await unlock()
    throw folderError(folder, cause)
  }
}

async function lockedOrShared(folder: string, isLasting: boolean) {
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const isLate = Date.now() > until
    try {
      return await lockFolder(folder)
    } catch (cause) {
      const isShared = !isLasting || isLate
      const session = isShared ? await sharedSession(join(folder, 'socket'), isLasting) : undefined
      if (session !== undefined) return { session, location: folder, close: () => session.close() }
      if (isLate) throw cause
      await sleep(PAUSE_MS)
    }
  }
}

/** chDB is an optional package, and there is none for some machines. */
async function loadEngine(): Promise<typeof import('../engine/chdb_session.ts')> {
  try {
    return await import('../engine/chdb_session.ts')
  } catch (cause) {
    throw new MintmarkError('ENGINE_UNAVAILABLE', NO_ENGINE, {}, { cause })
  }
}

const NO_ENGINE =
  'a case in a folder needs chDB, which is not installed here or does not load: it runs on glibc Linux and macOS, and `npm install --omit=optional` leaves it out. Install mintmark with its optional dependencies, or give a ClickHouse server as the case (clickhouse://HOST/DATABASE)'

function requireCaseFolder(folder: string, mode: 'read' | 'write'): void {
  const entries = entriesOf(folder)
  if (entries?.includes('case.json') === true) {
    requireVersion(folder)
    return
  }
  if (entries?.some((name) => !LEFTOVERS.test(name)) === true)
    throw new MintmarkError('CASE_INVALID', `${folder} holds other files and is no case`, {})
  if (mode === 'read') throw new MintmarkError('CASE_MISSING', `there is no case at ${folder}`, {})
}

function entriesOf(folder: string): string[] | undefined {
  try {
    return readdirSync(folder)
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined
    throw folderError(folder, cause)
  }
}

function requireVersion(folder: string): void {
  const file = inFolder(folder, () => readFileSync(join(folder, 'case.json'), 'utf8'))
  const record = parseObject(file)
  if (record?.['format'] !== FORMAT)
    throw new MintmarkError('CASE_INVALID', `${folder}/case.json is not a case's`, {})
  const version = record['schemaVersion']
  if (version !== SCHEMA_VERSION) throw otherVersion(String(version))
}

function writeCaseFile(folder: string): void {
  const path = join(folder, 'case.json')
  writeFileSync(
    `${path}.new`,
    `${JSON.stringify({ format: FORMAT, schemaVersion: SCHEMA_VERSION })}\n`,
  )
  renameSync(`${path}.new`, path)
}

async function prepare(session: Session, mode: 'read' | 'write', location?: ServerLocation) {
  if (mode === 'write') await createTables(session, location)
  const version = await readMeta(session, VERSION_FACT)
  if (version === undefined && mode === 'write')
    await writeMeta(session, VERSION_FACT, String(SCHEMA_VERSION))
  else if (version !== String(SCHEMA_VERSION)) throw otherVersion(version ?? 'none')
  await requireNoIngest(session)
  await recover(session)
}

function otherVersion(found: string): MintmarkError {
  const message = `the case has schema version ${found}, this program has ${SCHEMA_VERSION}: make it again from its evidence`
  return new MintmarkError('CASE_INVALID', message, { found, expected: SCHEMA_VERSION })
}

function inFolder<T>(folder: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw folderError(folder, cause)
  }
}

function folderError(folder: string, cause: unknown): MintmarkError {
  if (cause instanceof MintmarkError) return cause
  const errno = errnoOf(cause)
  const code = errno === 'ENOSPC' || errno === 'EDQUOT' ? 'DISK_FULL' : 'CASE_INVALID'
  const advice = UNWRITABLE.has(errno)
    ? '. Reading a case writes into it, too: copy it to where this user may write'
    : ''
  const message = `${folder} cannot be used as a case: ${whyUnwritten(errno)}${advice}`
  return new MintmarkError(code, message, { errno }, { cause })
}

const UNWRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS'])
