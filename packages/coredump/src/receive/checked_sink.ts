/** A hold for what is unpacked: with a checksum, and with room asked for on the disk while it goes there. @module */
import { crc32 } from 'node:zlib'
import type { CoreHold } from '@mintmark/scan/hold/core_hold'
import type { Sink } from '@mintmark/scan/hold/small_hold'

const CHECK_BYTES = 64 << 20

export class CheckedSink implements Sink {
  readonly #hold: CoreHold
  readonly #check: () => void
  #checked = 0
  size = 0
  /** CRC-32 of what was taken. */
  sum = 0

  /** @param check throws if no more may go to the disk */
  constructor(hold: CoreHold, check: () => void) {
    this.#hold = hold
    this.#check = check
  }

  take(bytes: Buffer): void {
    this.sum = crc32(bytes, this.sum)
    this.size += bytes.length
    this.#hold.take(bytes)
    if (this.#hold.spilledBytes - this.#checked < CHECK_BYTES) return
    this.#checked = this.#hold.spilledBytes
    this.#check()
  }
}
