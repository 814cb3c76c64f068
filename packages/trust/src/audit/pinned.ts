/** Keys written into files. Bounded: skipped files are counted; archives are not opened. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import { elementAt } from '@mintmark/keys/der/der'
import { decoded } from '../sources/bounds.ts'
import { filesBelow, KEY_FILE } from '../sources/files.ts'
import { type ListedKey, readCertificate } from '../sources/key.ts'
import { type AuditFinding, finding } from './rules.ts'

export interface PinnedSearch {
  readonly findings: readonly AuditFinding[]
  readonly files: number
  readonly skipped: ReadonlyMap<string, number>
  readonly kidsLeftOut: readonly string[]
}

/** Larger files are for `mintmark scan`, which reads them in windows. */
const MOST_FILE_BYTES = 64 << 20
const MOST_TREE_FILES = 200_000
/** Of a label before a hash: `SHA256 Fingerprint`, the name of a variable. */
const LONGEST_LABEL = 60
const MOST_UNPACKED_BYTES = 256 << 20
const COMPRESSED = 'compressed'
const UNREADABLE = 'unreadable'
/** zip, xz, bzip2. */
const PACKED = ['504b0304', 'fd377a58', '425a68']
type Bound = { readonly maxOutputLength: number }
const UNPACKED = [
  ['1f8b', promisify<Buffer, Bound, Buffer>(gunzip)],
  ['28b52ffd', promisify<Buffer, Bound, Buffer>(zstdDecompress)],
] as const

/** Passes over records of keys, and over the key documents below `sources`. */
export async function findPinned(
  folder: string,
  keys: readonly ListedKey[],
  sources: readonly string[] = [],
): Promise<PinnedSearch> {
  const needles = needlesOf(keys)
  const findings: AuditFinding[] = []
  const skipped = new Map<string, number>()
  const skip = (why: string) => skipped.set(why, (skipped.get(why) ?? 0) + 1)
  let files = 0
  for await (const file of filesBelow(folder, { onUnread: () => skip(UNREADABLE) })) {
    if (isSource(path.resolve(file), sources)) continue
    if (files >= MOST_TREE_FILES) {
      skip('beyond 200,000 files')
      break
    }
    const bytes = await readSome(file)
    if (typeof bytes === 'string') {
      skip(bytes)
      continue
    }
    files++
    findings.push(...pinnedIn(bytes, path.relative(folder, file) || path.basename(file), needles))
  }
  return { findings, files, skipped, kidsLeftOut: needles.kidsLeftOut }
}

function isSource(file: string, sources: readonly string[]): boolean {
  return sources
    .map((source) => path.resolve(source.replace(/^git:/, '')))
    .some((own) => file === own || (KEY_FILE.test(file) && file.startsWith(own + path.sep)))
}

/** The bytes of a file, or why it is skipped. A bomb, and what is damaged, is skipped as what it is: compressed. */
async function readSome(file: string): Promise<Buffer | string> {
  try {
    if ((await fs.stat(file)).size > MOST_FILE_BYTES) return 'larger than 64 MiB'
    const bytes = await fs.readFile(file)
    const head = bytes.subarray(0, 6).toString('hex')
    if (PACKED.some((magic) => head.startsWith(magic))) return COMPRESSED
    const [, unpack] = UNPACKED.find(([magic]) => head.startsWith(magic)) ?? []
    const bound = { maxOutputLength: MOST_UNPACKED_BYTES }
    if (/^f(?:ffe|eff)/.test(head)) return Buffer.from(decoded(bytes))
    return unpack === undefined ? bytes : await unpack(bytes, bound).catch(() => COMPRESSED)
  } catch {
    return UNREADABLE
  }
}

/** Each key once a file. Bounded repeats: 16 MiB of one word would overflow the stack. */
function pinnedIn(bytes: Buffer, file: string, needles: Needles): AuditFinding[] {
  const found = new Map<string, AuditFinding>()
  const text = bytes.toString('latin1')
  const note = (key: ListedKey, what: string, at: number) => {
    const name = `${key.thumbprint}\0${what}`
    if (found.has(name)) return
    const location = { file, line: text.includes('\0') ? undefined : lineAt(text, at) }
    found.set(name, finding('pinned-key', file, `${what} of the key`, { key, location }))
  }
  for (const { index, 0: word } of text.matchAll(/[\w+/=.:~-]{8,8192}/g))
    for (const each of wordsIn(word)) {
      const needle = needles.texts.get(each)
      if (needle !== undefined) note(needle.key, needle.what, index)
    }
  for (const { key, what, at } of encodedKeys(text, needles)) note(key, what, at)
  for (const { key, head } of needles.bytes) {
    const at = bytes.indexOf(head)
    if (at >= 0) note(key, 'raw bytes', at)
  }
  return [...found.values()]
}

