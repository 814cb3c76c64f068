/**
 * The folder of scrubbed cores. A core and its report are written under a hidden name, made durable
 * and renamed: both appear at once. Trust: only the owner may write here.
 */

import {
  closeSync,
  constants,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { errnoOf, MintmarkError, makeFolder, safeText } from '@mintmark/core'
import { isGone, ownMark, startOf } from './process_mark.ts'

const UNFINISHED = /^\.unfinished-([0-9a-z-]+)\.[0-9A-Za-z]{6}$/
/** In an unfinished folder: the program that crashed; its size is the bytes in memory. */
const TICKET = 'ticket'
/** In an unfinished folder: it was read to its end. */
export const READ = 'read'
const OTHERS_WRITE = 0o022
const WHY: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'it is not there'],
  ['EEXIST', 'it is not a folder'],
  ['ENOTDIR', 'it is not in a folder'],
  ['EROFS', 'it is not there, and the file system is read-only'],
  ['EACCES', 'that takes root'],
])
/** Names tried before giving up: cores of one process id within one millisecond. */
const MOST_ALIKE = 1000

export class Spool {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** @param isMade make it if missing. @throws {MintmarkError} `GATE_UNFIT` if missing or unsafe */
  static open(folder: string, { isMade }: { readonly isMade: boolean }): Spool {
    try {
      if (isMade) makeFolder(folder, 0o700)
      const real = realpathSync(folder)
      refuseOthers(statSync(real), real)
      return new Spool(real)
    } catch (error) {
      if (error instanceof MintmarkError) throw error
      const errno = errnoOf(error)
      throw unfit(`the spool ${safeText(folder)} cannot be used: ${WHY.get(errno) ?? errno}`, errno)
    }
  }

  /** A hidden folder for a core until it is published. @param program letters, digits, `.-_` */
  begin(program: string): SpoolEntry {
    const made = mkdtempSync(path.join(this.folder, `.unfinished-${ownMark()}.`))
    writeFileSync(path.join(made, `${TICKET}-${program}`), '', { mode: 0o600, flag: 'wx' })
    return new SpoolEntry(this.folder, made, program)
  }

  atWork(): readonly string[] {
    return this.#unfinished()
      .filter(({ mark }) => !isGone(mark))
      .toSorted((a, b) => startOf(a.mark) - startOf(b.mark) || (a.name < b.name ? -1 : 1))
      .map(({ name }) => name)
  }

  bufferedBytes(): number {
    return this.#tickets().reduce((sum, ticket) => sum + sizeOf(ticket), 0)
  }

  saidAtWork(): readonly { readonly name: string; readonly notes: readonly string[] }[] {
    return this.atWork().map((name) => ({ name, notes: namesIn(path.join(this.folder, name)) }))
  }

  countOf(program?: string): number {
    const all = this.saidAtWork()
    if (program === undefined) return all.length
    return all.filter(({ notes }) => notes.includes(`${TICKET}-${program}`)).length
  }

  /** Bytes free for others than root, and how many the file system has. */
  room(): { readonly freeBytes: number; readonly totalBytes: number } {
    const { bavail, blocks, bsize } = statfsSync(this.folder)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }

  /** Removes what killed processes left. It never contains a readable raw core. */
  removeLeftovers(): number {
    const left = this.leftovers()
    for (const name of left) rmSync(path.join(this.folder, name), { recursive: true })
    return left.length
  }

  leftovers(): readonly string[] {
    return this.#unfinished()
      .filter(({ mark }) => isGone(mark))
      .map(({ name }) => name)
  }

  entries(): readonly string[] {
    const found = readdirSync(this.folder, { withFileTypes: true })
    return found
      .filter((entry) => entry.isDirectory() && entry.name.startsWith('core.'))
      .map(({ name }) => name)
      .toSorted((a, b) => (timeIn(a) < timeIn(b) ? -1 : 1))
  }

