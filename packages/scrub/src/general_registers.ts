/**
 * Finds pieces of known keys in general registers, which hold a word of a number each: too few bytes for the search of all of
 * the file, and enough to leave little of a key where several of them are there. A register that holds bytes of a key holds
 * no pointer: backtraces do not depend on it.
 */
import type { ByteSource, Range } from '@mintmark/dump'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { ErasedPiece } from './erased_values.ts'
import { type SecretPattern, secretPatterns } from './pieces/secret_pattern.ts'

/**
 * Bytes in a row. By chance those of an RSA key's patterns, a million, meet one of the 200 such offsets of a thread once in 10^6
 * threads.
 */
const LEAST = 6
export const REGISTER_PART_BITS: number = 8 * LEAST
/** Of them: addresses, small numbers and fillings have fewer. */
const LEAST_DIFFERENT = 5
/** Bytes that are examined together, those of 4,000 threads: of each offset the number is kept. */
const BATCH_BYTES = 1 << 20

class RegisterBytes {
  readonly #offsets = new Map<number, number[]>()

  add(bytes: Uint8Array, offset: number): void {
    for (let at = 0; at + LEAST <= bytes.length; at++) {
      if (!isVaried(bytes, at)) continue
      const name = numberAt(bytes, at)
      const offsets = this.#offsets.get(name)
      if (offsets === undefined) this.#offsets.set(name, [offset + at])
      else offsets.push(offset + at)
    }
  }

  get isEmpty(): boolean {
    return this.#offsets.size === 0
  }

  /** Where bytes of a pattern are, as pieces of {@link LEAST} bytes and more. */
  *piecesOf({ bytes, key, value, form }: SecretPattern): Generator<ErasedPiece, void, void> {
    for (let at = 0; at + LEAST <= bytes.length; at++) {
      for (const offset of this.#offsets.get(numberAt(bytes, at)) ?? []) {
        yield { key, value, form, offset, length: LEAST, isWhole: false }
      }
    }
  }
}

/**
 * Pieces of each key in general registers, in every spelling that is no text; pieces that overlap are one.
 * @param keys by the number that a piece is to have
 */
export function piecesInRegisters(
  registers: readonly Range[],
  source: ByteSource,
  keys: ReadonlyMap<number, readonly KeyMaterial[]>,
): readonly ErasedPiece[] {
  return batchesOf(registers).flatMap((batch) => piecesInBatch(batch, source, keys))
}

function batchesOf(registers: readonly Range[]): readonly (readonly Range[])[] {
  const batches: Range[][] = []
  let room = 0
  for (const range of registers) {
    room -= range.length
    if (room < 0) {
      batches.push([])
      room = BATCH_BYTES - range.length
    }
    batches.at(-1)?.push(range)
  }
  return batches
}

function piecesInBatch(
  registers: readonly Range[],
  source: ByteSource,
  keys: ReadonlyMap<number, readonly KeyMaterial[]>,
): readonly ErasedPiece[] {
  const contents = new RegisterBytes()
  for (const { offset, length } of registers) {
    const bytes = Buffer.alloc(length)
    contents.add(bytes.subarray(0, source.read(offset, bytes)), offset)
    bytes.fill(0)
  }
  if (contents.isEmpty) return []
  return [...keys].flatMap(([key, materials]) => {
    const patterns = secretPatterns(materials, key, false)
    const pieces = patterns.flatMap((pattern) => joined([...contents.piecesOf(pattern)]))
    for (const { bytes } of patterns) bytes.fill(0)
    return pieces
  })
}

function joined(pieces: readonly ErasedPiece[]): readonly ErasedPiece[] {
  const out: ErasedPiece[] = []
  for (const piece of pieces.toSorted((a, b) => a.offset - b.offset)) {
    const last = out.at(-1)
    const end = piece.offset + piece.length
    if (last === undefined || piece.offset > last.offset + last.length) out.push(piece)
    else
      out[out.length - 1] = {
        ...last,
        length: Math.max(last.length, end - last.offset),
      }
  }
  return out
}

function isVaried(bytes: Uint8Array, at: number): boolean {
  return new Set(bytes.subarray(at, at + LEAST)).size >= LEAST_DIFFERENT
}

function numberAt(bytes: Uint8Array, at: number): number {
  let number = 0
  for (let k = at; k < at + LEAST; k++) number = number * 256 + (bytes[k] ?? 0)
  return number
}
