/** Counts what was erased of each key, by value and encoding. @module */

import type { Locations } from './locations.ts'
import type { Piece } from './pieces/piece_table.ts'
import type { ErasedValue, Location } from './scrub_report.ts'

/** Offsets that are listed of one value in one spelling; all are counted. */
const MOST_LISTED = 256

/** What a whole PEM, DER, JWK … is called beside values. */
export const STRUCTURE = 'structure'

interface Account {
  readonly value: string
  readonly form: string
  readonly seen: Set<number>
  places: number
  pieces: number
  bytes: number
  readonly at: Location[]
}

/** What is reported of a piece. */
export type ErasedPiece = Pick<Piece, 'key' | 'value' | 'form' | 'offset' | 'length' | 'isWhole'>

export class ErasedValues {
  readonly #places: Locations
  readonly #byKey = new Map<number, Map<string, Account>>()

  constructor(places: Locations) {
    this.#places = places
  }

  add({ key, value, form, offset, length, isWhole }: ErasedPiece): void {
    const accounts = this.#byKey.get(key) ?? new Map<string, Account>()
    this.#byKey.set(key, accounts)
    const name = `${value} ${form}`
    const account = accounts.get(name) ?? {
      value,
      form,
      seen: new Set<number>(),
      places: 0,
      pieces: 0,
      bytes: 0,
      at: [],
    }
    accounts.set(name, account)
    if (account.seen.has(offset)) return
    account.seen.add(offset)
    account.places++
    account.bytes += length
    if (!isWhole) account.pieces++
    if (account.at.length < MOST_LISTED) account.at.push(this.#places.of({ offset, length }))
  }

  of(key: number): readonly ErasedValue[] {
    const accounts = [...(this.#byKey.get(key)?.values() ?? [])]
    const sorted = accounts.toSorted((a, b) => rankOf(a) - rankOf(b) || b.bytes - a.bytes)
    return sorted.map(({ value, form, places, pieces, bytes, at }) => ({
      value,
      form,
      places,
      bytes,
      pieces,
      at: at.toSorted((a, b) => a.offset - b.offset),
    }))
  }
}

/** Whole structures first: people know them. */
const rankOf = ({ value }: Account): number => (value === STRUCTURE ? 0 : 1)
