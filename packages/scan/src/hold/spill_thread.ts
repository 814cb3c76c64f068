/**
 * The thread that enciphers what memory does not take of a core, and writes it: see `spill.ts`.
 *
 * It loads little, for the dying process may have to wait for it.
 *
 * @module
 */
import { randomFillSync } from 'node:crypto'
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { BLOCK_BYTES } from './hold_layout.ts'
import { cipherAt } from './spill_cipher.ts'
import {
  Closing,
  errnoBytes,
  RING_BLOCKS,
  Slot,
  type SpillRing,
  slotsOf,
  WriterState,
} from './spill_ring.ts'

/** Enciphered at a time. */
const STEP_BLOCKS = 4

function run(ring: SpillRing): void {
  const slots = slotsOf(ring)
  try {
    randomFillSync(new Uint8Array(ring.secret))
    writeAll(ring, slots)
    Atomics.store(slots, Slot.state, WriterState.ended)
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
    const told = errnoBytes(ring)
    told.set(Buffer.from(errno).subarray(0, told.length - 1))
    Atomics.store(slots, Slot.state, WriterState.failed)
  }
  Atomics.notify(slots, Slot.written)
}

/** Writes what is given until nothing more comes. */
function writeAll(ring: SpillRing, slots: Int32Array): void {
  const cipher = cipherAt(ring.secret, 0)
  const lengths = new Int32Array(ring.lengths)
  let done = 0
  for (;;) {
    // Read in this order: what is rung for after the first is seen, or wakes at once.
    const bell = Atomics.load(slots, Slot.bell)
    const closing = Atomics.load(slots, Slot.closing)
    const given = Atomics.load(slots, Slot.given)
    if (closing === Closing.atOnce || (closing === Closing.onceWritten && given === done)) return
    if (given === done) {
      Atomics.wait(slots, Slot.bell, bell)
      continue
    }
    const at = done % RING_BLOCKS
    const blocks = Math.min(given - done, RING_BLOCKS - at, STEP_BLOCKS)
    const bytes = (blocks - 1) * BLOCK_BYTES + Atomics.load(lengths, at + blocks - 1)
    const plain = new Uint8Array(ring.blocks, at * BLOCK_BYTES, bytes)
    writeFully(ring.file, cipher.update(plain), done * BLOCK_BYTES)
    done += blocks
    Atomics.store(slots, Slot.written, done)
    Atomics.notify(slots, Slot.written)
  }
}

function writeFully(file: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, at + done)
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `spill.ts` starts this thread
run(workerData as SpillRing)
