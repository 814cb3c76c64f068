/**
 * The first bytes of a core, read before the rest of the gate is loaded: those that were read before Node was started
 * (`early_reader.ts`), and more of what comes, so that its process waits for no more than Node.
 *
 * Imports only what itself imports nothing.
 *
 * @module
 */
import { closeSync, openSync } from 'node:fs'
import { crashOf } from './crash.ts'
import { CHUNK_BYTES, FIRST_MOST_BYTES, FIRST_OPTION, FIRST_SHARE } from './hold_layout.ts'
import { takeMemoryFile } from './memory_file.ts'
import { readSome } from './read_some.ts'
import { standBack } from './stand_back.ts'

const STANDARD_INPUT = 0

/** What was read before Node was started. */
export interface ReadBefore {
  /** Descriptor of a file in memory, as `memory_file.ts` takes it. */
  readonly file: number
  /** How long it was read, in milliseconds. */
  readonly readMs: number
  /** Of what is counted already, and stays where it is: the name of its folder in the spool. */
  readonly counted?: { readonly entry: string; readonly isAll: boolean } | undefined
}

/** In memory that is a file, and counted as held. */
export interface CountedBytes {
  readonly file: number
  readonly entry: string
  readonly isAll: boolean
}

export class FirstBytes {
  /** What is counted already; the rest is not read yet. */
  readonly counted: CountedBytes | undefined
  /** Of {@link CHUNK_BYTES} each, all but the last of them full. */
  readonly chunks: SharedArrayBuffer[] = []
  #length = 0
  /** There are no more: what they came from is closed. */
  readonly isAll: boolean
  /** How long the core was read, in milliseconds. */
  readonly readMs: number
  /** What was read before is lost: what the system said. */
  readonly failure: Error | undefined

  /**
   * Takes all that was read before, reads on up to `roomBytes`, in whole chunks, and closes the file at its end.
   *
   * @param file descriptor of the core, or of what is left of it
   */
  constructor(file: number, roomBytes: number, before?: ReadBefore) {
    if (before?.counted !== undefined) {
      this.counted = { file: before.file, ...before.counted }
      this.isAll = before.counted.isAll
      this.readMs = before.readMs
      if (this.isAll) closeInput(file)
      return
    }
    try {
      if (before !== undefined) this.#length = takeMemoryFile(before.file, this.chunks)
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error('not an error')
    }
    const startMs = performance.now() - (before?.readMs ?? 0)
    this.isAll = this.failure === undefined && this.#readAll(file, roomBytes)
    this.readMs = performance.now() - startMs
  }

  get length(): number {
    return this.#length
  }

  /** @returns whether that was all */
  #readAll(file: number, roomBytes: number): boolean {
    try {
      while (this.#hasRoom(roomBytes)) {
        const count = readSome(file, this.#room())
        this.#length += count
        if (count > 0) continue
        closeInput(file)
        return true
      }
    } catch {
      // Whoever reads on meets the same, and tells it.
    }
    return false
  }

  /** In a chunk that is there, or for one more. */
  #hasRoom(roomBytes: number): boolean {
    return (
      this.#length < this.chunks.length * CHUNK_BYTES || this.#length + CHUNK_BYTES <= roomBytes
    )
  }

  #room(): Uint8Array {
    const at = this.#length % CHUNK_BYTES
    if (this.#length === this.chunks.length * CHUNK_BYTES)
      this.chunks.push(new SharedArrayBuffer(CHUNK_BYTES))
    const chunk = this.chunks.at(-1)
    return chunk === undefined ? new Uint8Array(0) : new Uint8Array(chunk, at)
  }
}

/** What the receiver is called with, and the first bytes of the core. */
export interface Called {
  /** The folder of the gate's state, then what the kernel tells of the crash, or `--check` alone. */
  readonly told: readonly string[]
  /** Nothing of a process that asked for no core. */
  readonly first: FirstBytes | undefined
}

/**
 * Reads what was read before, and standard input.
 *
 * @param args those of {@link Called}, behind the option that names what was read before, where anything was
 */
export function readFirst(args: readonly string[]): Called {
  const before = readBeforeIn(args[0])
  const told = before === undefined ? args : args.slice(1)
  const isCore = told[1] !== '--check' && !crashOf(told.slice(1), 0).wantsNone
  if (before === undefined && !isCore) return { told, first: undefined }
  const room = Math.min(FIRST_MOST_BYTES, process.availableMemory() / FIRST_SHARE)
  const first = new FirstBytes(STANDARD_INPUT, room, before)
  // Others may crash at the same time: they are read before what is to be done with this one is loaded.
  if (first.isAll) standBack()
  return { told, first }
}

/** The path of a folder, which stands there where nothing was read before, begins with a slash. */
function readBeforeIn(arg: string | undefined): ReadBefore | undefined {
  if (arg?.startsWith(FIRST_OPTION) !== true) return undefined
  const [file, readMs, isAll, entry] = arg.slice(FIRST_OPTION.length).split(':')
  const counted = entry === undefined ? undefined : { entry, isAll: isAll === '1' }
  return { file: Number(file), readMs: Number(readMs), counted }
}

/** Lets the dying process go. No file that is opened later may become standard input. */
export function closeInput(file: number): void {
  closeSync(file)
  if (file === STANDARD_INPUT) openSync('/dev/null', 'r')
}
