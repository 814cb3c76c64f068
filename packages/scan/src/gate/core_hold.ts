/**
 * Holds a core back while it comes in, in order, once: see `held_input.ts` for where its bytes go.
 *
 * A core through a pipe has no holes: of a Java process 2.5 of 2.7 GB are zeros. Blocks of zeros take no room.
 *
 * @module
 */
import { randomFillSync } from 'node:crypto'
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs'
import path from 'node:path'
import { CHUNK_BYTES, cipherAt, type HeldInput, SECRET_BYTES, type Spill } from './held_input.ts'

/** Held or found to be zeros as a whole. A divisor of {@link CHUNK_BYTES}. */
export const BLOCK_BYTES: number = 1 << 16
const ZEROS = Buffer.alloc(BLOCK_BYTES)

export interface HoldOptions {
  /** Where the file is made that takes what memory does not. Only we may write there. */
  readonly folder: string
  /** Bytes of data that are held in memory. */
  readonly maxMemoryBytes: number
}

/** One core. Wipe it when done, whatever happens. */
export class CoreHold {
  readonly #folder: string
  readonly #mostChunks: number
  readonly #chunks: SharedArrayBuffer[] = []
  readonly #runs: number[] = []
  #spill: Spill | undefined
  #size = 0
  #heldBytes = 0

  constructor({ folder, maxMemoryBytes }: HoldOptions) {
    this.#folder = folder
    this.#mostChunks = Math.floor(maxMemoryBytes / CHUNK_BYTES)
  }

  /** Bytes taken, zeros included. */
  get size(): number {
    return this.#size
  }

  /** Bytes that are not in memory but in the encrypted file. */
  get spilledBytes(): number {
    return Math.max(0, this.#heldBytes - this.#chunks.length * CHUNK_BYTES)
  }

  /**
   * Takes the next block; only the last may be shorter than {@link BLOCK_BYTES}. The caller may use `block` again.
   *
   * @throws the system's own error if the file cannot be written (`ENOSPC`: the disk is full)
   */
  take(block: Buffer): void {
    if (!block.equals(ZEROS.subarray(0, block.length))) {
      this.#noteRun(block.length)
      this.#store(block)
      this.#heldBytes += block.length
    }
    this.#size += block.length
  }

  /** What was taken, to be read. It stands until {@link wipe}. */
  input(): HeldInput {
    const runs = new SharedArrayBuffer(this.#runs.length * Float64Array.BYTES_PER_ELEMENT)
    new Float64Array(runs).set(this.#runs)
    return { kind: 'held', size: this.#size, runs, chunks: this.#chunks, spill: this.#spill }
  }

  /** Gives the core up: memory and key become zeros, the file ends. More than once does no harm. */
  wipe(): void {
    for (const chunk of this.#chunks) new Uint8Array(chunk).fill(0)
    if (this.#spill === undefined) return
    new Uint8Array(this.#spill.secret).fill(0)
    closeSync(this.#spill.file)
    this.#spill = undefined
  }

  #noteRun(length: number): void {
    const last = this.#runs.length - 3
    const end = last < 0 ? -1 : (this.#runs[last] ?? 0) + (this.#runs[last + 2] ?? 0)
    if (end === this.#size) this.#runs[last + 2] = end - (this.#runs[last] ?? 0) + length
    else this.#runs.push(this.#size, this.#heldBytes, length)
  }

  #store(block: Buffer): void {
    const at = this.#heldBytes
    const chunk = Math.floor(at / CHUNK_BYTES)
    if (chunk === this.#chunks.length && chunk < this.#mostChunks)
      this.#chunks.push(new SharedArrayBuffer(CHUNK_BYTES))
    const memory = this.#chunks[chunk]
    if (memory !== undefined) new Uint8Array(memory, at % CHUNK_BYTES).set(block)
    else this.#writeSpill(block, at - this.#chunks.length * CHUNK_BYTES)
  }

  #writeSpill(block: Buffer, at: number): void {
    this.#spill ??= openSpill(this.#folder)
    const enciphered = cipherAt(this.#spill.secret, at).update(block)
    for (let done = 0; done < enciphered.length; )
      done += writeSync(this.#spill.file, enciphered, done, enciphered.length - done, at + done)
  }
}

/** A new file whose name is gone before its first byte is written. */
function openSpill(folder: string): Spill {
  const name = path.join(folder, 'hold')
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants
  const file = openSync(name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600)
  unlinkSync(name)
  const secret = new SharedArrayBuffer(SECRET_BYTES)
  randomFillSync(new Uint8Array(secret))
  return { file, secret }
}
