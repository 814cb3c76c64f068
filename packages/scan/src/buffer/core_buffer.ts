/**
 * Buffers a core while it comes in, in order, once: `buffered_source.ts` says where. Blocks of
 * zeros take no room: of a Java process 2.5 of 2.7 GB through a pipe are zeros.
 */
import { BLOCK_BYTES, type BufferedInput, CHUNK_BYTES } from './buffer_layout.ts'
import { SpillWriter } from './spill.ts'

const ZEROS = Buffer.alloc(BLOCK_BYTES)

/** Memory for buffered bytes; none is given back before the buffer is wiped. */
export interface MemoryShare {
  take(bytes: number): boolean
}

export interface CoreBufferOptions {
  /** Where the file is made that takes what memory does not. Only we may write there. */
  readonly folder: string
  readonly memory: MemoryShare
}

export function fixedShare(maxBytes: number): MemoryShare {
  let left = maxBytes
  return {
    take(bytes) {
      if (bytes > left) return false
      left -= bytes
      return true
    },
  }
}

/** One core. Wipe it when done, whatever happens. */
export class CoreBuffer {
  readonly #options: CoreBufferOptions
  readonly #chunks: SharedArrayBuffer[] = []
  readonly #runs: number[] = []
  /** Where what comes next goes; {@link #pending} of its bytes are there already. */
  #window: Buffer = Buffer.alloc(0)
  #pending = 0
  #writer: SpillWriter | undefined
  #size = 0
  #dataBytes = 0

  constructor(options: CoreBufferOptions) {
    this.#options = options
  }

  /** Bytes taken, zeros included. */
  get size(): number {
    return this.#size + this.#pending
  }

  get spilledBytes(): number {
    return Math.max(0, this.#dataBytes - this.#chunks.length * CHUNK_BYTES)
  }

  /**
   * At least one byte, for {@link took}.
   * @throws the system's own error, such as `ENOSPC`
   */
  room(): Buffer {
    if (this.#window.length === 0) this.#window = this.#memoryWindow() ?? this.#fileWindow()
    return this.#window.subarray(this.#pending)
  }

  took(length: number): void {
    this.#pending += length
    while (this.#pending >= BLOCK_BYTES) this.#store(BLOCK_BYTES)
  }

  /** Takes bytes from elsewhere. The caller may use `bytes` again. */
  take(bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) {
      const count = bytes.copy(this.room(), 0, done)
      this.took(count)
      done += count
    }
  }

  /**
   * Valid until {@link wipe}; nothing more can be taken.
   * @throws as {@link room} does
   */
  input(): BufferedInput {
    if (this.#pending > 0) this.#store(this.#pending)
    const runs = new SharedArrayBuffer(this.#runs.length * Float64Array.BYTES_PER_ELEMENT)
    new Float64Array(runs).set(this.#runs)
    const spill = this.#writer?.spill
    return { kind: 'buffered', size: this.#size, runs, chunks: this.#chunks, spill }
  }

  /** Gives the core up: memory and key become zeros, the file ends. More than once does no harm. */
  wipe(): void {
    for (const chunk of this.#chunks) new Uint8Array(chunk).fill(0)
    this.#writer?.wipe()
  }

  /** Keeps the first bytes of the window; zeros are replaced by what is behind them. */
  #store(length: number): void {
    const block = this.#window.subarray(0, length)
    if (block.equals(ZEROS.subarray(0, length))) {
      this.#window.copyWithin(0, length, this.#pending)
    } else {
      this.#noteRun(length)
      this.#dataBytes += length
      this.#writer?.write(block)
      this.#window = this.#window.subarray(length)
    }
    this.#pending -= length
    this.#size += length
  }

  #noteRun(length: number): void {
    const last = this.#runs.length - 3
    const end = last < 0 ? -1 : (this.#runs[last] ?? 0) + (this.#runs[last + 2] ?? 0)
    if (end === this.#size) this.#runs[last + 2] = end - (this.#runs[last] ?? 0) + length
    else this.#runs.push(this.#size, this.#dataBytes, length)
  }

  /** undefined once memory takes no more; then the file takes all that follows. */
  #memoryWindow(): Buffer | undefined {
    if (!this.#hasRoomForChunk()) return undefined
    const chunk = new SharedArrayBuffer(CHUNK_BYTES)
    this.#chunks.push(chunk)
    return Buffer.from(chunk)
  }

  #hasRoomForChunk(): boolean {
    return this.#writer === undefined && this.#options.memory.take(CHUNK_BYTES)
  }

  #fileWindow(): Buffer {
    this.#writer ??= new SpillWriter(this.#options.folder)
    return this.#writer.room()
  }
}
