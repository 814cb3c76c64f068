import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../../src/anchors/anchor.ts'
import type { Match } from '../../../src/anchors/match.ts'
import { TEXT_ANCHORS } from '../../../src/detectors/text/text_anchors.ts'
import { type EncodedBytes, LayerReader } from '../../../src/encoded/encoded_layers.ts'
import { keysOf } from '../../../src/encoded/layer_keys.ts'
import { type KeyHit, withKey } from '../../key_hits.ts'

/** What the anchors lead to in `bytes` and in what they code, searched for the plain way; each offset and encoding once. */
export function hitsIn(
  bytes: Uint8Array,
  anchors: readonly Anchor[] = TEXT_ANCHORS,
  budget: WorkBudget = UNLIMITED,
): readonly KeyHit[] {
  const probe = { budget }
  const hits = new Map<string, KeyHit>()
  const take = (hit: Match | undefined): void => {
    if (hit !== undefined) hits.set(`${hit.offset} ${hit.encoding}`, withKey(hit))
  }
  for (const { detect, at } of offsetsIn(bytes, anchors)) take(detect(bytes, at, probe))
  const takeAll = (encoded: EncodedBytes): void => {
    for (const hit of keysOf(encoded, probe)) take(hit)
  }
  new LayerReader({ isDeep: false }).read(bytes, 0, bytes.length, takeAll, probe)
  return [...hits.values()].toSorted((a, b) => a.offset - b.offset)
}

function* offsetsIn(
  bytes: Uint8Array,
  anchors: readonly Anchor[],
): Generator<{ readonly detect: Anchor['detect']; readonly at: number }> {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const { pattern, detect } of anchors) {
    const needle = Buffer.from(pattern)
    for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
      yield { detect, at }
    }
  }
}

/** Text as it is in memory, one spelling a name. */
export const SPELLINGS = {
  plain: (text: string): Buffer => Buffer.from(text, 'latin1'),
  utf16le: (text: string): Buffer => Buffer.from(text, 'utf16le'),
  utf16be: (text: string): Buffer => Buffer.from(text, 'utf16le').swap16(),
} as const
