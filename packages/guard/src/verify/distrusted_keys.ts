/**
 * Keys that signed an unrecorded token, in a file: a restart still distrusts them.
 * After replacing a key, the operator stops the guard and removes its line.
 * Trust: whoever writes this file can refuse genuine tokens or trust a key again. Its tokens must
 * still be recorded if the audience's policy asks for it.
 */
import { MintmarkError, parseObject, safeJson, text } from '@mintmark/core'
import { diskFiles, type Files, readText, replaceDurably } from '@mintmark/ledger'
import type { Alarm } from './alarms.ts'

interface DistrustedKey {
  readonly issuer: string
  readonly kid: string
  /** ISO 8601 of the detection, and SHA-256 of that token's signing input. */
  readonly at: string
  readonly inputHash: string
}

export class DistrustedKeys {
  readonly #path: string | undefined
  readonly #files: Files
  readonly #keys: Map<string, DistrustedKey>
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string | undefined, files: Files, keys: readonly DistrustedKey[]) {
    this.#path = path
    this.#files = files
    this.#keys = new Map(keys.map((key) => [nameOf(key.issuer, key.kid), key]))
  }

  /** @param path undefined: no key is distrusted. @throws {MintmarkError} `INPUT_INVALID` */
  static async open(path: string | undefined, files: Files = diskFiles): Promise<DistrustedKeys> {
    return new DistrustedKeys(path, files, path === undefined ? [] : await readKeys(path, files))
  }

  get count(): number {
    return this.#keys.size
  }

  has(issuer: string, kid: string): boolean {
    return this.#keys.size > 0 && this.#keys.has(nameOf(issuer, kid))
  }

  /** At once, for an unrecorded token. @returns whether the key was trusted until now */
  distrust({ keyIssuer, kid, atMs, inputHash, ...alarm }: Alarm): boolean {
    const name = nameOf(keyIssuer, kid)
    if (this.#path === undefined || !isProven(alarm) || this.#keys.has(name)) return false
    const at = new Date(atMs).toISOString()
    this.#keys.set(name, { issuer: keyIssuer, kid, at, inputHash })
    return true
  }

  keep(): Promise<void> {
    const path = this.#path
    if (path === undefined) return Promise.resolve()
    const written = this.#writing.then(() => this.#write(path))
    this.#writing = written.catch(() => undefined)
    return written
  }

  async #write(path: string): Promise<void> {
    for (const key of await readKeys(path, this.#files))
      this.#keys.set(nameOf(key.issuer, key.kid), key)
    const lines = [...this.#keys.values()].map((key) => `${safeJson({ ...key })}\n`)
    const bytes = Buffer.from(lines.join(''))
    await replaceDurably(this.#files, path, bytes, `${path}.${process.pid}.new`)
  }

  settled(): Promise<void> {
    return this.#writing
  }
}

/** No ledger records a token without an id. For any other, a signed head has to lack it. */
const isProven = ({ isRecorded, head, tokenId }: Pick<Alarm, 'isRecorded' | 'head' | 'tokenId'>) =>
  isRecorded === false && (head !== undefined || tokenId === undefined)

const nameOf = (issuer: string, kid: string) => `${kid}\0${issuer}`

async function readKeys(path: string, files: Files): Promise<DistrustedKey[]> {
  const lines = ((await readText(files, path)) ?? '').split('\n')
  return lines.flatMap((line) => (line.trim() === '' ? [] : [keyIn(line)]))
}

function keyIn(line: string): DistrustedKey {
  const row = parseObject(line) ?? {}
  const [issuer, kid] = [text(row, 'issuer'), text(row, 'kid')]
  if (issuer === undefined || kid === undefined)
    throw new MintmarkError(
      'INPUT_INVALID',
      'the file of distrusted keys has a line of something else',
      {
        option: 'distrust.file',
      },
    )
  return { issuer, kid, at: text(row, 'at') ?? '', inputHash: text(row, 'inputHash') ?? '' }
}
