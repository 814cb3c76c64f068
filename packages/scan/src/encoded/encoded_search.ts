/** Keys in encoded text: see `encoded_layers.ts`. */
import type { KernelMemory } from '../anchors/kernel_memory.ts'
import type { Match, Probe } from '../anchors/match.ts'
import type { WindowSearch } from '../anchors/window_search.ts'
import { type EncodedBytes, LayerReader, STRIDE } from './encoded_layers.ts'
import { EncodedOffsets } from './encoded_offsets.ts'
import { keysOf } from './layer_keys.ts'

const LEAST_BYTES = 56

export class EncodedSearch implements WindowSearch {
  readonly name: string = 'encoded text'
  readonly reach: number = LEAST_BYTES
  readonly least: number = LEAST_BYTES
  readonly #offsets: EncodedOffsets
  readonly #reader: LayerReader

  constructor(memory: KernelMemory, isDeep: boolean) {
    this.#offsets = new EncodedOffsets(memory)
    this.#reader = new LayerReader({ isDeep })
  }

  search(
    bytes: Uint8Array,
    from: number,
    to: number,
    _address: bigint | undefined,
    probe: Probe,
  ): readonly Match[] {
    const hits: Match[] = []
    const take = (encoded: EncodedBytes): void => {
      for (const hit of keysOf(encoded, probe)) {
        if (hit.offset >= from && hit.offset < to) hits.push(hit)
      }
    }
    const offsets = this.#offsets.find(bytes, from, to, STRIDE)
    this.#reader.read(bytes, from, to, take, probe, offsets)
    return hits
  }
}
