/**
 * What the thread that reads a core and the one that writes its file share.
 *
 * @module
 */
import { BLOCK_BYTES, SECRET_BYTES, type Spill } from './hold_layout.ts'

export const RING_BLOCKS = 256

export interface SpillRing extends Spill {
  /** {@link RING_BLOCKS} blocks as they came in: block n of the file lies at n modulo their number. */
  readonly blocks: SharedArrayBuffer
  /** Bytes of each of them, int32: only the last of a core may be shorter. */
  readonly lengths: SharedArrayBuffer
  /** Of int32, by {@link Slot}; behind them the name of what the system said. */
  readonly control: SharedArrayBuffer
}

/** Each has one thread that writes it. */
export const Slot = {
  /** Reader's, in blocks. */
  given: 0,
  /** Writer's, in blocks. */
  written: 1,
  /** Reader's: goes up with everything that the writer has to look at. */
  bell: 2,
  /** Reader's; see {@link Closing}. */
  closing: 3,
  /** Writer's; see {@link WriterState}. */
  state: 4,
} as const

export const Closing = { no: 0, onceWritten: 1, atOnce: 2 } as const
export const WriterState = { atWork: 0, ended: 1, failed: 2 } as const

const SLOT_BYTES = 5 * Int32Array.BYTES_PER_ELEMENT
const ERRNO_BYTES = 16

/** @param file a file descriptor, empty and open for reading and writing */
export function newSpillRing(file: number): SpillRing {
  return {
    file,
    secret: new SharedArrayBuffer(SECRET_BYTES),
    blocks: new SharedArrayBuffer(RING_BLOCKS * BLOCK_BYTES),
    lengths: new SharedArrayBuffer(RING_BLOCKS * Int32Array.BYTES_PER_ELEMENT),
    control: new SharedArrayBuffer(SLOT_BYTES + ERRNO_BYTES),
  }
}

export const slotsOf = ({ control }: SpillRing): Int32Array =>
  new Int32Array(control, 0, SLOT_BYTES / Int32Array.BYTES_PER_ELEMENT)

/** Ends at the first zero. */
export const errnoBytes = ({ control }: SpillRing): Uint8Array =>
  new Uint8Array(control, SLOT_BYTES, ERRNO_BYTES)
