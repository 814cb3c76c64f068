/** Files that appear whole or not at all: written beside their place, made durable, renamed. */
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { errnoOf, MintmarkError, safeText, whyUnwritten } from '@mintmark/core'

/** Only its owner may read it: what it was made from held keys. */
const MODE = 0o600
const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

export class Unfinished {
  readonly #files = new Set<string>()

  add(file: string): void {
    this.#files.add(file)
  }

  drop(file: string): boolean {
    return this.#files.delete(file)
  }

  /** Removes them: to be called when the process is reported to end. */
  remove(): void {
    for (const file of this.#files) removeQuietly(file)
    this.#files.clear()
  }
}

/** Of a killed or a running process: nothing to erase is in them, and they may be large. */
export function unfinishedFor(filePath: string): readonly string[] {
  const folder = path.dirname(filePath)
  const begin = `.${begunName(path.basename(filePath))}.`
  try {
    const begun = readdirSync(folder).filter(
      (name) => name.startsWith(begin) && BEGUN_END.test(name.slice(begin.length)),
    )
    return begun.toSorted().map((name) => path.join(folder, name))
  } catch {
    // A folder that cannot be read is reported where a file is to be made in it.
    return []
  }
}

/** Always call {@link NewFile.discard}: it does nothing once the file is in place. */
export class NewFile {
  readonly path: string
  readonly #target: string
  readonly #shown: string
  readonly #unfinished: Unfinished
  #file: number | undefined
  #placed: string | undefined

  /** @param unfinished has it for now. @throws {MintmarkError} `OUTPUT_UNWRITABLE`, `DISK_FULL` */
  constructor(filePath: string, unfinished: Unfinished) {
    this.#target = filePath
    this.#unfinished = unfinished
    this.#shown = safeText(filePath)
    const name = `.${begunName(path.basename(filePath))}.${randomBytes(6).toString('hex')}.tmp`
    this.path = path.join(path.dirname(filePath), name)
    const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants
    const flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW
    this.#attempt(() => {
      this.#file = openSync(this.path, flags, MODE)
    })
    unfinished.add(this.path)
  }

  /** The rest reads as zeros and takes no room. */
  resize(size: number): void {
    this.#attempt(() => ftruncateSync(this.#open(), size))
  }

  write(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length; ) {
      const from = done
      done += this.#attempt(() =>
        writeSync(this.#open(), bytes, from, bytes.length - from, offset + from),
      )
    }
  }

  sync(): void {
    this.#attempt(() => fsyncSync(this.#open()))
  }

  /** @param isForced replaces a file. @throws {MintmarkError} `OUTPUT_EXISTS` if not forced */
  finish(isForced: boolean): void {
    this.#attempt(() => {
      if (isForced || !this.#isLinked()) renameSync(this.path, this.#target)
      else unlinkSync(this.path)
    })
    this.#placed = this.#target
    this.#unfinished.drop(this.path)
    this.#close()
    syncFolder(path.dirname(this.#target))
  }

  withdraw(): void {
    if (this.#placed !== undefined) removeQuietly(this.#placed)
    this.#placed = undefined
  }

  /** Does nothing once the file is in place. */
  discard(): void {
    this.#close()
    if (this.#unfinished.drop(this.path)) removeQuietly(this.path)
  }

  /** A link replaces nothing, which a rename would; some file systems have none. */
  #isLinked(): boolean {
    try {
      linkSync(this.path, this.#target)
      return true
    } catch (cause) {
      if (errnoOf(cause) === 'EEXIST' || isThere(this.#target))
        throw existsError(this.#shown, cause)
      return false
    }
  }

  #open(): number {
    if (this.#file === undefined) throw new TypeError('the file is closed')
    return this.#file
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #attempt<T>(action: () => T): T {
    try {
      return action()
    } catch (cause) {
      if (cause instanceof MintmarkError) throw cause
      throw writeError(this.#shown, cause)
    }
  }
}

/** Asked before the work. @throws {MintmarkError} `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE` */
export function checkTarget(filePath: string, isForced: boolean): void {
  const shown = safeText(filePath)
  try {
    accessSync(path.dirname(filePath), constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw writeError(shown, cause)
  }
  let found: ReturnType<typeof lstatSync>
  try {
    found = lstatSync(filePath)
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return
    throw writeError(shown, cause)
  }
  if (!found.isFile()) {
    const message = `cannot write ${shown}: something is there that is no file`
    throw new MintmarkError('OUTPUT_UNWRITABLE', message, { path: shown })
  }
  if (!isForced) throw existsError(shown)
}

/** Bytes that a name may have beside what is put before and behind it: systems allow 255. */
const MOST_NAME_BYTES = 200

const BEGUN_END = /^[0-9a-f]{12}\.tmp$/

/** As much of a name as there is room for: its letters may have up to four bytes each. */
function begunName(name: string): string {
  let begun = name
  while (Buffer.byteLength(begun) > MOST_NAME_BYTES) begun = begun.slice(0, -1)
  return begun
}

function isThere(filePath: string): boolean {
  try {
    lstatSync(filePath)
    return true
  } catch {
    return false
  }
}

function existsError(shown: string, cause?: unknown): MintmarkError {
  const message = `${shown} is there already (--force replaces it)`
  return new MintmarkError('OUTPUT_EXISTS', message, { path: shown }, { cause })
}

function writeError(shown: string, cause: unknown): MintmarkError {
  const errno = errnoOf(cause)
  const facts = { path: shown, errno }
  if (NO_ROOM.has(errno)) {
    return new MintmarkError('DISK_FULL', `no room to write ${shown}: ${errno}`, facts, { cause })
  }
  const message = `cannot write ${shown}: ${whyUnwritten(errno)}`
  return new MintmarkError('OUTPUT_UNWRITABLE', message, facts, { cause })
}

/** The name is durable once its folder is. Some systems do that by themselves. */
function syncFolder(folder: string): void {
  let file: number | undefined
  try {
    file = openSync(folder, constants.O_RDONLY)
    fsyncSync(file)
  } catch {
    // The file itself is durable, and at its offset.
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function removeQuietly(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // It is gone, or nothing can be done about it.
  }
}
