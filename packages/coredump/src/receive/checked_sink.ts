/** A buffer for unpacked data, with a checksum and a check of the disk's room. */
import { crc32 } from 'node:zlib'
import type { CoreBuffer } from '@mintmark/scan/buffer/core_buffer'
import type { Sink } from '@mintmark/scan/buffer/small_buffer'

const CHECK_BYTES = 64 << 20

export class CheckedSink implements Sink {
  readonly #buffer: CoreBuffer
  readonly #check: () => void
  #checked = 0
  size = 0
  sum = 0

  /** @param check throws if no more may go to the disk */
  constructor(buffer: CoreBuffer, check: () => void) {
    this.#buffer = buffer
    this.#check = check
  }

  take(bytes: Buffer): void {
    this.sum = crc32(bytes, this.sum)
    this.size += bytes.length
    this.#buffer.take(bytes)
    if (this.#buffer.spilledBytes - this.#checked < CHECK_BYTES) return
    this.#checked = this.#buffer.spilledBytes
    this.#check()
  }
}
