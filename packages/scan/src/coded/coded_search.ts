/**
 * Finds keys in what coded text stands for, as often as it is coded: see `coded_layers.ts`.
 *
 * What the anchors of text find by themselves is found once more here, as the same key at the same place. @module
 */
import type { Detected } from '../anchors/detected.ts'
import type { KernelMemory } from '../anchors/kernel_memory.ts'
import type { WindowSearch } from '../anchors/window_search.ts'
import { type CodedBytes, LayerReader, STRIDE } from './coded_layers.ts'
import { CodedPlaces } from './coded_places.ts'
import { keysOf } from './keys_of_layer.ts'

/** Text that is shorter holds no key, in any coding. */
const LEAST_BYTES = 56

export class CodedSearch implements WindowSearch {
  readonly name: string = 'coded text'
  readonly reach: number = LEAST_BYTES
  readonly least: number = LEAST_BYTES
  readonly #places: CodedPlaces
  readonly #reader: LayerReader

  constructor(memory: KernelMemory, isDeep: boolean) {
    this.#places = new CodedPlaces(memory)
    this.#reader = new LayerReader({ isDeep })
  }

  search(bytes: Uint8Array, from: number, to: number): readonly Detected[] {
    const hits: Detected[] = []
    const take = (coded: CodedBytes): void => {
      for (const hit of keysOf(coded)) {
        if (hit.offset >= from && hit.offset < to) hits.push(hit)
      }
    }
    const places = this.#places.find(bytes, from, to, STRIDE)
    this.#reader.read(bytes, from, to, take, places)
    return hits
  }
}
