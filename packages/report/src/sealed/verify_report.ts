/** Checks a report's folder. Trust: nothing in it is trusted, and names lead nowhere else. */
import { createHash, type KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf, MintmarkError, unreadable } from '@mintmark/core'
import { MANIFEST } from './folder.ts'
import { fingerprint, isSigned, PUBLIC_KEY, readPublicKey, SIGNATURE } from './signature.ts'

/** `changed`: of another hash. `missing`: listed and not there. `unlisted`: there and not listed. */
type FileState = 'whole' | 'changed' | 'missing' | 'unlisted'

export interface Verified {
  readonly files: readonly { readonly name: string; readonly state: FileState }[]
  /** `unknown-key`: good, by the key in the folder itself, which anybody could have put there. */
  readonly signature: 'none' | 'good' | 'unknown-key' | 'bad'
  readonly key: string | null
}

const MAX_MANIFEST = 1 << 20
const MAX_SIGNATURE = 1 << 14

/**
 * Without `pem` the folder's own key is taken.
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID`
 */
export async function verifyReport(folder: string, pem?: string): Promise<Verified> {
  const manifest = (await small(join(folder, MANIFEST), MAX_MANIFEST)).toString('utf8')
  const listed = readManifest(manifest)
  const there = await attempt(folder, () => readdir(folder))
  const own = new Set([MANIFEST, SIGNATURE, PUBLIC_KEY])
  const files: { name: string; state: FileState }[] = []
  for (const [name, sha256] of listed) {
    // oxlint-disable-next-line no-await-in-loop -- one file at a time: they may be large
    files.push({ name, state: await stateOf(join(folder, name), sha256) })
  }
  for (const name of there)
    if (!listed.has(name) && !own.has(name)) files.push({ name, state: 'unlisted' })
  files.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { files, ...(await signatureState(folder, manifest, there, pem)) }
}

export function isWhole({ files, signature }: Verified, needsKey: boolean): boolean {
  const isSound = needsKey ? signature === 'good' : signature !== 'bad'
  return isSound && files.every(({ state }) => state === 'whole')
}

async function signatureState(
  folder: string,
  manifest: string,
  there: readonly string[],
  pem: string | undefined,
): Promise<Pick<Verified, 'signature' | 'key'>> {
  const given = pem === undefined ? undefined : readPublicKey(pem)
  if (!there.includes(SIGNATURE))
    return { signature: 'none', key: given === undefined ? null : fingerprint(given) }
  const signature = await small(join(folder, SIGNATURE), MAX_SIGNATURE)
  const key = given ?? (await enclosedKey(folder, there))
  if (key === undefined) return { signature: 'bad', key: null }
  const isGood = isSigned(manifest, signature, key)
  const good = given === undefined ? 'unknown-key' : 'good'
  return { signature: isGood ? good : 'bad', key: fingerprint(key) }
}

async function enclosedKey(
  folder: string,
  there: readonly string[],
): Promise<KeyObject | undefined> {
  if (!there.includes(PUBLIC_KEY)) return undefined
  try {
    return readPublicKey((await small(join(folder, PUBLIC_KEY), MAX_SIGNATURE)).toString('utf8'))
  } catch (cause) {
    if (cause instanceof MintmarkError && cause.code === 'INPUT_INVALID') return undefined
    throw cause
  }
}

const LINE = /^([0-9a-f]{64}) {2}([A-Za-z0-9][\w.-]*)$/

function readManifest(text: string): Map<string, string> {
  const listed = new Map<string, string>()
  const lines = text.split('\n')
  const isEnded = lines.pop() === ''
  for (const line of lines) {
    const [, sha256, name] = LINE.exec(line) ?? []
    if (sha256 === undefined || name === undefined || listed.has(name)) throw noManifest()
    listed.set(name, sha256)
  }
  if (!isEnded || listed.size === 0) throw noManifest()
  return listed
}

const noManifest = () =>
  new MintmarkError(
    'INPUT_INVALID',
    `${MANIFEST} is not that of a report, so nothing can be verified`,
    { option: 'DIR' },
  )

async function stateOf(path: string, sha256: string): Promise<FileState> {
  try {
    // A link, a pipe or a folder is not what was written, wherever it leads.
    if (!(await lstat(path)).isFile()) return 'changed'
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return 'missing'
    throw unreadable(path, cause)
  }
  const hash = createHash('sha256')
  await attempt(path, async () => {
    const blocks: AsyncIterable<unknown> = createReadStream(path)
    for await (const block of blocks) if (block instanceof Uint8Array) hash.update(block)
  })
  return hash.digest('hex') === sha256 ? 'whole' : 'changed'
}

async function small(path: string, most: number): Promise<Buffer> {
  const { size } = await attempt(path, () => lstat(path))
  if (size > most) throw noManifest()
  return attempt(path, () => readFile(path))
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
