/** Searches an input for pieces of keys. Never cut short: what is not found is not there. */
import type { ByteSource, Range } from '@mintmark/dump'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { REACH_BYTES } from '@mintmark/scan/encoded/encoded_layers'
import { binaryDigits } from './binary_pieces.ts'
import { continued } from './continued.ts'
import { findEncoded } from './encoded_pieces.ts'
import { escapedStrings } from './escaped_pieces.ts'
import { listedBytes } from './listed_pieces.ts'
import {
  type Decode,
  type Decoded,
  type Piece,
  type PieceHit,
  PieceTable,
  pieceIn,
  wordCount,
} from './piece_table.ts'
import { type SecretPattern, secretPatterns } from './secret_pattern.ts'
import { spreadBytes } from './spread_bytes.ts'

/** By offset, without those within another of the same key: p and p − 1 differ by a byte. */
function outermost(pieces: readonly Piece[]): Piece[] {
  const ends = new Map<number, number>()
  const sorted = pieces.toSorted((a, b) => a.offset - b.offset || b.length - a.length)
  return sorted.filter(({ key, offset, length }) => {
    const end = offset + length
    if (end <= (ends.get(key) ?? 0)) return false
    ends.set(key, end)
    return true
  })
}

export interface Pieces {
  /** In order of offset; of the same key none is within another. */
  readonly pieces: readonly Piece[]
  /** More were found than are kept: a file can be full of them. */
  readonly isFull: boolean
}

/** Pieces that are kept, before those within others are left out: some 100 MB. */
const MOST_PIECES = 1_000_000

class PieceList {
  #pieces: Piece[] = []
  isFull: boolean = false

  add(piece: Piece): void {
    if (this.isFull) return
    this.#pieces.push(piece)
    if (this.#pieces.length < MOST_PIECES) return
    this.#pieces = outermost(this.#pieces)
    // As good as full: to search for room again and again would take longer and longer.
    this.isFull = this.#pieces.length > MOST_PIECES / 2
  }

  get all(): Pieces {
    return { pieces: outermost(this.#pieces), isFull: this.isFull }
  }
}

export interface SearchedBytes {
  readonly source: ByteSource
  readonly data: readonly Range[]
}

const BLOCK_BYTES = 4 << 20
/** Words of patterns that are searched for at once: some 50 MB of tables. */
const MOST_WORDS = 650_000
/** The same of memory: small keys have thousands of small patterns. */
const MOST_PATTERN_BYTES = 48 << 20
const OBJECT_BYTES = 300
/** A piece holds a word of 8 bytes at a multiple of 4 if it is no shorter. */
const LEAST_BYTES = 11

/** @param keys by piece number. @throws {MintmarkError} `INPUT_UNREADABLE` as the source does */
export async function findPieces(
  { source, data }: SearchedBytes,
  keys: ReadonlyMap<number, readonly KeyMaterial[]>,
): Promise<Pieces> {
  const found = new PieceList()
  for (const patterns of batches(keys)) {
    const long = patterns.filter(({ least }) => least >= LEAST_BYTES)
    const short = patterns.filter(({ least }) => least < LEAST_BYTES)
    const table = new PieceTable(long)
    const margin = Math.max(REACH_BYTES, (table.longest + 4095) & ~4095)
    const buffer = new Uint8Array(BLOCK_BYTES + 2 * margin)
    try {
      for (const { offset, from, to, length } of blocksOf(data, source.size, margin)) {
        const bytes = buffer.subarray(0, source.read(offset, buffer.subarray(0, length)))
        const take = (hit: PieceHit): void => {
          for (const part of continued(bytes, hit))
            found.add(pieceIn({ offset: offset + part.at, length: part.length }, part))
        }
        const takePiece = (piece: Piece): void =>
          found.add({ ...piece, offset: offset + piece.offset })
        const end = Math.min(to, bytes.length)
        table.find(bytes, from, end, take)
        for (const decode of DECODERS)
          decode(bytes, from, end, (decoded) => findIn(table, decoded, takePiece))
        if (!findEncoded(table, bytes, from, end, takePiece)) found.isFull = true
        for (const pattern of short) findShort(bytes, from, to, pattern, take)
        // oxlint-disable-next-line no-await-in-loop -- lets others run between blocks
        await breath()
      }
    } finally {
      table.wipe()
      for (const { bytes } of short) bytes.fill(0)
      buffer.fill(0)
    }
  }
  return found.all
}

const DECODERS: readonly Decode[] = [listedBytes, escapedStrings, spreadBytes, binaryDigits]

function findIn(table: PieceTable, decoded: Decoded, take: (piece: Piece) => void): void {
  const { bytes, encoding, spanOf } = decoded
  table.find(bytes, 0, bytes.length, (hit) => {
    const span = spanOf(hit.at, hit.at + hit.length)
    take(pieceIn({ offset: span.from, length: span.to - span.from }, hit, encoding))
  })
}

const breath = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

function* batches(
  keys: ReadonlyMap<number, readonly KeyMaterial[]>,
): Generator<readonly SecretPattern[], void, void> {
  let patterns: SecretPattern[] = []
  let words = 0
  let memory = 0
  for (const [key, materials] of keys) {
    const own = secretPatterns(materials, key)
    const ownWords = own.reduce((sum, pattern) => sum + wordCount(pattern), 0)
    const ownMemory = own.reduce((sum, { bytes }) => sum + bytes.length + OBJECT_BYTES, 0)
    const isFull = words + ownWords > MOST_WORDS || memory + ownMemory > MOST_PATTERN_BYTES
    if (patterns.length > 0 && isFull) {
      yield patterns
      patterns = []
      words = 0
      memory = 0
    }
    patterns.push(...own)
    words += ownWords
    memory += ownMemory
  }
  if (patterns.length > 0) yield patterns
}

interface Block {
  readonly offset: number
  readonly length: number
  readonly from: number
  readonly to: number
}

/** The data in blocks, each with a margin around it. They begin at multiples of 8. */
function* blocksOf(data: readonly Range[], size: number, margin: number): Generator<Block> {
  for (const range of data) {
    const end = Math.min(size, range.offset + range.length)
    // A piece may reach into zeros around the data, with a word at a multiple of 4 there.
    const first = Math.max(0, range.offset - margin)
    for (let at = first - (first % 8); at < end; at += BLOCK_BYTES) {
      const offset = Math.max(0, at - margin)
      const until = Math.min(end, at + BLOCK_BYTES)
      const length = Math.min(size, until + margin) - offset
      yield { offset, length, from: at - offset, to: until - offset }
    }
  }
}

/** Patterns that may be between two words. */
function findShort(
  bytes: Uint8Array,
  from: number,
  to: number,
  pattern: SecretPattern,
  onHit: (hit: PieceHit) => void,
): void {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = all.indexOf(pattern.bytes, from); at !== -1 && at < to; ) {
    onHit({ at, length: pattern.bytes.length, pattern, from: 0 })
    at = all.indexOf(pattern.bytes, at + 1)
  }
}
