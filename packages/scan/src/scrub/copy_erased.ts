/**
 * Copies a file with some of its bytes erased, and hashes both.
 *
 * @module
 */
import { createHash, type Hash } from 'node:crypto'
import { type ByteSource, dataRanges, fileSource, type Range } from '@mintmark/dump'
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
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `DISK_FULL`, `OUTPUT_UNWRITABLE`
 */
export async function copyErased(task: CopyTask): Promise<Copied> {
  const { source, target, erased } = task
  const input = createHash('sha256')
  const output = createHash('sha256')
  target.resize(source.size)
  let next = 0
  for await (const { offset, bytes } of blocksOf(task)) {
    input.update(bytes)
    if (bytes.buffer === ZEROS.buffer) {
      output.update(bytes)
      continue
    }
    next = firstBehind(erased, next, offset)
    for (let i = next; i < erased.length; i++) {
      const range = erased[i]
      if (range === undefined || range.offset >= offset + bytes.length) break
      bytes.fill(0, Math.max(0, range.offset - offset), range.offset + range.length - offset)
    }
    output.update(bytes)
    target.write(bytes, offset)
    bytes.fill(0)
  }
  return { inputSha256: input.digest('hex'), outputSha256: output.digest('hex') }
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
      const held = source.read(at, buffer.subarray(0, Math.min(BLOCK_BYTES, end - at)))
      // The file became shorter: what is missing is told by its size and times.
      if (held === 0) return
      yield { offset: at, bytes: buffer.subarray(0, held) }
      at += held
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

function firstBehind(ranges: readonly Range[], from: number, offset: number): number {
  let next = from
  for (let range = ranges[next]; range !== undefined; range = ranges[next]) {
    if (range.offset + range.length > offset) break
    next++
  }
  return next
}
