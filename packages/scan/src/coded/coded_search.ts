/**
 * Finds keys in what coded text stands for, as often as it is coded: see `coded_layers.ts`.
 *
 * What the anchors of text find by themselves is found once more here, as the same key at the same place.
 *
 * @module
 */
import type { Detected } from '../detected.ts'
import type { WindowSearch } from '../window_search.ts'
import { LayerReader } from './coded_layers.ts'
import { keysOf } from './keys_of_layer.ts'

/** Text that is shorter holds no key, in any coding. */
const LEAST_BYTES = 56

export class CodedSearch implements WindowSearch {
  readonly name: string = 'coded text'
  readonly reach: number = LEAST_BYTES
  readonly least: number = LEAST_BYTES
  readonly #reader: LayerReader

  constructor(isDeep: boolean) {
    this.#reader = new LayerReader({ isDeep })
  }

  search(bytes: Uint8Array, from: number, to: number): readonly Detected[] {
    const hits: Detected[] = []
    this.#reader.read(bytes, from, to, (coded) => {
      for (const hit of keysOf(coded)) {
        if (hit.offset >= from && hit.offset < to) hits.push(hit)
      }
    })
    return hits
  }
}
