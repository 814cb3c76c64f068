/**
 * Files and folders to the texts in them: folders are walked, gzip, zip and tar are opened, by
 * content.
 */
import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { errnoOf, MintmarkError, safeText } from '@mintmark/core'
import { MAX_CONTAINERS } from '../model/limits.ts'
import type { Reject } from '../model/records.ts'
import {
  diskBytes,
  firstBytes,
  inflate,
  type RejectTaker,
  refuse,
  type StoredBytes,
  unreadable,
} from './stored_bytes.ts'
import { isTarHeader, TAR_BLOCK_BYTES, tarMembers } from './tar_members.ts'
import { ArchiveInMemory, zipMembers } from './zip_members.ts'

export interface EvidenceSource {
  /** For people, and the same at every walk: `exports/a.zip!member.csv`. May hold any characters. */
  readonly path: string
  readonly file: string
  /** Size on disk; of a member, the size that the archive declares. */
  readonly sizeBytes: number
  /** The text is on disk unpacked, so that ranges of it can be read. */
  readonly isPlain: boolean
  readonly refused: Reject | undefined
  /**
   * The text's bytes, decompressed, from the beginning, any number of times. A container that is cut or
   * damaged gives what is there and calls `onReject`. Throws `INPUT_UNREADABLE`.
   */
  open(onReject?: RejectTaker): AsyncIterable<Uint8Array>
  /** SHA-256, lower-case hex: of the file on disk, or of a member's content. */
  sha256(): Promise<string>
}

interface WalkOptions {
  readonly except?: readonly string[]
  readonly only?: string
}

/**
 * Looks for each of the paths, and for a file at or below one of them, before anything is made for what they hold.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE` if one of them does not exist, or there is no file
 */
export async function requirePaths(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    // oxlint-disable-next-line no-await-in-loop -- the first that is missing is reported
    await statOf(path, true)
  }
  const first = await walkEvidence(paths).next()
  if (first.done !== true) return
  const shown = safeText(paths.join(', '))
  const message = `${shown} cannot be read: there is no file in it`
  throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown })
}

/**
 * Every text below the paths, in the order of the paths and, within a folder, of names. A folder is
 * walked once, however many links lead to it.
 * @throws {MintmarkError} `INPUT_UNREADABLE` if one of the paths does not exist
 */
export async function* walkEvidence(
  paths: readonly string[],
  options: WalkOptions = {},
): AsyncGenerator<EvidenceSource, void, void> {
  const except = new Set((options.except ?? []).map((path) => resolve(path)))
  const walked = new Set<string>()
  const inMemory = new ArchiveInMemory()
  const waiting = paths.map((path) => ({ path, isNamed: true })).toReversed()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, isNamed } = next
    if (except.has(resolve(path))) continue
    // oxlint-disable-next-line no-await-in-loop -- one after the other, in order
    const found = await statOf(path, isNamed)
    if (found === undefined) yield refusedSource(diskBytes(path, 0), notFound(path))
    else if (found.isDirectory()) {
      const id = `${found.dev}:${found.ino}`
      if (walked.has(id)) continue
      walked.add(id)
      // oxlint-disable-next-line no-await-in-loop -- the same
      const names = await namesIn(path)
      if (Array.isArray(names)) {
        for (const name of names.toReversed())
          waiting.push({ path: join(path, name), isNamed: false })
      } else yield refusedSource(diskBytes(path, 0), names)
    } else if (found.isFile()) yield* expandFile(path, Number(found.size), inMemory, options)
    else yield refusedSource(diskBytes(path, 0), notAFile)
  }
}

/** The text that a walk gave by this path; undefined where there is none, or where it can no longer be read. */
export async function evidenceAt(path: string): Promise<EvidenceSource | undefined> {
  // A text of an archive, `a.zip!b.csv`, is in the longest name that is a file: a file's own name may have the mark, too.
  for (let end = path.length; end > 0; end = path.lastIndexOf('!', end - 1)) {
    const file = path.slice(0, end)
    // oxlint-disable-next-line no-await-in-loop -- the first that there is
    const found = await stat(file).catch(() => undefined)
    if (found?.isFile() !== true) continue
    // oxlint-disable-next-line no-await-in-loop -- the same
    for await (const source of walkEvidence([file], { only: path }))
      if (source.path === path && source.refused === undefined) return source
    return undefined
  }
  return undefined
}

/** Paths are text, and a name that is not UTF-8 is none. */
const notFound = (path: string) =>
  refuse('not-found', path.includes('\uFFFD') ? 'the name is not UTF-8: rename it' : 'link')
