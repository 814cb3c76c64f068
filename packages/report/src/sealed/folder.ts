/**
 * The folder of a report: it appears whole or not at all, with a MANIFEST of all that is in it.
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

/** A folder in the making, beside the place where it will be. */
export class ReportFolder {
  /** Where the files are until {@link finish}. */
  readonly path: string
  readonly #place: string
  readonly #written: Written[] = []
  /** Where the process ends meanwhile, nothing else takes the folder away. */
  readonly #onExit = () => rmSync(this.path, { recursive: true, force: true })

  private constructor(place: string) {
    this.#place = place
    this.path = join(dirname(place), `.${basename(place)}.${randomBytes(6).toString('hex')}`)
  }

  /**
   * @param isForced whether an earlier report at this place is to be replaced
   * @throws {MintmarkError} `OUTPUT_EXISTS` where something is that may not be replaced, `OUTPUT_UNWRITABLE`
   */
  static async begin(place: string, isForced: boolean): Promise<ReportFolder> {
    const folder = new ReportFolder(resolve(place))
    await requireRoom(folder.#place, isForced)
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
   * Puts the folder where it belongs.
   *
   * @throws {MintmarkError} `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`
   */
  async finish(isForced: boolean): Promise<void> {
    await requireRoom(this.#place, isForced)
    await attempt(this.#place, async () => {
      await rm(this.#place, { recursive: true, force: true })
      await rename(this.path, this.#place)
    })
    process.off('exit', this.#onExit)
  }

  /** Takes away what was written, if it was not finished. */
  async abandon(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
    process.off('exit', this.#onExit)
  }
}

/** Writes the MANIFEST, and what vouches for it: neither can be in it. Throws as {@link ReportFolder.write}. */
export async function seal(folder: ReportFolder, key: KeyObject | undefined): Promise<void> {
  const manifest = await folder.writeManifest()
  if (key === undefined) return
  await folder.write(SIGNATURE, [signatureOf(manifest, key)])
  await folder.write(PUBLIC_KEY, [publicPem(key)])
}

/** As `sha256sum` writes it and `sha256sum -c` reads it: hash, two blanks, name; by name. */
function manifestOf(files: readonly Written[]): string {
  return files
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ sha256, name }) => `${sha256}  ${name}\n`)
    .join('')
}

/** Only a report may be replaced, and only where that was asked for. */
async function requireRoom(place: string, isForced: boolean): Promise<void> {
  if (!existsSync(place)) return
  const isFolder = (await attempt(place, () => stat(place))).isDirectory()
  const names = isFolder ? await attempt(place, () => readdir(place)) : []
  if (isFolder && names.length === 0) return
  const isReport = names.includes(MANIFEST) && names.includes('report.json')
  if (isReport && isForced) return
  const message = isReport
    ? `${place} holds a report already: --force replaces it`
    : `${place} is there and is no report: give a new or empty folder`
  throw new MintmarkError('OUTPUT_EXISTS', message, { path: place })
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
      throw new MintmarkError('DISK_FULL', `no room for ${path}`, { path, errno }, { cause })
    const message = `${path} cannot be written: ${errno}`
    throw new MintmarkError('OUTPUT_UNWRITABLE', message, { path, errno }, { cause })
  }
}
