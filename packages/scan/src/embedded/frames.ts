/**
 * Finds where frames of zstd and lz4 end: their programs take later bytes for damage.
 *
 * Source: RFC 8878, section 3.1.1; the LZ4 frame format 1.6.2. @module
 */
import type { ByteSource } from '@mintmark/dump'
import { zstdBlocksAt } from '../encoded/packed_heads.ts'

const HEAD_BYTES = 32
const SUM_BYTES = 4

/** Behind the frames that follow each other from an offset on; the source's size where the last of them has no end. */
export function framesEnd(source: ByteSource, at: number, name: 'zstd' | 'lz4'): number {
  let end = at
  for (;;) {
    const next = name === 'zstd' ? zstdEnd(source, end) : lz4End(source, end)
    if (next === undefined) return end
    end = Math.min(next, source.size)
    if (end >= source.size) return source.size
  }
}

function bytesAt(source: ByteSource, at: number, length: number): DataView {
  const bytes = new Uint8Array(length)
  source.read(at, bytes)
  return new DataView(bytes.buffer)
}

const ZSTD = 0xfd2fb528
const SKIPPABLE = 0x184d2a5
const LZ4 = 0x184d2204

/** Behind the frame that begins there; undefined where none does. */
function zstdEnd(source: ByteSource, at: number): number | undefined {
  const head = bytesAt(source, at, HEAD_BYTES)
  const magic = head.getUint32(0, true)
  if (magic >>> 4 === SKIPPABLE) return at + 8 + head.getUint32(4, true)
  const blocks = magic === ZSTD ? zstdBlocksAt(new Uint8Array(head.buffer), 0) : undefined
  if (blocks === undefined) return undefined
  const hasSum = (head.getUint8(4) & 4) !== 0
  for (let block = at + blocks; block + 3 <= source.size; ) {
    const header = bytesAt(source, block, 4).getUint32(0, true) & 0xffffff
    const kind = (header >> 1) & 3
    if (kind === 3) return source.size
    // A block that repeats one byte contains only that byte.
    block += 3 + (kind === 1 ? 1 : header >> 3)
    if ((header & 1) !== 0) return block + (hasSum ? SUM_BYTES : 0)
  }
  return source.size
}

function lz4End(source: ByteSource, at: number): number | undefined {
  const head = bytesAt(source, at, HEAD_BYTES)
  const magic = head.getUint32(0, true)
  if (magic >>> 4 === SKIPPABLE) return at + 8 + head.getUint32(4, true)
  if (magic !== LZ4) return undefined
  const flags = head.getUint8(4)
  const hasSize = (flags & 8) !== 0
  const hasDictionary = (flags & 1) !== 0
  let block = at + 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0)
  const sumOfBlock = (flags & 16) === 0 ? 0 : SUM_BYTES
  while (block + 4 <= source.size) {
    const size = bytesAt(source, block, 4).getUint32(0, true) & 0x7fffffff
    block += 4
    if (size === 0) return block + ((flags & 4) === 0 ? 0 : SUM_BYTES)
    block += size + sumOfBlock
  }
  return source.size
}
