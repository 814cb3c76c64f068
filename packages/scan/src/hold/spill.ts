/**
 * The encrypted file for what memory does not take of a core: another thread writes it while this one reads on.
 *
 * @module
 */
import { closeSync, constants, openSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { MintmarkError } from '@mintmark/core'
import { BLOCK_BYTES, type Spill } from './hold_layout.ts'
import {
  Closing,
  errnoBytes,
  newSpillRing,
  RING_BLOCKS,
  Slot,
  type SpillRing,
  slotsOf,
  WriterState,
} from './spill_ring.ts'

const SCRIPT = new URL('./spill_thread.ts', import.meta.url)
/** Looked at again after this, should a call have been missed. */
const LOOK_MS = 100
/** A disk that takes nothing for so long counts as broken. */
const PATIENCE_MS = 60_000
/** Its buffers are outside of this. */
const HEAP_MB = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 }

export class SpillWriter {
  readonly #ring: SpillRing
  readonly #slots: Int32Array
  readonly #lengths: Int32Array
  #isOpen: boolean = true

  /** @param folder where the file is made; only we may write there */
  constructor(folder: string) {
    this.#ring = newSpillRing(openNameless(folder))
    this.#slots = slotsOf(this.#ring)
    this.#lengths = new Int32Array(this.#ring.lengths)
    const writer = new Worker(SCRIPT, { workerData: this.#ring, resourceLimits: HEAP_MB })
    // It tells what it has to tell through the ring; this thread is too busy to hear.
    writer.on('error', () => {})
    writer.unref()
  }

  /**
   * A place for the next blocks, once there is one: a block at least.
   *
   * @throws the system's own error if the file cannot be written (`ENOSPC`: the disk is full)
   */
  room(): Buffer {
    const given = this.#slots[Slot.given] ?? 0
    const free = () => RING_BLOCKS + Atomics.load(this.#slots, Slot.written) - given
    this.#waitUntil(() => free() > 0)
    const at = given % RING_BLOCKS
    const blocks = Math.min(free(), RING_BLOCKS - at)
    return Buffer.from(this.#ring.blocks, at * BLOCK_BYTES, blocks * BLOCK_BYTES)
  }

  /** Gives the next block of what was read into {@link room} to be written; only the last may be shorter. */
  give(length: number): void {
    const given = this.#slots[Slot.given] ?? 0
    Atomics.store(this.#lengths, given % RING_BLOCKS, length)
    Atomics.store(this.#slots, Slot.given, given + 1)
    this.#ringBell()
  }

  /**
   * Waits until all is written; nothing can be given any more.
   *
   * @throws as {@link room} does
   */
  finish(): Spill {
    this.#close(Closing.onceWritten)
    this.#waitUntil(() => this.#state() === WriterState.ended)
    const { file, secret } = this.#ring
    return { file, secret }
  }

  /** Ends the thread and the file; key and ring become zeros. More than once does no harm. */
  wipe(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#close(Closing.atOnce)
    const isOver = this.#isSoon(() => this.#state() !== WriterState.atWork)
    for (const bytes of [this.#ring.secret, this.#ring.blocks]) new Uint8Array(bytes).fill(0)
    // While it may still be written to, its number must not become another file's.
    if (isOver) closeSync(this.#ring.file)
  }

  #state(): number {
    return Atomics.load(this.#slots, Slot.state)
  }

  #close(how: number): void {
    Atomics.store(this.#slots, Slot.closing, how)
    this.#ringBell()
  }

  #ringBell(): void {
    Atomics.add(this.#slots, Slot.bell, 1)
    Atomics.notify(this.#slots, Slot.bell)
  }

  #waitUntil(isReady: () => boolean): void {
    if (!this.#isSoon(() => isReady() || this.#state() === WriterState.failed))
      throw new MintmarkError('OUTPUT_UNWRITABLE', 'the file that holds a core back stands still')
    if (this.#state() !== WriterState.failed) return
    const [code = 'UNKNOWN'] = Buffer.from(errnoBytes(this.#ring)).toString('latin1').split('\0')
    throw Object.assign(new Error('the file that holds a core back cannot be written'), { code })
  }

  /** @returns false if the thread wrote nothing for {@link PATIENCE_MS}, and it is not so */
  #isSoon(isReady: () => boolean): boolean {
    for (let waits = 0; !isReady(); waits++) {
      const written = Atomics.load(this.#slots, Slot.written)
      if (isReady()) break
      const seen = Atomics.wait(this.#slots, Slot.written, written, LOOK_MS)
      if (seen !== 'timed-out') waits = 0
      if (waits * LOOK_MS >= PATIENCE_MS) return false
    }
    return true
  }
}

/** A new file whose name is gone before its first byte is written. */
function openNameless(folder: string): number {
  const name = path.join(folder, 'hold')
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants
  const file = openSync(name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600)
  unlinkSync(name)
  return file
}