const notAFile = refuse('not-a-file', 'socket, pipe or device')
const tooDeep = refuse('nested-too-deep', `${MAX_CONTAINERS}`)

/** Undefined for a link in a folder that leads nowhere, or in a circle. */
async function statOf(path: string, isNamed: boolean) {
  try {
    return await stat(path, { bigint: true })
  } catch (cause) {
    if (!isNamed && ['ENOENT', 'ELOOP', 'ENOTDIR'].includes(errnoOf(cause))) return undefined
    throw unreadable(path, cause)
  }
}

const CASE_FILE = 'case.json'
const CASE_BEGINS = '{"format":"mintmark-case"'
/** What else a case has: the files of its engine. */
const CASE_ENGINE: ReadonlySet<string> = new Set(['engine', 'staging', 'lock', 'socket'])

async function namesIn(folder: string): Promise<string[] | Reject> {
  try {
    const names = (await readdir(folder)).toSorted((one, other) => (one < other ? -1 : 1))
    if (!names.includes(CASE_FILE)) return names
    const head = await firstBytes(diskBytes(join(folder, CASE_FILE), 0), CASE_BEGINS.length)
    const isCase = head.toString('latin1') === CASE_BEGINS
    return isCase ? names.filter((name) => !CASE_ENGINE.has(name)) : names
  } catch (cause) {
    return notReadable(unreadable(folder, cause))
  }
}

/** One that the system does not let be read must not keep the others out. */
async function* expandFile(
  path: string,
  sizeBytes: number,
  inMemory: ArchiveInMemory,
  options: WalkOptions,
): AsyncGenerator<EvidenceSource, void, void> {
  const bytes = diskBytes(path, sizeBytes)
  try {
    yield* expand(bytes, bytes, 0, inMemory, options)
  } catch (cause) {
    if (!(cause instanceof MintmarkError) || cause.code !== 'INPUT_UNREADABLE') throw cause
    yield refusedSource(bytes, notReadable(cause))
  }
}

const notReadable = ({ facts }: MintmarkError) => refuse('unreadable', String(facts['errno']))

/** @param stored what `inner` is, before it was decompressed */
async function* expand(
  inner: StoredBytes,
  stored: StoredBytes,
  depth: number,
  inMemory: ArchiveInMemory,
  options: WalkOptions,
): AsyncGenerator<EvidenceSource, void, void> {
  const kind = containerOf(await firstBytes(inner, TAR_BLOCK_BYTES))
  if (kind === undefined) yield textSource(inner, stored, depth === 0)
  else if (depth >= MAX_CONTAINERS) yield refusedSource(inner, tooDeep)
  else if (kind === 'gzip') yield* expand(gunzipped(inner), stored, depth + 1, inMemory, options)
  else {
    const isTar = kind === 'tar'
    const members = isTar
      ? tarMembers(inner)
      : zipMembers(inner, depth === 0 ? undefined : inMemory)
    for await (const { bytes, refused } of members) {
      if (options.only?.startsWith(bytes.path) === false) continue
      if (refused === undefined) yield* expand(bytes, bytes, depth + 1, inMemory, options)
      else yield refusedSource(bytes, refused)
    }
  }
}

const ZIP_MAGICS: ReadonlySet<string> = new Set(['PK\x03\x04', 'PK\x05\x06'])

function containerOf(head: Buffer): 'gzip' | 'zip' | 'tar' | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return 'gzip'
  if (ZIP_MAGICS.has(head.toString('latin1', 0, 4))) return 'zip'
  return isTarHeader(head) ? 'tar' : undefined
}

const gunzipped = (outer: StoredBytes): StoredBytes => ({
  ...outer,
  readHead: undefined,
  readFrom: undefined,
  read: (onReject) => inflate((taker) => outer.read(taker), 'gzip', outer.storedBytes, onReject),
})

function textSource(text: StoredBytes, stored: StoredBytes, isPlain: boolean): EvidenceSource {
  const { path, file, sizeBytes } = text
  const open = (onReject: RejectTaker = () => {}) => text.read(onReject)
  const sha256 = () => sha256Of(stored.read(() => {}))
  return { path, file, sizeBytes, isPlain, refused: undefined, open, sha256 }
}

const refusedSource = (stored: StoredBytes, refused: Reject): EvidenceSource => {
  const empty = { ...stored, read: nothing }
  return { ...textSource(empty, empty, false), refused }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}

async function sha256Of(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}
