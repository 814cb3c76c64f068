/**
 * One process at a time in a folder: a lock file there names it. The lock of a process that has ended
 * is taken over. It informs people; a store or an engine protects itself from a second process.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { errnoOf } from './file_errors.ts'
import { type Holder, isAlive, parseHolder, RUN, self } from './holder.ts'

/** The file system calls of a lock. Failures are those of Node, with its `code`. */
export interface LockFiles {
  /** Of this process, and of these files: a lock of another run with its pid is a dead process's. */
  readonly run: string
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

/** A copy of one small file takes far less. */
const COPY_MILLISECONDS = 200

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
  run: RUN,
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
  const own = { ...self(), run: files.run }
  const isOwn = (holder: Holder) => holder.pid === own.pid && holder.host === own.host
  // Linked when it is whole, so that nobody reads half a holder.
  const written = `${path}.${own.pid}.${randomBytes(4).toString('hex')}`
  await files.write(written, Buffer.from(JSON.stringify(own)))
  try {
    if (!(await isLinked(files, written, path))) {
      const holder = (await holderAt(files, path)) ?? (await holderSoonAt(files, path))
      // A killed process may have had the pid that this one has.
      const isHeld = holder && (isOwn(holder) ? holder.run === own.run : isAlive(holder))
      if (isHeld === true) return holder
      await files.remove(path)
      if (!(await isLinked(files, written, path))) return (await holderAt(files, path)) ?? own
    }
  } finally {
    await files.remove(written)
  }
  return async () => {
    // A process that was believed dead must not remove the lock of its successor.
    const holder = await holderAt(files, path)
    if (holder && isOwn(holder) && holder.run === own.run) await files.remove(path)
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

/** Where the file system has no links, another process may be in the middle of its copy. */
async function holderSoonAt(files: LockFiles, path: string): Promise<Holder | undefined> {
  await setTimeout(COPY_MILLISECONDS)
  return holderAt(files, path)
}

async function holderAt(files: LockFiles, path: string): Promise<Holder | undefined> {
  const bytes = await files.read(path)
  return parseHolder(Buffer.from(bytes ?? []).toString('utf8'))
}
