/** Copies a file with some of its bytes erased, hashes both, and makes sure of what was written. @module */
import { createHash, type Hash } from 'node:crypto'
import { type ByteSource, dataRanges, fileSource, type Range } from '@mintmark/dump'
import { joinedRanges } from './erased_ranges.ts'
import type { NewFile } from './new_file.ts'

const BLOCK_BYTES = 1 << 20
const ZEROS = new Uint8Array(BLOCK_BYTES)

export interface Copied {
  /** SHA-256 as hex, holes included. */
  readonly inputSha256: string
  readonly outputSha256: string
}

export interface CopyTask {
  readonly source: ByteSource
  /** Where the source has data; the rest is left a hole. */
  readonly data: readonly Range[]
  readonly erased: readonly Range[]
  readonly target: NewFile
  readonly onProgress: (doneBytes: number) => void
}

/**
 * Writes the source to the target, zeros in place of what is erased. Holes stay holes.
 *
 * Cost: up to the first byte that is erased both have the same hash, which is computed once.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `DISK_FULL`, `OUTPUT_UNWRITABLE`
 */
export async function copyErased(task: CopyTask): Promise<Copied> {
  const { source, target } = task
  const input = createHash('sha256')
  let output: Hash | undefined
  const eraser = new Eraser(task.erased)
  target.resize(source.size)
  for await (const block of blocksOf(task)) {
    const { offset, bytes } = block
    if (eraser.concerns(block)) output ??= input.copy()
    input.update(bytes)
    eraser.erase(block)
    output?.update(bytes)
    if (isHole(block)) continue
    target.write(bytes, offset)
    bytes.fill(0)
  }
  const inputSha256 = input.digest('hex')
  return { inputSha256, outputSha256: output?.digest('hex') ?? inputSha256 }
}

/**
 * Reads what {@link copyErased} wrote, and compares it byte by byte with the source and what is erased. What neither of them
 * has data in is zeros in both, and is not read.
 *
 * @param path of what was written
 * @throws {MintmarkError} `INPUT_UNREADABLE` if either cannot be read
 */
export async function isAsCopied(
  { source, data, erased }: Pick<CopyTask, 'source' | 'data' | 'erased'>,
  path: string,
): Promise<boolean> {
  const written = fileSource(path)
  const buffer = new Uint8Array(BLOCK_BYTES)
  try {
    if (written.size !== source.size) return false
    const either = joinedRanges([...data, ...dataRanges(path, written.size)])
    const eraser = new Eraser(erased)
    let end = 0
    for await (const block of blocksOf({ source, data: either, onProgress: () => {} })) {
      const { offset, bytes } = block
      end = offset + bytes.length
      if (isHole(block)) continue
      eraser.erase(block)
      const present = written.read(offset, buffer.subarray(0, bytes.length))
      const isSame = Buffer.compare(bytes, buffer.subarray(0, present)) === 0
      bytes.fill(0)
      if (!isSame) return false
    }
    return end === source.size
  } finally {
    written.close()
  }
}

/** Erases what is to be erased, block after block in order of offset. */
class Eraser {
  readonly #erased: readonly Range[]
  /** The first range that ends behind the begin of the last block. */
  #next = 0

  constructor(erased: readonly Range[]) {
    this.#erased = erased
  }

  /** Whether anything in the block is to be erased. */
  concerns({ offset, bytes }: Block): boolean {
    const range = this.#firstFrom(offset)
    return range !== undefined && range.offset < offset + bytes.length
  }

  /** Holes are zeros as they are. */
  erase(block: Block): void {
    if (isHole(block) || !this.concerns(block)) return
    const { offset, bytes } = block
    for (let i = this.#next; i < this.#erased.length; i++) {
      const range = this.#erased[i]
      if (range === undefined || range.offset >= offset + bytes.length) break
      bytes.fill(0, Math.max(0, range.offset - offset), range.offset + range.length - offset)
    }
  }

  #firstFrom(offset: number): Range | undefined {
    for (let range = this.#erased[this.#next]; range !== undefined; ) {
      if (range.offset + range.length > offset) return range
      range = this.#erased[++this.#next]
    }
    return undefined
  }
}

/** SHA-256 of a file, holes included. */
export async function sha256OfFile(path: string): Promise<string> {
  const source = fileSource(path)
  const hash: Hash = createHash('sha256')
  try {
    const data = dataRanges(path, source.size)
    for await (const { bytes } of blocksOf({ source, data, onProgress: () => {} })) {
      hash.update(bytes)
    }
  } finally {
    source.close()
  }
  return hash.digest('hex')
}

interface Block {
  readonly offset: number
  /** Valid until the next block. Those of holes are zeros that must not be written to. */
  readonly bytes: Uint8Array
}

/** All of a source in order, holes without reading them. */
async function* blocksOf({
  source,
  data,
  onProgress,
}: Pick<CopyTask, 'source' | 'data' | 'onProgress'>): AsyncGenerator<Block, void, void> {
  const buffer = new Uint8Array(BLOCK_BYTES)
  let at = 0
  for (const { offset, length } of [...data, { offset: source.size, length: 0 }]) {
    for (; at < offset; at += Math.min(BLOCK_BYTES, offset - at)) {
      yield { offset: at, bytes: ZEROS.subarray(0, Math.min(BLOCK_BYTES, offset - at)) }
      onProgress(at)
      // oxlint-disable-next-line no-await-in-loop -- lets signals and progress through
      await breath()
    }
    const end = Math.min(source.size, offset + length)
    while (at < end) {
      const present = source.read(at, buffer.subarray(0, Math.min(BLOCK_BYTES, end - at)))
      // The file became shorter: what is missing is identified by its size and times.
      if (present === 0) return
      yield { offset: at, bytes: buffer.subarray(0, present) }
      at += present
      onProgress(at)
      // oxlint-disable-next-line no-await-in-loop -- lets signals and progress through
      await breath()
    }
  }
}

const breath = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

const isHole = ({ bytes }: Block): boolean => bytes.buffer === ZEROS.buffer
