/**
 * The highest heads that a ledger published or a verifier relies on, in a file outside of the ledger's back-ups.
 *
 * A head is on disk before anybody relies on it: after any crash, a ledger that was set back is noticed.
 *
 * @module
 */
import { unreadable } from '@mintmark/core'
import { formatHeads, highestHeads, parseHeads, type SeenHead } from '../notes/checkpoint.ts'
import { diskFiles, type Files, readText, replaceDurably } from '../store/files.ts'

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
   * @param path undefined: they are in memory alone
   * @throws {MintmarkError} `INPUT_INVALID` for a file of something else, `INPUT_UNREADABLE`
   */
  static async open(
    path: string | undefined,
    files: Files = diskFiles,
  ): Promise<PinnedCheckpoints> {
    const failed = (cause: unknown) => {
      throw unreadable(path ?? '', cause)
    }
    const source = path === undefined ? undefined : await readText(files, path).catch(failed)
    const seen = parseHeads(source ?? '')
    return new PinnedCheckpoints(path, files, seen)
  }

  get seen(): readonly SeenHead[] {
    return [...this.#highest.values()]
  }

  /** Durable on return. */
  async pin(heads: readonly SeenHead[]): Promise<void> {
    this.#highest = highestHeads([...this.#highest.values(), ...heads])
    if (this.#path === undefined) return
    const bytes = Buffer.from(formatHeads(this.#highest.values()))
    await replaceDurably(this.#files, this.#path, bytes)
  }
}
