/**
 * Where packed data ends, which the programs do not say. Source: RFC 8878, section 3.1.1; LZ4 frame
 * format 1.6.2; .xz file format 1.2.1; bzip2 1.0.8.
 */
import { crc32 } from 'node:zlib'
import type { ByteSource } from '@mintmark/dump'
import { zstdBlocksAt } from '../encoded/packed_heads.ts'

const HEAD_BYTES = 32
const SUM_BYTES = 4

type Framed = 'zstd' | 'lz4' | 'bzip2'
type End = (source: ByteSource, at: number) => number | undefined
const ENDS: Readonly<Record<Framed, End>> = { zstd: zstdEnd, lz4: lz4End, bzip2: bzip2End }

/** Behind frames in a row; the source's size where the last has no end. */
export function framesEnd(source: ByteSource, at: number, name: Framed): number {
  let end = at
  for (;;) {
    const next = ENDS[name](source, end)
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

const MOST_EMPTY = 64
const ZSTD = 0xfd2fb528
const SKIPPABLE = 0x184d2a5
const LZ4 = 0x184d2204

function zstdEnd(source: ByteSource, at: number): number | undefined {
  const head = bytesAt(source, at, HEAD_BYTES)
  const magic = head.getUint32(0, true)
  if (magic >>> 4 === SKIPPABLE) return at + 8 + head.getUint32(4, true)
  const blocks = magic === ZSTD ? zstdBlocksAt(new Uint8Array(head.buffer), 0) : undefined
  if (blocks === undefined) return undefined
  const hasSum = (head.getUint8(4) & 4) !== 0
  let empty = 0
  for (let block = at + blocks; block + 3 <= source.size; ) {
    const header = bytesAt(source, block, 4).getUint32(0, true) & 0xffffff
    const kind = (header >> 1) & 3
    // Zeros read as empty blocks: without a bound, gigabytes of zeros take hours.
    empty = header === 0 ? empty + 1 : 0
    if (kind === 3 || empty > MOST_EMPTY) return block
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

/** Little more is read than what is packed: a file can have thousands of small streams. */
const STEP_BYTES = 1 << 16

interface PatternAt {
  readonly at: number
  readonly nth: number
}

function* patternsIn(
  source: ByteSource,
  patterns: readonly Buffer[],
  from: number,
): Generator<PatternAt> {
  const step = Buffer.alloc(STEP_BYTES + (patterns[0]?.length ?? 1) - 1)
  for (let begin = from; begin < source.size; begin += STEP_BYTES) {
    const bytes = step.subarray(0, source.read(begin, step))
    const found: PatternAt[] = []
    for (const [nth, pattern] of patterns.entries())
      for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1))
        found.push({ at: begin + at, nth })
    yield* found.toSorted((a, b) => a.at - b.at)
  }
}

const XZ_HEAD_BYTES = 12
const XZ_FOOTER_BYTES = 12
/** Of 16 GiB in blocks of 4 KiB: more is not unpacked. */
const XZ_INDEX_BYTES = 1 << 24

/** Behind the stream of xz that begins there. One stored in it has a footer, too: sizes lead back. */
export function xzEnd(source: ByteSource, at: number): number | undefined {
  const head = Buffer.from(bytesAt(source, at, XZ_HEAD_BYTES).buffer)
  const footer = Buffer.concat([head.subarray(6, 8), Buffer.from('YZ')])
  for (const found of patternsIn(source, [footer], at + XZ_HEAD_BYTES)) {
    const end = found.at + footer.length
    const view = bytesAt(source, end - XZ_FOOTER_BYTES, XZ_FOOTER_BYTES)
    const isWhole = view.getUint32(0, true) === crc32(new Uint8Array(view.buffer, 4, 6))
    const length = 4 * (view.getUint32(4, true) + 1)
    const indexAt = end - XZ_FOOTER_BYTES - length
    if (!isWhole || length > XZ_INDEX_BYTES || indexAt < at) continue
    const index = new Uint8Array(bytesAt(source, indexAt, length).buffer)
    if (at + XZ_HEAD_BYTES + blockBytes(index) === indexAt) return end
  }
  return undefined
}

/** Of all blocks in an index: a zero, their number, two sizes of each in groups of seven bits. */
function blockBytes(index: Uint8Array): number {
  const numbers: number[] = []
  let [value, scale] = [0, 1]
  for (const byte of index.subarray(1)) {
    value += (byte & 127) * scale
    scale *= 128
    if (byte >= 128) continue
    numbers.push(value)
    value = 0
    scale = 1
  }
  const [count = 0, ...sizes] = numbers
  return sizes
    .slice(0, 2 * count)
    .reduce((sum, size, k) => sum + (k % 2 === 0 ? 4 * Math.ceil(size / 4) : 0), 0)
}

/** `BZh1` to `BZh9`, and the begin of a block or the end of a stream without one. */
const BZIP2_HEAD = /^425a683[1-9](?:314159265359|177245385090)/
/** Six bytes that end a stream, at any bit; its sum of 32 bits is behind them. */
const BZIP2_END = 0x177245385090n
const BZIP2_ENDS = Array.from({ length: 8 }, (_, shift) => {
  const hex = (BZIP2_END << BigInt(8 - shift)).toString(16).padStart(14, '0')
  return Buffer.from(hex, 'hex')
})
const BZIP2_WHOLE = BZIP2_ENDS.map((bytes) => bytes.subarray(1, 6))

function bzip2End(source: ByteSource, at: number): number | undefined {
  const head = Buffer.from(bytesAt(source, at, 10).buffer).toString('hex')
  if (!BZIP2_HEAD.test(head)) return undefined
  for (const { at: whole, nth: shift } of patternsIn(source, BZIP2_WHOLE, at + 4)) {
    const begin = whole - 1
    const view = bytesAt(source, begin, 7)
    // Its first and last byte have bits of what is beside it.
    const isFirst = (view.getUint8(0) & (0xff >> shift)) === BZIP2_ENDS[shift]?.[0]
    const isLast = (view.getUint8(6) & ~(0xff >> shift) & 0xff) === BZIP2_ENDS[shift]?.[6]
    if (isFirst && isLast) return begin + Math.ceil((shift + 80) / 8)
  }
  return source.size
}
