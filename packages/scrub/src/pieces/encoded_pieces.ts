/** Pieces of keys in encoded or packed text, at any depth. */
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { type EncodedBytes, LayerReader } from '@mintmark/scan/encoded/encoded_layers'
import { continued } from './continued.ts'
import { type Piece, type PieceTable, pieceIn } from './piece_table.ts'

/** Cost of encoded text, as in `work_budget.ts`: of a block, and of each byte. */
const LEAST_COST = 1e9
const COST_PER_BYTE = 250

/** Pieces in encoded or packed text, at any depth; false where not all of it was read. */
export function findEncoded(
  table: PieceTable,
  bytes: Uint8Array,
  from: number,
  to: number,
  take: (piece: Piece) => void,
): boolean {
  const budget = new WorkBudget(LEAST_COST + COST_PER_BYTE * (to - from))
  const inLayer = ({ bytes: decoded, coding, spanOf }: EncodedBytes): void => {
    // The table takes words at multiples of 4 of the memory that they are in.
    const layer = decoded.byteOffset % 8 === 0 ? decoded : decoded.slice()
    table.find(layer, 0, layer.length, (hit) => {
      for (const part of continued(layer, hit)) {
        const span = spanOf(part.at, part.at + part.length)
        const range = { offset: span.from, length: span.to - span.from }
        take(pieceIn(range, part, `${coding}-of-${part.pattern.encoding}`))
      }
    })
    if (layer !== decoded) layer.fill(0)
  }
  new LayerReader({ isDeep: true }).read(bytes, from, to, inLayer, { budget })
  return !budget.end().wasRefused
}