  #tickets(): readonly string[] {
    return this.saidAtWork().flatMap(({ name, notes }) =>
      notes
        .filter((note) => note.startsWith(`${TICKET}-`))
        .map((ticket) => path.join(this.folder, name, ticket)),
    )
  }

  #unfinished(): { readonly name: string; readonly mark: string }[] {
    return readdirSync(this.folder).flatMap((name) => {
      const mark = UNFINISHED.exec(name)?.[1]
      return mark === undefined ? [] : [{ name, mark }]
    })
  }
}

export class SpoolEntry {
  readonly #spool: string
  readonly folder: string
  readonly #ticket: string
  readonly #said: Set<string> = new Set()

  constructor(spool: string, folder: string, program: string) {
    this.#spool = spool
    this.folder = folder
    this.#ticket = path.join(folder, `${TICKET}-${program}`)
  }

  /** Bytes buffered in memory, for other receivers; takes no disk space. */
  sayBuffered(bytes: number): void {
    truncateSync(this.#ticket, bytes)
  }

  say(note: string): void {
    writeFileSync(path.join(this.folder, note), '', { mode: 0o600, flag: 'wx' })
    this.#said.add(note)
  }

  unsay(note: string): void {
    rmSync(path.join(this.folder, note), { force: true })
    this.#said.delete(note)
  }

  create(name: string): number {
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
    return openSync(path.join(this.folder, name), O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600)
  }

  /** Shows the core under `name`, or `name-2` and so on. Its files must be durable. */
  publish(name: string): string {
    for (const note of this.#said) this.unsay(note)
    rmSync(this.#ticket, { force: true })
    syncFolder(this.folder)
    for (let i = 1; i <= MOST_ALIKE; i++) {
      const shown = path.join(this.#spool, i === 1 ? name : `${name}-${i}`)
      if (!isTaken(() => renameSync(this.folder, shown))) {
        syncFolder(this.#spool)
        return shown
      }
    }
    throw unfit(`the spool has too many cores named ${safeText(name)}`, 'EEXIST')
  }

  /** May be called more than once, and after publishing. */
  discard(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A name of letters, digits, dots, dashes and underscores. @param names may be anything */
export function coreName(names: readonly (string | number)[], timeMs: number): string {
  const time = new Date(timeWithYear(timeMs)).toISOString().replaceAll(/[-:]/g, '')
  return ['core', ...names.map(safeName), time].join('.')
}

/** The end of the year 9999: files may be dated outside of what a name can contain. */
const LAST_MS = 253_402_300_799_999

const timeWithYear = (timeMs: number): number =>
  Number.isFinite(timeMs) ? Math.min(LAST_MS, Math.max(0, Math.floor(timeMs))) : 0

export function safeName(name: string | number): string {
  const safe = String(name)
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, 64)
  return safe === '' ? 'unknown' : safe
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

const timeIn = (name: string) => /\.(\d{8}T\d{6}\.\d{3}Z.*)$/.exec(name)?.[1] ?? ''

/** A rename never replaces a folder that is not empty. */
function isTaken(rename: () => void): boolean {
  try {
    rename()
    return false
  } catch (error) {
    if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return true
    throw error
  }
}

function syncFolder(folder: string): void {
  const opened = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}

function refuseOthers(stats: Stats, folder: string): void {
  const shown = safeText(folder)
  if (!stats.isDirectory()) throw unfit(`the spool ${shown} is not a folder`, 'ENOTDIR')
  const self = process.geteuid?.()
  if (self === undefined) return
  if (stats.uid !== self && stats.uid !== 0)
    throw unfit(`the spool ${shown} belongs to another user`, 'EPERM')
  if ((stats.mode & OTHERS_WRITE) !== 0)
    throw unfit(`others may write into the spool ${shown} (chmod 700)`, 'EPERM')
}

function unfit(message: string, errno: string): MintmarkError {
  return new MintmarkError('GATE_UNFIT', message, { errno })
}
