/**
 * Saved documents: one file, or a folder of them. Of HAR files (HTTP Archive 1.2) the recorded answers.
 *
 * A date in a file name is its time, and files whose names differ in the date alone are one document at several times; else
 * the time is that of the last change.
 *
 * @module
 */
import { type Dirent, promises as fs } from 'node:fs'
import path from 'node:path'
import { errnoOf, isObject, type Json, MintmarkError, text, whyUnread } from '@mintmark/core'
import { MOST_BYTES, MOST_FILES, readJson } from './bounds.ts'
import { OF_ANOTHER_KIND, readDocument } from './document.ts'
import type { Clock, Seen } from './seen.ts'

/** Of a HAR: it has pages and pictures beside key sets. */
const MOST_HAR_BYTES = 256 << 20
/** Names of files in a folder that are looked into. */
export const KEY_FILE: RegExp = /\.(?:json|jwks?|xml|pem|crt|cer|har)$/i
const DATE = /(\d{4})-?([01]\d)-?([0-3]\d)(?:[T_]?([0-2]\d)[:-]?([0-5]\d)(?:[:-]?([0-5]\d))?Z?)?/

function onUnread(unread: string, cause: unknown): never {
  const why = whyUnread(errnoOf(cause))
  throw new MintmarkError('INPUT_UNREADABLE', `${unread} cannot be read: ${why}`)
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` for a path that does not exist */
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
      yield unavailable(`file:${name}`, 0, `more than ${MOST_FILES} files: the rest was not read`)
      return
    }
    yield* seenInFile(file, name, true)
  }
}

async function* seenInFile(file: string, name: string, isOneOfMany = false): AsyncGenerator<Seen> {
  const { size, mtimeMs } = await fs.stat(file)
  const isHar = /\.har$/i.test(file)
  const { atMs, clock, document } = timeOf(name, mtimeMs)
  if (size > (isHar ? MOST_HAR_BYTES : MOST_BYTES)) {
    yield unavailable(document, atMs, `of ${size} bytes: refused, not read`, clock)
    return
  }
  const body = await fs.readFile(file)
  if (isHar) yield* seenInHar(body, name)
  else {
    const seen = seenOf(body, { document, atMs, clock })
    if (!isOneOfMany || isAboutKeys(seen, body)) yield seen
  }
}

/** Only documents about keys have this. */
const ABOUT_KEYS =
  /"(?:keys|kty|jwks_uri|x5c)"|<(?:\w+:)?(?:KeyDescriptor|EntityDescriptor|EntitiesDescriptor)\b|-----BEGIN (?:CERTIFICATE|(?:RSA )?PUBLIC KEY|[A-Z ]*PRIVATE KEY)-----/

/** Whether one of many files counts: files that are not about keys do not. */
export const isAboutKeys = ({ outcome, why }: Seen, body: Uint8Array): boolean =>
  outcome === 'read' ||
  (why !== OF_ANOTHER_KIND &&
    ABOUT_KEYS.test(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1')))

/** A look at bytes that somebody saved. */
export function seenOf(body: Uint8Array, at: Pick<Seen, 'document' | 'atMs' | 'clock'>): Seen {
  const read = readDocument(body)
  if ('problem' in read) return { ...at, outcome: 'unavailable', why: read.problem }
  return { ...at, outcome: 'read', body }
}

function unavailable(
  document: string,
  atMs: number,
  why: string,
  clock: Clock = 'file-time',
): Seen {
  return { document, atMs, clock, outcome: 'unavailable', why }
}

function timeOf(name: string, mtimeMs: number): Pick<Seen, 'document' | 'atMs' | 'clock'> {
  const [found, year, month, day, hour = '00', minute = '00', second = '00'] = DATE.exec(name) ?? []
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (found === undefined || Number.isNaN(atMs))
    return { document: `file:${name}`, atMs: Math.floor(mtimeMs), clock: 'file-time' }
  return { document: `file:${name.replace(found, '*')}`, atMs, clock: 'file-name' }
}

function* seenInHar(bytes: Uint8Array, name: string): Generator<Seen> {
  const json = readJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
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

/** A file is a tree of its own. */
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
