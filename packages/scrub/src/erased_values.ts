import type { Location, SegmentFinder } from '@mintmark/scan/report/segment_finder'
import type { Piece } from './pieces/piece_table.ts'
import type { ErasedValue } from './scrub_report.ts'

/** Offsets that are listed of one value in one spelling; all are counted. */
const MOST_LISTED = 256

/** What a whole PEM, DER, JWK … is called beside values. */
export const STRUCTURE = 'structure'

interface Account extends Omit<ErasedValue, 'locations' | 'pieces' | 'bytes' | 'at'> {
  readonly seen: Set<number>
  pieces: number
  bytes: number
  readonly at: Location[]
}

const isOther = ({ value }: Account): number => Number(value !== STRUCTURE)

export type ErasedPiece = Pick<
  Piece,
  'key' | 'value' | 'encoding' | 'offset' | 'length' | 'isWhole'
>

export class ErasedValues {
  readonly #segments: SegmentFinder
  readonly #byKey = new Map<number, Map<string, Account>>()

  constructor(segments: SegmentFinder) {
    this.#segments = segments
  }

  add({ key, value, encoding, offset, length, isWhole }: ErasedPiece): void {
    const accounts = this.#byKey.get(key) ?? new Map<string, Account>()
    this.#byKey.set(key, accounts)
    const name = `${value} ${encoding}`
    const account = accounts.get(name) ?? {
      value,
      encoding,
      seen: new Set(),
      pieces: 0,
      bytes: 0,
      at: [],
    }
    accounts.set(name, account)
    if (account.seen.has(offset)) return
    account.seen.add(offset)
    account.bytes += length
    if (!isWhole) account.pieces++
    if (account.at.length < MOST_LISTED)
      account.at.push(this.#segments.locationOf({ offset, length }))
  }

  /** Whole structures first: people know them. */
  of(key: number): readonly ErasedValue[] {
    return [...(this.#byKey.get(key)?.values() ?? [])]
      .toSorted((a, b) => isOther(a) - isOther(b) || b.bytes - a.bytes)
      .map(({ value, encoding, seen, pieces, bytes, at }) => ({
        value,
        encoding,
        locations: seen.size,
        bytes,
        pieces,
        at: at.toSorted((a, b) => a.offset - b.offset),
      }))
  }
}
