/** Keys in encoded text and in what gzip packed amid other bytes: see `encoded_layers.ts`. */
import { type Anchor, REACH } from '../anchors/anchor.ts'
import { AnchorIndex } from '../anchors/anchor_index.ts'
import { anchor } from '../anchors/anchored.ts'
import type { KernelMemory } from '../anchors/kernel_memory.ts'
import type { Match, Probe } from '../anchors/match.ts'
import type { WindowSearch } from '../anchors/window_search.ts'
import { BINARY_ANCHORS } from '../detectors/binary/binary_anchors.ts'
import { RANK } from '../detectors/text/decoded.ts'
import { TEXT_ANCHORS } from '../detectors/text/text_anchors.ts'
import { type EncodedBytes, LayerReader, STRIDE } from './encoded_layers.ts'
import { EncodedOffsets } from './encoded_offsets.ts'
import { PACKED_HEADS } from './packed_heads.ts'
import { isGzipHead } from './packed_layers.ts'

const MOST_OFFSETS = 20_000
const PROBE_COST = 300
const HIT_COST = 105_000

const INDEX = new AnchorIndex([...BINARY_ANCHORS, ...TEXT_ANCHORS, ...PACKED_HEADS])

export function* keysOf(
  { bytes, coding, spanOf, root }: EncodedBytes,
  { budget, onPacked }: Probe,
): Generator<Match, void, void> {
  // What is packed in it is opened along with what is around it.
  const probe: Probe = { budget, onPacked: () => onPacked?.(root) }
  let done = 0
  const offsets = INDEX.offsets(bytes, MOST_OFFSETS, budget)
  if (offsets.length >= MOST_OFFSETS) onPacked?.(root)
  for (const { anchor: found, at } of offsets) {
    if (at < done) continue
    const hit = budget.within(PROBE_COST, () => found.detect(bytes, at, probe))
    if (hit === undefined) continue
    budget.spend(HIT_COST)
    const end = hit.offset + hit.length
    if (hit.key.certainty === 'proven') done = end
    const { from, to } = spanOf(hit.offset, end)
    yield { ...hit, offset: from, length: to - from, form: `${coding}-of-${hit.form}` }
  }
}

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

/** The best of the keys in it, which stands for all: each has the offset of the whole. */
function keyInGzip(bytes: Uint8Array, at: number, probe: Probe): Match | undefined {
  if (!isGzipHead(bytes, at)) return undefined
  let best: Match | undefined
  const take = (encoded: EncodedBytes): void => {
    for (const hit of keysOf(encoded, probe)) {
      if (best === undefined || RANK[hit.key.certainty] > RANK[best.key.certainty]) best = hit
    }
  }
  new LayerReader({ isDeep: false }).readPacked(bytes, at, take, probe)
  return best
}

export const GZIP_ANCHORS: readonly Anchor[] = [
  anchor('gzip', '1f 8b 08', { before: 0, behind: REACH }, keyInGzip),
]
