/** Files and folders of the command line, as files. */
import { type BigIntStats, closeSync, constants, existsSync, openSync, readSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { whyUnread } from '@mintmark/core'
import { type FilePath, fsPath, namedPath, pathText } from '@mintmark/dump'

export const STANDARD_INPUT = '-'

export interface InputFile {
  readonly path: FilePath
  /** Bytes; 0 of a pipe, which has none. */
  readonly size: number
  readonly isPipe: boolean
  readonly isNamed: boolean
}

export interface Unreadable {
  readonly path: string
  readonly reason: string
}

interface InputFiles {
  readonly files: readonly InputFile[]
  readonly unreadable: readonly Unreadable[]
}

/** Each folder and file once: a loop ends. Pipes, sockets, devices in folders are reported. */
export async function inputFiles(paths: readonly string[]): Promise<InputFiles> {
  const walk = new Walk()
  for (const given of paths) {
    // oxlint-disable-next-line no-await-in-loop -- the order of the command line is the order of the answer
    for (const each of await meant(given)) await walk.take(each, true)
  }
  return walk
}

const NO_LETTER = '\ufffd'

/** A path of the command line. Node has it as text alone: all files are found whose names decode to this text. */
async function meant(given: string): Promise<readonly FilePath[]> {
  const [folder, name] = [path.dirname(given), path.basename(given)]
  if (!name.includes(NO_LETTER) || existsSync(given)) return [given]
  const names = await readdir(folder, { encoding: 'buffer' }).catch(() => [])
  const alike = names.filter((each) => each.toString() === name)
  return alike.length === 0 ? [given] : alike.map((each) => joined(folder, each))
}

function joined(folder: FilePath, name: Buffer): FilePath {
  const whole = Buffer.concat([Buffer.from(folder), Buffer.from(path.sep), name])
  const named = namedPath(whole)
  return typeof named === 'string' ? path.join(named) : named
}

class Walk implements InputFiles {
  readonly files: InputFile[] = []
  readonly unreadable: Unreadable[] = []
  readonly #seen = new Set<string>()

  async take(file: FilePath, isNamed: boolean): Promise<void> {
    if (file === STANDARD_INPUT && isNamed) return this.#takePipe(file)
    try {
      const found = await stat(fsPath(file), { bigint: true })
      if (!this.#isNew(`${found.dev} ${found.ino}`)) return
      if (!found.isDirectory()) return this.#takeFile(file, found, isNamed)
      const names = await readdir(fsPath(file), { encoding: 'buffer' })
      for (const name of names.toSorted((a, b) => Buffer.compare(a, b))) {
        // oxlint-disable-next-line no-await-in-loop -- one after another keeps their order
        await this.take(joined(file, name), false)
      }
    } catch (error) {
      this.#leaveOut(file, reasonOf(error, pathText(file)))
    }
  }

  #isNew(id: string): boolean {
    const isNew = !this.#seen.has(id)
    this.#seen.add(id)
    return isNew
  }

  #takeFile(file: FilePath, found: BigIntStats, isNamed: boolean): void {
    const size = Number(found.size)
    if (found.isFile()) {
      const isUnsized = size === 0 && givesBytes(file)
      if (isUnsized && !isNamed) this.#leaveOut(file, UNSIZED)
      else this.files.push({ path: file, size, isPipe: isUnsized, isNamed })
    } else if (!found.isFIFO()) this.#leaveOut(file, found.isBlockDevice() ? DEVICE : 'not a file')
    else if (isNamed) this.#takePipe(file)
    else this.#leaveOut(file, PIPE)
  }

  #leaveOut(file: FilePath, reason: string): void {
    this.unreadable.push({ path: pathText(file), reason })
  }

  #takePipe(file: FilePath): void {
    if (this.#isNew(pathText(file)))
      this.files.push({ path: file, size: 0, isPipe: true, isNamed: true })
  }
}

const DEVICE = 'a device: give it on standard input (mintmark scan - < DEVICE)'
const PIPE = 'a pipe in a folder: name it by itself, for it is read once'
const UNSIZED = 'it says that it is empty, and is not: name it by itself'

/** Files of `/proc` say that they are empty, and are not. One that gives nothing yet is not waited for. */
function givesBytes(file: FilePath): boolean {
  const descriptor = openSync(fsPath(file), constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return readSync(descriptor, Buffer.alloc(1)) > 0
  } finally {
    closeSync(descriptor)
  }
}

/** Why a file could not be read, in words; where there are none, the error's code. */
export function reasonOf(error: unknown, file: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
  if (code === 'ENOENT' && file.includes(NO_LETTER))
    return 'its name is not UTF-8: name the folder that it is in'
  return whyUnread(code)
}
