/**
 * Finds pieces of keys in encoded text, however often it is encoded: base64 of base64, digits of digits, what is packed.
 */
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { type EncodedBytes, LayerReader } from '@mintmark/scan/encoded/encoded_layers'
import { continued } from './continued.ts'
import { type Piece, type PieceTable, pieceIn } from './piece_table.ts'

/** What reading may take: a cost as in `work_budget.ts`: of a block, and of each of its bytes. */
export const LEAST_COST = 1e9
export const COST_PER_BYTE = 250

type OnPiece = (piece: Piece) => void

export class EncodedPieces {
  readonly #table: PieceTable
  readonly #reader: LayerReader = new LayerReader({ isDeep: true })

  /** @param table stays the caller's */
  constructor(table: PieceTable) {
    this.#table = table
  }

  /**
   * Gives the pieces in text that has letters in `[from, to)`, with offsets in `bytes`.
   * @returns false where so much is encoded in so many ways that not all of it was read
   */
  find(bytes: Uint8Array, from: number, to: number, onPiece: OnPiece): boolean {
    const budget = new WorkBudget(LEAST_COST + COST_PER_BYTE * (to - from))
    const take = (encoded: EncodedBytes): void => {
      // The table takes words at multiples of 4 of the memory that they are in.
      const layer = encoded.bytes.byteOffset % 8 === 0 ? encoded.bytes : encoded.bytes.slice()
      this.#table.find(layer, 0, layer.length, (hit) => {
        for (const part of continued(layer, hit)) {
          const span = encoded.spanOf(part.at, part.at + part.length)
          const range = { offset: span.from, length: span.to - span.from }
          onPiece(pieceIn(range, part, `${encoded.coding}-of-${part.pattern.form}`))
        }
      })
      if (layer !== encoded.bytes) layer.fill(0)
    }
    this.#reader.read(bytes, from, to, take, { budget })
    return !budget.end().wasRefused
  }
}
