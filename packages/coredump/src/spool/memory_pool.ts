/**
 * One memory bound for all receivers of a spool. Each writes its use before it counts: two that ask
 * at once may both be refused, never both exceed it.
 */
import type { MemoryShare } from '@mintmark/scan/buffer/core_buffer'
import type { Spool, SpoolEntry } from './spool.ts'

/** Of buffered bytes: fixed, or a share of what the machine has left when a core comes in. */
export type MemoryBound = number | 'auto'

export const AUTO_PART = 4
export const AUTO_MOST: number = 4 * 2 ** 30
/** Asked for at once: each time all receivers are examined. */
const STEP_BYTES = 64 << 20

export class MemoryPool implements MemoryShare {
  readonly #spool: Spool
  readonly #entry: SpoolEntry
  readonly #maxBytes: number
  #reserved = 0
  #taken = 0

  constructor(spool: Spool, entry: SpoolEntry, bound: MemoryBound) {
    this.#spool = spool
    this.#entry = entry
    this.#maxBytes = boundBytes(spool, bound)
  }

  take(bytes: number): boolean {
    const missing = this.#taken + bytes - this.#reserved
    if (missing > 0 && !this.#reserve(Math.max(missing, STEP_BYTES)) && !this.#reserve(missing))
      return false
    this.#taken += bytes
    return true
  }

  /** Returns what was asked for ahead. */
  giveBack(): void {
    this.#reserved = this.#taken
    this.#entry.sayBuffered(this.#taken)
  }

  #reserve(more: number): boolean {
    const wanted = this.#reserved + more
    if (wanted > this.#maxBytes) return false
    this.#entry.sayBuffered(wanted)
    if (this.#spool.bufferedBytes() > this.#maxBytes) {
      this.#entry.sayBuffered(this.#reserved)
      return false
    }
    this.#reserved = wanted
    return true
  }
}

export function boundBytes(spool: Spool, bound: MemoryBound): number {
  if (bound !== 'auto') return bound
  // Importing `node:process` would make a stream of standard input, which no longer blocks.
  return autoBound(process.availableMemory() + spool.bufferedBytes())
}

/** @param available bytes left of machine or control group, with those that are buffered */
export const autoBound = (available: number): number =>
  Math.min(AUTO_MOST, Math.floor(available / AUTO_PART))
