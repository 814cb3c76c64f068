/** Front ends that may append to a ledger: names and key hashes in its `private/front-ends`. */
import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { errnoOf, MintmarkError, unreadable, writingIn } from '@mintmark/core'

const FILE = 'private/front-ends'
const CARE_MS = 500

export interface FrontEnd {
  readonly name: string
  readonly keyHash: Uint8Array
}

/** @throws {MintmarkError} `LEDGER_INVALID` with `facts.line` */
export function parseFrontEnds(source: string): FrontEnd[] {
  return source
    .split('\n')
    .map((line, i) => ({ words: line.trim().split(/\s+/), number: i + 1 }))
    .filter(({ words }) => words[0] !== '' && words[0]?.startsWith('#') === false)
    .map(({ words: [name = '', hash = '', ...rest], number }) => {
      if (!/^[0-9a-f]{64}$/.test(hash) || rest.length > 0)
        throw new MintmarkError(
          'LEDGER_INVALID',
          `private/front-ends, line ${number}: NAME SHA256`,
          {
            line: number,
          },
        )
      return { name, keyHash: Buffer.from(hash, 'hex') }
    })
}

/** The key of a front end is in another file: the ledger has its hash alone. */
export async function makeFrontEnd(folder: string): Promise<void> {
  const key = randomBytes(32).toString('base64url')
  const hash = createHash('sha256').update(key).digest('hex')
  await writingIn(folder, async () => {
    await writeFile(`${folder}/private/front-end.key`, `${key}\n`, { mode: 0o600 })
    await writeFile(`${folder}/${FILE}`, `front-end ${hash}\n`, { mode: 0o600 })
  })
}

/** The front ends in the file now: a removed one can append no more a moment later. */
export class WatchedFrontEnds {
  #known: readonly FrontEnd[]
  #trouble = ''
  readonly #timer: NodeJS.Timeout

  private constructor(folder: string, known: readonly FrontEnd[], warn: (text: string) => void) {
    this.#known = known
    this.#timer = setInterval(() => void this.#refresh(folder, warn), CARE_MS)
    this.#timer.unref()
  }

  static async open(folder: string, warn: (text: string) => void): Promise<WatchedFrontEnds> {
    return new WatchedFrontEnds(folder, parseFrontEnds(await readFrontEnds(folder)), warn)
  }

  get known(): readonly FrontEnd[] {
    return this.#known
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #refresh(folder: string, warn: (text: string) => void): Promise<void> {
    try {
      this.#known = parseFrontEnds(await readFrontEnds(folder))
      this.#trouble = ''
    } catch (cause) {
      const trouble = cause instanceof Error ? cause.message : String(cause)
      if (trouble !== this.#trouble) warn(`front ends stay as they were: ${trouble}`)
      this.#trouble = trouble
    }
  }
}

async function readFrontEnds(folder: string): Promise<string> {
  const path = `${folder}/${FILE}`
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT')
      throw new MintmarkError('LEDGER_MISSING', `no ${FILE} at ${folder}: it is no ledger`)
    throw unreadable(path, cause)
  }
}
