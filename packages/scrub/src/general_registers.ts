/**
 * Finds pieces of keys in general registers, too short for other searches. A register with bytes of
 * a key holds no pointer.
 */
import type { ByteSource, Range } from '@mintmark/dump'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { ErasedPiece } from './erased_values.ts'
import { secretPatterns } from './pieces/secret_pattern.ts'

/** By chance an RSA key's million patterns meet one of a thread's 200 offsets in 10^6 threads. */
const LEAST = 6
export const REGISTER_PART_BITS: number = 8 * LEAST
/** Of them: addresses, small numbers and fillings have fewer. */
const LEAST_DIFFERENT = 5
/** Bytes that are examined together, those of 4,000 threads: of each offset the number is kept. */
const BATCH_BYTES = 1 << 20

/** Overlapping pieces are one; no text spellings. @param keys by the piece's number */
export function piecesInRegisters(
  registers: readonly Range[],
  source: ByteSource,
  keys: ReadonlyMap<number, readonly KeyMaterial[]>,
): readonly ErasedPiece[] {
  const found: (readonly ErasedPiece[])[] = []
  for (let next = 0; next < registers.length; ) {
    const offsets = new Map<number, number[]>()
    let room = BATCH_BYTES
    for (; room > 0 && next < registers.length; next++) {
      const { offset, length } = registers[next] ?? { offset: 0, length: 0 }
      room -= length
      const bytes = Buffer.alloc(length)
      const present = source.read(offset, bytes)
      for (let at = 0; at + LEAST <= present; at++) {
        if (new Set(bytes.subarray(at, at + LEAST)).size < LEAST_DIFFERENT) continue
        const name = bytes.readUIntBE(at, LEAST)
        const known = offsets.get(name)
        if (known === undefined) offsets.set(name, [offset + at])
        else known.push(offset + at)
      }
      bytes.fill(0)
    }
    if (offsets.size > 0) for (const [key, own] of keys) found.push(piecesOf(key, own, offsets))
  }
  return found.flat()
}

function piecesOf(
  key: number,
  materials: readonly KeyMaterial[],
  offsets: ReadonlyMap<number, readonly number[]>,
): readonly ErasedPiece[] {
  return secretPatterns(materials, key, false).flatMap(({ bytes, value, encoding }) => {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const pieces: ErasedPiece[] = []
    for (let at = 0; at + LEAST <= view.length; at++) {
      for (const offset of offsets.get(view.readUIntBE(at, LEAST)) ?? [])
        pieces.push({ key, value, encoding, offset, length: LEAST, isWhole: false })
    }
    view.fill(0)
    return joined(pieces)
  })
}

function joined(pieces: readonly ErasedPiece[]): readonly ErasedPiece[] {
  const out: ErasedPiece[] = []
  for (const piece of pieces.toSorted((a, b) => a.offset - b.offset)) {
    const last = out.at(-1)
    const end = piece.offset + piece.length
    if (last === undefined || piece.offset > last.offset + last.length) out.push(piece)
    else out[out.length - 1] = { ...last, length: Math.max(last.length, end - last.offset) }
  }
  return out
}
