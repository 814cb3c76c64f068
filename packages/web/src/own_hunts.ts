/** The user's own hunts: files in a folder, saved whole or not at all. @module */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { huntList, parseHunt } from '@mintmark/case'
import { isObject, MintmarkError } from '@mintmark/core'

/** Where the user's hunts are kept. */
export class OwnHunts {
  readonly #dirs: readonly string[]
  readonly #home: string | undefined

  /**
   * @param dirs folders that the user named
   * @param home where a saved hunt goes where none was named; undefined for nowhere
   */
  constructor(dirs: readonly string[], home: string | undefined) {
    this.#dirs = dirs
    this.#home = dirs[0] ?? home
  }

  /** Folders that there are. */
  dirs(): readonly string[] {
    const home = this.#home
    const isExtra = home !== undefined && !this.#dirs.includes(home) && existsSync(home)
    return isExtra ? [...this.#dirs, home] : this.#dirs
  }

  /**
   * Keeps a hunt, in place of an earlier one of the same id of the user's own.
   *
   * @returns its id
   * @throws {MintmarkError} `HUNT_INVALID` for text that is no hunt, and for the id of one that is built in;
   *   `INPUT_INVALID` where there is no folder for it; `OUTPUT_UNWRITABLE`
   */
  save(source: string): string {
    if (this.#home === undefined)
      throw new MintmarkError('INPUT_INVALID', 'say with --hunts where hunts are to be kept', {
        option: 'hunts',
      })
    const { id } = parseHunt(source, 'hunt')
    if (huntList().some((hunt) => hunt.id === id))
      throw new MintmarkError('HUNT_INVALID', `hunt:1: the id ${id} is that of a built-in hunt`, {
        file: 'hunt',
        line: 1,
      })
    const path = join(this.#home, `${id}.sql`)
    try {
      mkdirSync(this.#home, { recursive: true })
      writeFileSync(`${path}.new`, source)
      renameSync(`${path}.new`, path)
    } catch (cause) {
      const errno = isObject(cause) && typeof cause['code'] === 'string' ? cause['code'] : ''
      const message = `${path} cannot be written: ${errno}`
      throw new MintmarkError('OUTPUT_UNWRITABLE', message, { errno }, { cause })
    }
    return id
  }
}
