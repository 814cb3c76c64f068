/** Saved documents: files, folders, git histories; of HAR 1.2 files the recorded answers. */
import { execFile } from 'node:child_process'
import { type Dirent, promises as fs } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { errnoOf, isObject, type Json, MintmarkError, text, whyUnread } from '@mintmark/core'
import { MOST_BYTES, MOST_FILES, readJson } from './bounds.ts'
import { OF_ANOTHER_KIND, readDocument } from './document.ts'
import type { Seen } from './seen.ts'

const MOST_HAR_BYTES = 256 << 20
export const KEY_FILE: RegExp = /\.(?:json|jwks?|xml|pem|crt|cer|har)$/i
/** In a file name: its time. Names that differ in it alone are one document at several times. */
const DATE = /(\d{4})-?([01]\d)-?([0-3]\d)(?:[T_]?([0-2]\d)[:-]?([0-5]\d)(?:[:-]?([0-5]\d))?Z?)?/

function onUnread(unread: string, cause: unknown): never {
  throw unreadable(unread, whyUnread(errnoOf(cause)))
}

export async function* seenInFiles(location: string): AsyncGenerator<Seen> {
  const stat = await fs.stat(location).catch((cause: unknown) => onUnread(location, cause))
  if (!stat.isDirectory()) {
    yield* seenInFile(location, path.basename(location))
    return
  }
  let files = 0
  for await (const file of filesBelow(location, { onUnread })) {
    if (!KEY_FILE.test(file)) continue
    const name = path.relative(location, file)
    if (++files > MOST_FILES) {
      const why = `more than ${MOST_FILES} files: the rest was not read`
      yield { document: `file:${name}`, atMs: 0, clock: 'file-time', outcome: 'unavailable', why }
      return
    }
    yield* seenInFile(file, name, true)
  }
}

async function* seenInFile(file: string, name: string, isOneOfMany = false): AsyncGenerator<Seen> {
  const { size, mtimeMs } = await fs.stat(file)
  const isHar = /\.har$/i.test(file)
  const at = timeOf(name, mtimeMs)
  if (size > (isHar ? MOST_HAR_BYTES : MOST_BYTES)) {
    yield { ...at, outcome: 'unavailable', why: `of ${size} bytes: refused, not read` }
    return
  }
  const body = await fs.readFile(file)
  if (isHar) yield* seenInHar(body, name)
  else {
    const seen = seenOf(body, at)
    if (!isOneOfMany || isAboutKeys(seen, body)) yield seen
  }
}

const ABOUT_KEYS =
  /"(?:keys|kty|jwks_uri|x5c)"|<(?:\w+:)?(?:KeyDescriptor|EntityDescriptor|EntitiesDescriptor)\b|-----BEGIN (?:CERTIFICATE|(?:RSA )?PUBLIC KEY|[A-Z ]*PRIVATE KEY)-----/

export const isAboutKeys = ({ outcome, why }: Seen, body: Buffer): boolean =>
  outcome === 'read' || (why !== OF_ANOTHER_KIND && ABOUT_KEYS.test(body.toString('latin1')))

export function seenOf(body: Uint8Array, at: Pick<Seen, 'document' | 'atMs' | 'clock'>): Seen {
  const read = readDocument(body)
  if ('problem' in read) return { ...at, outcome: 'unavailable', why: read.problem }
  return { ...at, outcome: 'read', body }
}

function timeOf(name: string, mtimeMs: number): Pick<Seen, 'document' | 'atMs' | 'clock'> {
  const [found, year, month, day, hour = '00', minute = '00', second = '00'] = DATE.exec(name) ?? []
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (found === undefined || Number.isNaN(atMs))
    return { document: `file:${name}`, atMs: Math.floor(mtimeMs), clock: 'file-time' }
  return { document: `file:${name.replace(found, '*')}`, atMs, clock: 'file-name' }
}

function* seenInHar(bytes: Buffer, name: string): Generator<Seen> {
  const json = readJson(bytes.toString('utf8'))
  const log = 'value' in json && isObject(json.value) ? json.value['log'] : undefined
  const entries: unknown = isObject(log) ? log['entries'] : undefined
  if (!Array.isArray(entries)) {
    const why = 'problem' in json ? json.problem : 'no HAR'
    yield { document: `file:${name}`, atMs: 0, clock: 'har', outcome: 'unavailable', why }
    return
  }
  for (const entry of entries) {
    const seen = isObject(entry) ? seenInEntry(entry) : undefined
    if (seen !== undefined) yield seen
  }
}

function seenInEntry(entry: Json): Seen | undefined {
  const { request, response } = entry
  const atMs = Date.parse(text(entry, 'startedDateTime') ?? '')
  if (!isObject(request) || !isObject(response) || Number.isNaN(atMs)) return undefined
  const url = text(request, 'url')
  const content = isObject(response['content']) ? response['content'] : {}
  const encoded = text(content, 'text')
  if (url === undefined || encoded === undefined || response['status'] !== 200) return undefined
  const isEncoded = content['encoding'] === 'base64'
  const body = Buffer.from(encoded, isEncoded ? 'base64' : 'utf8')
  const read = readDocument(body)
  if ('problem' in read) return undefined
  return { document: url, atMs, clock: 'har', outcome: 'read', status: 200, body }
}

