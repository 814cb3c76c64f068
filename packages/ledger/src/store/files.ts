/**
 * The file system calls of a store, so that a test can fail or kill any of them.
 * Paths are whole paths. Failures are those of Node, with its `code`.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmod, open, readdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { diskLocks, errnoOf, type LockFiles, MintmarkError, makeFolder } from '@mintmark/core'

export interface GrowingFile {
  /** At the end. A failure may leave a part written. */
  append(bytes: Uint8Array): Promise<void>
  truncate(lengthBytes: number): Promise<void>
  /** Durable on return: the bytes, and the length. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface Files extends LockFiles {
  isThere(path: string): Promise<boolean>
  list(folder: string): Promise<readonly string[]>
  /** With those above it. @param mode of what is made */
  makeFolder(folder: string, mode?: number): Promise<void>
  openToGrow(path: string): Promise<GrowingFile>
  /** Makes a file's content, or a folder's names, durable. */
  sync(path: string): Promise<void>
  /** Atomic: `to` is the old file or the new one. */
  rename(from: string, to: string): Promise<void>
}

const hasCode = (cause: unknown, ...codes: readonly string[]) => codes.includes(errnoOf(cause))

/** New files are readable by their owner and group, as the umask allows. */
export const diskFiles: Files = {
  ...diskLocks,
  async isThere(path) {
    try {
      await stat(path)
      return true
    } catch (cause) {
      if (hasCode(cause, 'ENOENT', 'ENOTDIR')) return false
      throw cause
    }
  },
  async list(folder) {
    try {
      return (await readdir(folder)).toSorted((a, b) => (a < b ? -1 : 1))
    } catch (cause) {
      if (hasCode(cause, 'ENOENT')) return []
      throw cause
    }
  },
  async makeFolder(folder, mode) {
    makeFolder(folder, mode)
  },
  async openToGrow(path) {
    const file = await open(path, 'a')
    return {
      append: async (bytes) => {
        // `write` may write a part only.
        for (let at = 0; at < bytes.length; ) {
          const { bytesWritten } = await file.write(bytes, at)
          at += bytesWritten
        }
      },
      truncate: (lengthBytes) => file.truncate(lengthBytes),
      sync: () => file.datasync(),
      close: () => file.close(),
    }
  },
  async sync(path) {
    const file = await open(path, 'r')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  },
  rename,
}

/**
 * Durable on return; after a crash the file is the old or the new one, whole.
 * @param temporary written first: concurrent callers each need a name of their own
 */
export async function replaceDurably(
  files: Files,
  path: string,
  bytes: Uint8Array,
  temporary = `${path}.new`,
): Promise<void> {
  await files.write(temporary, bytes)
  await files.sync(temporary)
  await files.rename(temporary, path)
  await files.sync(folderOf(path))
}

/** Durably, with missing parents, for their owner alone. */
export async function makePrivateFolder(files: Files, folder: string): Promise<void> {
  const missing: string[] = []
  for (let at = folder; at !== folderOf(at) && !(await files.isThere(at)); at = folderOf(at))
    missing.push(at)
  if (missing.length === 0) return
  await files.makeFolder(folder, 0o700)
  for (const made of missing) await files.sync(folderOf(made))
}

export async function readText(
  files: Pick<Files, 'read'>,
  path: string,
): Promise<string | undefined> {
  const bytes = await files.read(path)
  return bytes && Buffer.from(bytes).toString('utf8')
}

/** @throws {MintmarkError} `LEDGER_INVALID` for a folder that has something in it */
export async function assertEmpty(files: Files, folder: string): Promise<void> {
  if ((await files.list(folder)).length > 0)
    throw new MintmarkError('LEDGER_INVALID', `${folder} is not empty`)
}

export function folderOf(path: string): string {
  return dirname(path)
}

export async function makeKeyFile(files: Files, folder: string, path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const file = `${folder}/${path}`
  await files.makeFolder(folderOf(file))
  if (files === diskFiles) await chmod(folderOf(file), 0o700)
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  await replacePrivately(files, file, Buffer.from(pem))
  return privateKey
}

export async function replacePrivately(
  files: Files,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  await replaceDurably(files, path, bytes)
  if (files === diskFiles) await chmod(path, 0o600)
}