function wordsIn(word: string): string[] {
  const behind = ['=', ':', '/'].flatMap((mark) => {
    const at = word.indexOf(mark)
    return at === -1 || at > LONGEST_LABEL ? [] : [word.slice(at + 1)]
  })
  return [word, ...behind].flatMap(encodingsOf)
}

const FOLD = String.raw`\\[nr]|\s|&#(?:10|13|x[aAdD]);`
const ENCODED = new RegExp(
  String.raw`M[C-I][\w+/]{40,65536}(?:(?:${FOLD}){1,64}[\w+/]{1,200}){0,4096}={0,2}`,
  'g',
)
const BETWEEN = new RegExp(FOLD, 'g')

function* encodedKeys(text: string, { spki }: Needles): Generator<Needle & { at: number }> {
  for (const { index: at, 0: run } of text.matchAll(ENCODED)) {
    const bytes = Buffer.from(run.replaceAll(BETWEEN, ''), 'base64')
    const whole = elementAt(bytes, 0, bytes.length)
    if (whole === undefined) continue
    const der = bytes.subarray(0, whole.to)
    const [publicKey, what] = readEncoded(der)
    const known = publicKey?.export({ format: 'der', type: 'spki' }) ?? der
    const key = spki.get(createHash('sha256').update(known).digest('hex'))
    if (key !== undefined) yield { key, what, at }
  }
}

function tried(make: () => KeyObject): KeyObject | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

function readEncoded(key: Buffer): readonly [KeyObject | undefined, what: string] {
  const format = 'der'
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    const own = tried(() => createPublicKey(createPrivateKey({ key, format, type })))
    if (own !== undefined) return [own, 'private half']
  }
  const other = tried(() => createPublicKey({ key, format, type: 'pkcs1' }))
  return [readCertificate(key)?.publicKey ?? other, 'certificate or public key']
}

function lineAt(text: string, at: number): number {
  let line = 1
  for (let next = text.indexOf('\n'); next !== -1 && next < at; next = text.indexOf('\n', next + 1))
    line++
  return line
}

interface Needle {
  readonly key: ListedKey
  readonly what: string
}

interface Needles {
  /** By encoding: base64url without padding, or hex without colons in lower case, or a kid as it is. */
  readonly texts: ReadonlyMap<string, Needle>
  /** By SHA-256 of the SPKI, hex. */
  readonly spki: ReadonlyMap<string, ListedKey>
  readonly bytes: readonly { readonly key: ListedKey; readonly head: Buffer }[]
  readonly kidsLeftOut: readonly string[]
}

/** A kid of fewer characters, or without a digit, is found by chance. */
const LEAST_KID = 8
/** Bytes of a modulus or coordinate that are looked for: nothing else begins with them by chance. */
const HEAD_BYTES = 24
/** Of more keys, raw bytes are not looked for: each takes a pass over each file. */
const MOST_RAW = 200

function needlesOf(keys: readonly ListedKey[]): Needles {
  const texts = new Map<string, Needle>()
  const spki = new Map<string, ListedKey>()
  const kidsLeftOut: string[] = []
  for (const key of keys) {
    const add = (text: string, what: string) => {
      if (!texts.has(text)) texts.set(text, { key, what })
    }
    add(key.thumbprint, 'RFC 7638 thumbprint')
    const [{ sha1, sha256 } = {}] = key.certificates
    for (const [what, hex] of [
      ['SPKI SHA-256', key.spkiSha256],
      ['SPKI SHA-1', key.spkiSha1],
      ['certificate SHA-1', sha1],
      ['certificate SHA-256', sha256],
      ['modulus', hexOf(key.jwk['n'])],
      ['public key', hexOf(key.jwk['x'])],
    ] as const)
      if (hex !== undefined)
        for (const text of [hex, Buffer.from(hex, 'hex').toString('base64url')]) add(text, what)
    if (key.spkiSha256 !== undefined) spki.set(key.spkiSha256, key)
    if (key.kid === undefined) continue
    if (key.kid.length >= LEAST_KID && /\d/.test(key.kid)) add(key.kid, 'kid')
    else kidsLeftOut.push(key.kid)
  }
  const bytes = keys.slice(0, MOST_RAW).flatMap((key) => {
    const value = Buffer.from(key.jwk['n'] ?? key.jwk['x'] ?? '', 'base64url')
    return value.length < HEAD_BYTES ? [] : [{ key, head: value.subarray(0, HEAD_BYTES) }]
  })
  return { texts, spki, bytes, kidsLeftOut }
}

const hexOf = (encoded: string | undefined) =>
  encoded === undefined ? undefined : Buffer.from(encoded, 'base64url').toString('hex')

function encodingsOf(word: string): string[] {
  const hex = word.replaceAll(/[:-]/g, '').toLowerCase()
  const isHex = /^[\da-f]{40,}$/.test(hex)
  const base64url = word.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
  // A modulus is often written with the zero byte of DER before it.
  return isHex ? [word, hex, hex.replace(/^00/, '')] : [word, base64url]
}
