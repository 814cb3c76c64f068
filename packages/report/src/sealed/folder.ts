/**
 * The folder of a report: it appears complete or not at all, with a MANIFEST of all that is in it.
 *
 * @module
 */
import { createHash, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { errnoOf, MintmarkError } from '@mintmark/core'
import { PUBLIC_KEY, publicPem, SIGNATURE, signatureOf } from './signature.ts'

export const MANIFEST = 'MANIFEST'
/** Characters that are written at once. */
const BLOCK = 1 << 18

/** A file that was written. */
export interface Written {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
}

type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

/** An unfinished folder, beside its final path. */
export class ReportFolder {
  /** Where the files are until {@link finish}. */
  readonly path: string
  readonly #final: string
  readonly #written: Written[] = []
  /** Removes the folder where the process ends early. */
  readonly #onExit = () => rmSync(this.path, { recursive: true, force: true })

  private constructor(final: string) {
    this.#final = final
    this.path = join(dirname(final), `.${basename(final)}.${randomBytes(6).toString('hex')}`)
  }

  /**
   * @param isForced whether an earlier report at this path is replaced
   * @throws {MintmarkError} `OUTPUT_EXISTS` where something exists that may not be replaced, `OUTPUT_UNWRITABLE`
   */
  static async begin(out: string, isForced: boolean): Promise<ReportFolder> {
    const folder = new ReportFolder(resolve(out))
    await requireRoom(folder.#final, isForced)
    await attempt(folder.path, () => mkdir(folder.path, { recursive: true }))
    process.on('exit', folder.#onExit)
    return folder
  }

  /** Files so far, in the order in which they were written. */
  get written(): readonly Written[] {
    return this.#written
  }

  /**
   * Writes a file piece by piece; memory is that of a piece.
   *
   * @throws {MintmarkError} `DISK_FULL`, `OUTPUT_UNWRITABLE`, and whatever the pieces throw
   */
  async write(name: string, pieces: Pieces): Promise<Written> {
    const path = join(this.path, name)
    const file = await attempt(path, () => open(path, 'wx'))
    try {
      const { sha256, bytes } = await drain(file, path, pieces)
      await attempt(path, () => file.sync())
      const written = { name, sha256, bytes }
      this.#written.push(written)
      return written
    } finally {
      await file.close()
    }
  }

  /** Writes the MANIFEST of all files so far; gives its text. Throws as {@link write}. */
  async writeManifest(): Promise<string> {
    const text = manifestOf(this.#written)
    await this.write(MANIFEST, [text])
    return text
  }

  /**
   * Renames the folder to its final path.
   *
   * @throws {MintmarkError} `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`
   */
  async finish(isForced: boolean): Promise<void> {
    await requireRoom(this.#final, isForced)
    await attempt(this.#final, async () => {
      await rm(this.#final, { recursive: true, force: true })
      await rename(this.path, this.#final)
    })
    process.off('exit', this.#onExit)
  }

  /** Removes an unfinished folder. */
  async abandon(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
    process.off('exit', this.#onExit)
  }
}

/** Writes the MANIFEST and its signature, which it does not list. Throws as {@link ReportFolder.write}. */
export async function seal(folder: ReportFolder, key: KeyObject | undefined): Promise<void> {
  const manifest = await folder.writeManifest()
  if (key === undefined) return
  await folder.write(SIGNATURE, [signatureOf(manifest, key)])
  await folder.write(PUBLIC_KEY, [publicPem(key)])
}

/** As `sha256sum` writes it and `sha256sum -c` reads it: hash, two blanks, name; by name. */
const manifestOf = (files: readonly Written[]): string =>
  files
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ sha256, name }) => `${sha256}  ${name}\n`)
    .join('')

/** Only a report may be replaced, and only where that was asked for. */
async function requireRoom(path: string, isForced: boolean): Promise<void> {
  if (!existsSync(path)) return
  const isFolder = (await attempt(path, () => stat(path))).isDirectory()
  const names = isFolder ? await attempt(path, () => readdir(path)) : []
  if (isFolder && names.length === 0) return
  const isReport = names.includes(MANIFEST) && names.includes('report.json')
  if (isReport && isForced) return
  const message = isReport
    ? `${path} has a report already: --force replaces it`
    : `${path} is there and is no report: give a new or empty folder`
  throw new MintmarkError('OUTPUT_EXISTS', message, { path })
}

async function drain(
  file: FileHandle,
  path: string,
  pieces: Pieces,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  let waiting = ''
  const put = async (piece: string | Uint8Array) => {
    const block = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece
    hash.update(block)
    bytes += block.length
    await attempt(path, () => file.appendFile(block))
  }
  for await (const piece of pieces) {
    if (typeof piece === 'string') waiting += piece
    else await put(piece)
    if (waiting.length < BLOCK) continue
    await put(waiting)
    waiting = ''
  }
  if (waiting !== '') await put(waiting)
  return { sha256: hash.digest('hex'), bytes }
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof MintmarkError) throw cause
    const errno = errnoOf(cause)
    if (errno === 'ENOSPC' || errno === 'EDQUOT' || errno === 'EFBIG')
      throw new MintmarkError(
        'DISK_FULL',
        `no room is left for ${path}: free space on its disk`,
        { path, errno },
        { cause },
      )
    const message = `${path} cannot be written: ${errno}`
    throw new MintmarkError('OUTPUT_UNWRITABLE', message, { path, errno }, { cause })
  }
}