interface Walk {
  readonly onUnread: (folder: string, cause: unknown) => void
  readonly isLeftOut?: ((entry: Dirent) => boolean) | undefined
  /** Left out by default: the documents of a record of keys are observations that somebody made already. */
  readonly isWithRecords?: boolean
}

export async function* filesBelow(location: string, walk: Walk): AsyncGenerator<string> {
  let entries: Dirent[]
  try {
    entries = await fs.readdir(location, { withFileTypes: true })
  } catch (cause) {
    if (errnoOf(cause) === 'ENOTDIR' && (await fs.stat(location)).isFile()) yield location
    else walk.onUnread(location, cause)
    return
  }
  if (walk.isWithRecords !== true && isRecordFolder(entries)) return
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const whole = path.join(location, entry.name)
    if (entry.name === '.git' || walk.isLeftOut?.(entry) === true) continue
    if (entry.isDirectory()) yield* filesBelow(whole, walk)
    else if (entry.isFile()) yield whole
  }
}

function isRecordFolder(entries: readonly Dirent[]): boolean {
  const names = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name))
  return names.has('observations') && names.has('checkpoint')
}

/** Without the settings of the repository that would run something, or ask somebody. */
const SAFE =
  '-c core.fsmonitor=false -c core.hooksPath= -c protocol.allow=never -c log.showSignature=false --no-pager --no-replace-objects --literal-pathspecs'.split(
    ' ',
  )
const MOST_LOG_BYTES = 256 << 20

interface Version {
  readonly commit: string
  readonly atMs: number
  readonly file: string
  readonly blob: string | undefined
}

/**
 * `location`: the repository, or below it.
 * @throws {MintmarkError} `INPUT_UNREADABLE`
 */
export async function* seenInHistory(location: string): AsyncGenerator<Seen> {
  const { versions, isCut } = versionsIn(await logOf(location))
  const name = path.basename(path.resolve(location))
  const listed = new Set<string>()
  for (const { commit, atMs, file, blob } of versions) {
    const at = { document: `git:${name}/${file}`, atMs, clock: 'commit', commit } as const
    if (blob === undefined) {
      if (listed.delete(file)) yield { ...at, outcome: 'gone', why: 'removed' }
    } else {
      // oxlint-disable-next-line no-await-in-loop -- one at a time bounds the memory
      const body = await git(location, ['cat-file', 'blob', blob], MOST_BYTES)
      if (body === undefined)
        yield { ...at, outcome: 'unavailable', why: 'larger than is read: refused' }
      else {
        const seen = seenOf(body, at)
        if (seen.outcome === 'read') listed.add(file)
        // A file that was a key document before still counts.
        if (listed.has(file) || isAboutKeys(seen, body)) yield { ...seen, commit }
      }
    }
  }
  if (isCut) {
    const why = `more than ${MOST_FILES} versions: the rest was not read`
    yield { document: `git:${name}`, atMs: 0, clock: 'commit', outcome: 'unavailable', why }
  }
}

async function logOf(location: string): Promise<string> {
  const own = KEY_FILE.test(location) ? path.basename(location) : '.'
  const args = ['log', '--first-parent', '-m', '--raw', '-z', '--no-renames', '--no-abbrev']
  const format = ['--no-ext-diff', '--format=commit %H %ct']
  const out = await git(location, [...args, ...format, '--', own], MOST_LOG_BYTES)
  if (out === undefined) throw unreadable(location, 'its history is too long')
  return out.toString('utf8')
}

/** Of `--raw -z`: a commit between NULs, then pairs of `:modes blobs status` and a path. Oldest first. */
function versionsIn(log: string): { versions: Version[]; isCut: boolean } {
  const versions: Version[] = []
  let commit = ''
  let atMs = 0
  const parts = log.split('\0')
  for (let at = 0; at < parts.length; at++) {
    const part = (parts[at] ?? '').replace(/^\n/, '')
    const [, hash, seconds] = /commit ([\da-f]{40,64}) (\d+)/.exec(part) ?? []
    if (hash !== undefined) [commit, atMs] = [hash, Number(seconds) * 1000]
    const [, mode, blob, status] = /:\d+ (\d+) [\da-f]+ ([\da-f]+) ([AMDT])$/.exec(part) ?? []
    if (status === undefined) continue
    const file = parts[++at] ?? ''
    const isFile = status === 'D' || mode === '100644' || mode === '100755'
    if (isFile && KEY_FILE.test(file))
      versions.push({ commit, atMs, file, blob: status === 'D' ? undefined : blob })
  }
  const isCut = versions.length > MOST_FILES
  return { versions: versions.slice(0, MOST_FILES).toReversed(), isCut }
}

async function git(
  location: string,
  args: readonly string[],
  most: number,
): Promise<Buffer | undefined> {
  const env = {
    ...process.env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
  }
  try {
    const given = ['-C', folderOf(location), ...SAFE, ...args]
    return (await run('git', given, { env, encoding: 'buffer', maxBuffer: most })).stdout
  } catch (cause) {
    const code = errnoOf(cause)
    if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return undefined
    if (code === 'ENOENT') throw new MintmarkError('PROGRAM_MISSING', 'git is not there')
    throw unreadable(location, 'no git repository with a history')
  }
}

const run = promisify(execFile)

const folderOf = (location: string) => (KEY_FILE.test(location) ? path.dirname(location) : location)

const unreadable = (location: string, why: string) =>
  new MintmarkError('INPUT_UNREADABLE', `${location} cannot be read: ${why}`)
