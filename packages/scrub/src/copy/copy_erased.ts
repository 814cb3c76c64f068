import { createHash, type Hash } from 'node:crypto'
import { type ByteSource, dataRanges, fileSource, type Range } from '@mintmark/dump'
import { eraseIn } from '@mintmark/scan/memory/scan_input'
import type { NewFile } from './new_file.ts'

const BLOCK_BYTES = 1 << 20
const ZEROS = new Uint8Array(BLOCK_BYTES)

export interface Copied {
  readonly inputSha256: string
  readonly outputSha256: string
}

interface Readable {
  readonly source: ByteSource
  readonly data: readonly Range[]
  readonly onProgress?: (doneBytes: number) => void
}

export interface CopyTask extends Readable {
  readonly erased: readonly Range[]
  readonly target: NewFile
}

/**
 * Holes stay holes. @throws {MintmarkError} `INPUT_UNREADABLE`, `DISK_FULL`, `OUTPUT_UNWRITABLE`
 */
export async function copyErased(task: CopyTask): Promise<Copied> {
  const { source, target, erased } = task
  const [first] = erased
  const input = createHash('sha256')
  let output: Hash | undefined
  target.resize(source.size)
  for await (const { offset, bytes, isHole } of blocksOf(task)) {
    if (first !== undefined && first.offset < offset + bytes.length) output ??= input.copy()
    input.update(bytes)
    if (!isHole) eraseIn(bytes, offset, erased)
    output?.update(bytes)
    if (isHole) continue
    target.write(bytes, offset)
    bytes.fill(0)
  }
  const inputSha256 = input.digest('hex')
  return { inputSha256, outputSha256: output?.digest('hex') ?? inputSha256 }
}

export async function sha256OfFile(path: string): Promise<string> {
  const source = fileSource(path)
  const hash = createHash('sha256')
  try {
    const data = dataRanges(path, source.size)
    for await (const { bytes } of blocksOf({ source, data })) hash.update(bytes)
  } finally {
    source.close()
  }
  return hash.digest('hex')
}

interface Block {
  readonly offset: number
  /** Valid until the next block. Those of holes are zeros that must not be written to. */
  readonly bytes: Uint8Array
  readonly isHole: boolean
}

/** All of a source in order, holes without reading them. */
async function* blocksOf({ source, data, onProgress }: Readable): AsyncGenerator<Block> {
  const buffer = new Uint8Array(BLOCK_BYTES)
  let at = 0
  for (const { offset, length } of [...data, { offset: source.size, length: 0 }]) {
    const end = Math.min(source.size, offset + length)
    while (at < Math.max(offset, end)) {
      const isHole = at < offset
      const most = Math.min(BLOCK_BYTES, (isHole ? offset : end) - at)
      const present = isHole ? most : source.read(at, buffer.subarray(0, most))
      // The file became shorter: what is missing is identified by its size and times.
      if (present === 0) return
      yield { offset: at, bytes: (isHole ? ZEROS : buffer).subarray(0, present), isHole }
      at += present
      onProgress?.(at)
      // oxlint-disable-next-line no-await-in-loop -- lets signals and progress through
      await breath()
    }
  }
}

const breath = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })
