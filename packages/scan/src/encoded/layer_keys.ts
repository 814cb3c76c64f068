/** Keys in a layer of encoded text: every recognisable encoding, as bytes or as text. */
import { AnchorIndex } from '../anchors/anchor_index.ts'
import type { Match, Probe } from '../anchors/match.ts'
import { BINARY_ANCHORS } from '../detectors/binary/binary_anchors.ts'
import { TEXT_ANCHORS } from '../detectors/text/text_anchors.ts'
import type { EncodedBytes } from './encoded_layers.ts'
import { PACKED_HEADS } from './packed_heads.ts'

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
    if (hit.key.certainty === 'verified') done = end
    const { from, to } = spanOf(hit.offset, end)
    yield { ...hit, offset: from, length: to - from, encoding: `${coding}-of-${hit.encoding}` }
  }
}
