/**
 * One process at a time in a folder: a lock file there names it. The lock of a process that has ended
 * is taken over. It informs people; a store or an engine protects itself from a second process.
 */
import { constants } from 'node:fs'
import { copyFile, link, readFile, rm, writeFile } from 'node:fs/promises'
import { errnoOf } from './file_errors.ts'
import { type Holder, isAlive, parseHolder, self } from './holder.ts'

/** The file system calls of a lock. Failures are those of Node, with its `code`. */
export interface LockFiles {
  /** Paths of the locks that this process holds. */
  readonly held: Set<string>
  read(path: string): Promise<Uint8Array | undefined>
  /** Not durable, and not atomic. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** A second name for a file. Fails with `EEXIST` where `to` is there: of two callers one has it. */
  link(from: string, to: string): Promise<void>
  /** A file, or a folder with all that is in it. */
  remove(path: string): Promise<void>
}

/** exFAT and some network file systems have no links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** As `link` of Node; a copy where the file system has no links. */
export async function linkOrCopy(
  from: string,
  to: string,
  linked: typeof link = link,
): Promise<void> {
  try {
    await linked(from, to)
  } catch (cause) {
    if (!NO_LINKS.has(errnoOf(cause))) throw cause
    await copyFile(from, to, constants.COPYFILE_EXCL)
  }
}

export const diskLocks: LockFiles = {
  held: new Set(),
  async read(path) {
    try {
      return await readFile(path)
    } catch (cause) {
      if (errnoOf(cause) === 'ENOENT' || errnoOf(cause) === 'ENOTDIR') return undefined
      throw cause
    }
  },
  write: writeFile,
  link: (from, to) => linkOrCopy(from, to),
  remove: (path) => rm(path, { recursive: true, force: true }),
}

/**
 * Takes the lock at `path`.
 * @returns what releases it, to be called once; or who has it
 */
export async function takeLock(
  files: LockFiles,
  path: string,
): Promise<(() => Promise<void>) | Holder> {
  if (files.held.has(path)) return self()
  files.held.add(path)
  try {
    const holder = await otherHolder(files, path)
    if (holder !== undefined) {
      files.held.delete(path)
      return holder
    }
  } catch (cause) {
    files.held.delete(path)
    throw cause
  }
  return async () => {
    files.held.delete(path)
    // A process that was believed dead must not remove the lock of its successor.
    if ((await holderAt(files, path))?.pid === process.pid) await files.remove(path)
  }
}

/** Who has the lock; undefined where this process has it now. */
async function otherHolder(files: LockFiles, path: string): Promise<Holder | undefined> {
  // Linked when it is whole, so that nobody reads half a holder.
  const own = `${path}.${process.pid}`
  await files.write(own, Buffer.from(JSON.stringify(self())))
  try {
    if (await isLinked(files, own, path)) return undefined
    const holder = await holderAt(files, path)
    // A killed process may have had the pid that this one has.
    if (holder !== undefined && holder.pid !== process.pid && isAlive(holder)) return holder
    await files.remove(path)
    if (await isLinked(files, own, path)) return undefined
    return (await holderAt(files, path)) ?? self()
  } finally {
    await files.remove(own)
  }
}

async function isLinked(files: LockFiles, from: string, to: string): Promise<boolean> {
  try {
    await files.link(from, to)
    return true
  } catch (cause) {
    if (errnoOf(cause) === 'EEXIST') return false
    throw cause
  }
}

async function holderAt(files: LockFiles, path: string): Promise<Holder | undefined> {
  const bytes = await files.read(path)
  return parseHolder(Buffer.from(bytes ?? []).toString('utf8'))
}
