/**
 * Files and folders of the command line, as the files that they hold.
 *
 * @module
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { whyUnread } from '@mintmark/core'

/** Standard input, as a path. */
export const STANDARD_INPUT = '-'

/** A file to read. */
export interface InputFile {
  readonly path: string
  /** Bytes; 0 of a pipe, which does not tell. */
  readonly size: number
  /** Read in order, once: a pipe, or standard input whatever it is. */
  readonly isPipe: boolean
  /** On the command line itself, not in a folder of it. */
  readonly isNamed: boolean
}

/** A path that cannot be read, and why. */
export interface Unreadable {
  readonly path: string
  readonly reason: string
}

export interface InputFiles {
  /** In order of the command line, in folders by name; each file once, whatever links lead to it. */
  readonly files: readonly InputFile[]
  readonly unreadable: readonly Unreadable[]
}

/**
 * Walks folders, and follows links in them: each folder and each file once, so that a loop ends.
 *
 * Pipes are read where they are named themselves, and left out of folders. So are sockets and devices, which named
 * themselves are told as unreadable.
 */
export async function inputFiles(paths: readonly string[]): Promise<InputFiles> {
  const walk = new Walk()
  for (const given of paths) {
    // oxlint-disable-next-line no-await-in-loop -- the order of the command line is the order of the answer
    await walk.take(given, true)
  }
  return walk
}

class Walk implements InputFiles {
  readonly files: InputFile[] = []
  readonly unreadable: Unreadable[] = []
  readonly #seen = new Set<string>()

  async take(given: string, isNamed: boolean): Promise<void> {
    const pending = [{ place: given, isNamed }]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      // oxlint-disable-next-line no-await-in-loop -- one folder after another keeps their order
      const inside = await this.#visit(next.place, next.isNamed)
      for (const name of inside.toReversed()) {
        pending.push({ place: path.join(next.place, name), isNamed: false })
      }
    }
  }

  /** @returns names in the folder, if it is one that was not seen before */
  async #visit(place: string, isNamed: boolean): Promise<readonly string[]> {
    if (place === STANDARD_INPUT && isNamed) return this.#takePipe(place)
    try {
      const found = await stat(place, { bigint: true })
      const id = `${found.dev} ${found.ino}`
      if (this.#seen.has(id)) return []
      this.#seen.add(id)
      if (found.isDirectory()) {
        const names = await readdir(place)
        return names.toSorted((a, b) => (a < b ? -1 : 1))
      }
      const size = Number(found.size)
      const isPipe = isNamed && size === 0 && found.isFile() && givesBytes(place)
      if (found.isFile()) this.files.push({ path: place, size, isPipe, isNamed })
      else if (isNamed && found.isBlockDevice())
        this.unreadable.push({ path: place, reason: DEVICE })
      else if (isNamed && found.isFIFO()) this.#takePipe(place)
      else if (isNamed) this.unreadable.push({ path: place, reason: 'not a file' })
    } catch (error) {
      this.unreadable.push({ path: place, reason: reasonOf(error, place) })
    }
    return []
  }

  #takePipe(place: string): readonly string[] {
    if (this.#seen.has(place)) return []
    this.#seen.add(place)
    this.files.push({ path: place, size: 0, isPipe: true, isNamed: true })
    return []
  }
}

const DEVICE = 'a device: give it on standard input (mintmark scan - < DEVICE)'

/** Files of `/proc` say that they are empty, and are not. */
function givesBytes(place: string): boolean {
  const file = openSync(place, 'r')
  try {
    return readSync(file, Buffer.alloc(1)) > 0
  } finally {
    closeSync(file)
  }
}

/** What Node puts in place of bytes that are no UTF-8. */
const NO_LETTER = '\ufffd'

/** Why a file could not be read, in words; where there are none, the error's code. */
export function reasonOf(error: unknown, place: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
  if (code === 'ENOENT' && place.includes(NO_LETTER))
    return 'its name is not UTF-8: give it another'
  return whyUnread(code)
}
