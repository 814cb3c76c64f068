/** Judges pieces of keys in what is never changed: registers, headers, tables. @module */
import type { Piece } from './pieces/piece_table.ts'

/** Bits that pieces show of a key, each bit once: a register is in more than one note of a core. */
export function shownBits(pieces: readonly Piece[]): number {
  const bySpelling = new Map<string, Piece[]>()
  for (const piece of pieces) {
    const name = `${piece.value} ${piece.form}`
    bySpelling.set(name, [...(bySpelling.get(name) ?? []), piece])
  }
  let bits = 0
  for (const group of bySpelling.values()) {
    let end = 0
    for (const { from, length, of, valueBits } of group.toSorted((a, b) => a.from - b.from)) {
      const more = Math.max(0, from + length - Math.max(end, from))
      bits += (more * valueBits) / of
      end = Math.max(end, from + length)
    }
  }
  return Math.ceil(bits)
}
