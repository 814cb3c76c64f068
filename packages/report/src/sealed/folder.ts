/** A report's folder appears complete or not at all, with a MANIFEST of all that is in it. */
import { createHash, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { MintmarkError, makeFolder, writingIn } from '@mintmark/core'
import { PUBLIC_KEY, publicPem, SIGNATURE, signatureOf } from './signature.ts'

export const MANIFEST = 'MANIFEST'
const BLOCK = 1 << 18

export interface Written {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
}

type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

export class ReportFolder {
  readonly path: string
  readonly #written: Written[] = []

  constructor(path: string) {
    this.path = path
  }

  get written(): readonly Written[] {
    return this.#written
  }

  /**
   * Memory is that of a piece.
   * @throws {MintmarkError} `DISK_FULL`, `OUTPUT_UNWRITABLE`
   */
  async write(name: string, pieces: Pieces): Promise<void> {
    const path = join(this.path, name)
    const file = await writingIn(path, () => open(path, 'wx'))
    try {
      const { sha256, bytes } = await drain(file, path, pieces)
      await writingIn(path, () => file.sync())
      this.#written.push({ name, sha256, bytes })
    } finally {
      await file.close()
    }
  }
}

interface Sealing {
  readonly isForced?: boolean
  readonly signingKey?: KeyObject | undefined
}

/**
 * Whole or not at all; MANIFEST does not list its signature.
 * @throws {MintmarkError} `OUTPUT_EXISTS`, else as `write`
 */
export async function sealedFolder<T>(
  out: string,
  { isForced = false, signingKey }: Sealing,
  write: (folder: ReportFolder) => Promise<T>,
): Promise<T> {
  const final = resolve(out)
  await requireRoom(final, isForced)
  const beside = `.${basename(final)}.${randomBytes(6).toString('hex')}`
  const folder = new ReportFolder(join(dirname(final), beside))
  await writingIn(folder.path, async () => makeFolder(folder.path))
  const remove = () => rmSync(folder.path, { recursive: true, force: true })
  // The process may end early.
  process.on('exit', remove)
  try {
    const result = await write(folder)
    await seal(folder, signingKey)
    await requireRoom(final, isForced)
    await writingIn(final, async () => {
      await rm(final, { recursive: true, force: true })
      await rename(folder.path, final)
    })
    return result
  } catch (cause) {
    remove()
    throw cause
  } finally {
    process.off('exit', remove)
  }
}

async function seal(folder: ReportFolder, key: KeyObject | undefined): Promise<void> {
  const manifest = manifestOf(folder.written)
  await folder.write(MANIFEST, [manifest])
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
  const isFolder = (await writingIn(path, () => stat(path))).isDirectory()
  const names = isFolder ? await writingIn(path, () => readdir(path)) : []
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
    await writingIn(path, () => file.appendFile(block))
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
