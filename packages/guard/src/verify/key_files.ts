/**
 * Keys of issuers in files, read again when they change: a removed key counts no more a moment later.
 *
 * A file that cannot be read leaves the keys as they were, and is reported.
 *
 * @module
 */
import { type KeyOwner, readKeys, type TrustedKey, TrustedKeys } from './keys.ts'
import { textOfFile } from './text_file.ts'

interface KeySource extends KeyOwner {
  readonly file: string
}

export class KeyFiles {
  readonly #sources: readonly KeySource[]
  #texts: readonly string[] = []
  #keys: TrustedKeys = new TrustedKeys([])

  private constructor(sources: readonly KeySource[]) {
    this.#sources = sources
  }

  /** @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID` */
  static async open(sources: readonly KeySource[]): Promise<KeyFiles> {
    const files = new KeyFiles(sources)
    await files.refresh()
    return files
  }

  get keys(): TrustedKeys {
    return this.#keys
  }

  /**
   * Reads the files again. All count together or none does.
   *
   * @returns whether something changed
   * @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID`: the keys are as they were
   */
  async refresh(): Promise<boolean> {
    const texts = await Promise.all(this.#sources.map(({ file }) => textOfFile(file)))
    if (texts.every((text, i) => text === this.#texts[i])) return false
    const keys: readonly TrustedKey[][] = await Promise.all(
      this.#sources.map((source, i) => readKeys(texts[i] ?? '', source)),
    )
    this.#keys = new TrustedKeys(keys.flat())
    this.#texts = texts
    return true
  }
}
