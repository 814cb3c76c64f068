/**
 * The highest heads that a ledger published or a verifier relies on, outside of its back-ups.
 * A head is on disk before anybody relies on it, so that a ledger that was set back is noticed.
 */
import { MintmarkError, unreadable, writingIn } from '@mintmark/core'
import {
  formatHeads,
  type Head,
  highestHeads,
  parseHeads,
  type SeenHead,
} from '../notes/checkpoint.ts'
import {
  diskFiles,
  type Files,
  folderOf,
  makePrivateFolder,
  readText,
  replaceDurably,
} from '../store/files.ts'
import { isEqualHash } from '../tree/tree.ts'

export class PinnedCheckpoints {
  readonly #path: string | undefined
  readonly #files: Files
  #highest: ReadonlyMap<string, SeenHead>

  private constructor(path: string | undefined, files: Files, seen: readonly SeenHead[]) {
    this.#path = path
    this.#files = files
    this.#highest = highestHeads(seen)
  }

  /**
   * @param path undefined: in memory. @throws {MintmarkError} `INPUT_INVALID`, `INPUT_UNREADABLE`
   */
  static async open(
    path: string | undefined,
    files: Files = diskFiles,
  ): Promise<PinnedCheckpoints> {
    const seen = path === undefined ? [] : await readHeads(path, files)
    return new PinnedCheckpoints(path, files, seen)
  }

  get seen(): readonly SeenHead[] {
    return [...this.#highest.values()]
  }

  /**
   * Durable on return, with others' heads. @throws {MintmarkError} `DISK_FULL`, `OUTPUT_UNWRITABLE`
   */
  async pin(heads: readonly SeenHead[]): Promise<void> {
    await this.#pin(heads, await this.#others())
  }

  /** Its own heads. @throws {MintmarkError} `LEDGER_BEHIND` if another copy has pinned */
  async pinOwn(heads: readonly Head[]): Promise<void> {
    const others = await this.#others()
    for (const { origin } of heads) {
      const known = this.#highest.get(origin)
      const other = others.find((each) => each.origin === origin)
      if (other !== undefined && !isKnown(other, known)) throw otherCopy(other, known)
    }
    await this.#pin(heads, others)
  }

  async #others(): Promise<SeenHead[]> {
    return this.#path === undefined ? [] : await readHeads(this.#path, this.#files)
  }

  async #pin(heads: readonly SeenHead[], others: readonly SeenHead[]): Promise<void> {
    this.#highest = highestHeads([...this.#highest.values(), ...others, ...heads])
    const [path, files] = [this.#path, this.#files]
    if (path === undefined) return
    const bytes = Buffer.from(formatHeads(this.#highest.values()))
    await writingIn(path, async () => {
      await makePrivateFolder(files, folderOf(path))
      // Another process may write at the same time.
      await replaceDurably(files, path, bytes, `${path}.${process.pid}.new`)
    })
  }
}

async function readHeads(path: string, files: Files): Promise<SeenHead[]> {
  const source = await readText(files, path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  return parseHeads(source ?? '')
}

function isKnown(other: SeenHead, known: SeenHead | undefined): boolean {
  if (known === undefined || other.size > known.size) return false
  const isOther = other.root && known.root && !isEqualHash(other.root, known.root)
  return other.size < known.size || isOther !== true
}

function otherCopy({ origin, size }: SeenHead, known: SeenHead | undefined): MintmarkError {
  const message = `another copy of this ledger has published ${size} entries of ${origin}`
  return new MintmarkError('LEDGER_BEHIND', message, { origin, seen: size, size: known?.size ?? 0 })
}
