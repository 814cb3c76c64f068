/**
 * Saved documents: one file, or a folder of them. Of HAR files the recorded answers.
 *
 * A date in a file name is its time, and files whose names differ in the date alone are one document at several times; else
 * the time is that of the last change.
 *
 * @module
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { errnoOf, MintmarkError, whyUnread } from '@mintmark/core'
import { OF_ANOTHER_KIND, readDocument } from './document.ts'
import { seenInHar } from './har.ts'
import { MOST_BYTES, MOST_FILES } from './limits.ts'
import type { Clock, Seen } from './seen.ts'
import { filesBelow } from './walk.ts'

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
