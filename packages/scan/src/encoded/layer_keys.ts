/** Keys in a layer of encoded text: every recognisable encoding, as bytes or as text. @module */
import { spend, withinBudget } from '@mintmark/keys/material/work_budget'
import { AnchorIndex } from '../anchors/anchor_index.ts'
import type { Detected } from '../anchors/detected.ts'
import { BINARY_ANCHORS } from '../detectors/binary/binary_anchors.ts'
import { TEXT_ANCHORS } from '../detectors/text/text_anchors.ts'
import type { EncodedBytes } from './encoded_layers.ts'
import { PACKED_HEADS } from './packed_heads.ts'
import { notePacked, notesPacked } from './packed_seen.ts'

/** Offsets of anchors in one layer. */
const MOST_OFFSETS = 20_000
/** Cost of a probe, and of reporting a hit: its names, its offset in a report. */
const PROBE_COST = 300
const HIT_COST = 90_000

/** Made when it is first asked for. */
let index: AnchorIndex | undefined

/** With their offsets in the bytes that were searched. */
export function* keysOf({
  bytes,
  coding,
  spanOf,
  root,
}: EncodedBytes): Generator<Detected, void, void> {
  index ??= new AnchorIndex([...BINARY_ANCHORS, ...TEXT_ANCHORS, ...PACKED_HEADS])
  let done = 0
  const places = index.places(bytes, MOST_OFFSETS)
  if (places.length >= MOST_OFFSETS) notePacked(root.coding, root.at)
  for (const { anchor, at } of places) {
    if (at < done) continue
    let hit: Detected | undefined
    // What is packed in it is opened along with what is around it.
    const isPacked = notesPacked(() => {
      hit = withinBudget(PROBE_COST, () => anchor.detect(bytes, at))
    })
    if (isPacked) notePacked(root.coding, root.at)
    if (hit === undefined) continue
    spend(HIT_COST)
    const end = hit.offset + hit.length
    if (hit.certainty === 'proven') done = end
    const { from, to } = spanOf(hit.offset, end)
    yield { ...hit, offset: from, length: to - from, form: `${coding}-of-${hit.form}` }
  }
}
