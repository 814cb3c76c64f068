/**
 * Keys of issuers in files, read again when they change: a key that is taken out counts no more a moment later.
 *
 * A file that cannot be read leaves the keys as they were, and is told of.
 *
 * @module
 */
import { type KeyOwner, KeyRing, readKeys, type TrustedKey } from './keys.ts'
import { textOfFile } from './text_file.ts'

interface KeySource extends KeyOwner {
  readonly file: string
}

export class KeyFiles {
  readonly #sources: readonly KeySource[]
  #texts: readonly string[] = []
  #ring: KeyRing = new KeyRing([])

  private constructor(sources: readonly KeySource[]) {
    this.#sources = sources
  }

  /** @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID` */
  static async open(sources: readonly KeySource[]): Promise<KeyFiles> {
    const files = new KeyFiles(sources)
    await files.refresh()
    return files
  }

  get ring(): KeyRing {
    return this.#ring
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
    this.#ring = new KeyRing(keys.flat())
    this.#texts = texts
    return true
  }
}
