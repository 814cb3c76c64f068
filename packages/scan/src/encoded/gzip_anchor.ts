/** What gzip packed amid other bytes, found by its first bytes (RFC 1952). */
import { type Anchor, REACH } from '../anchors/anchor.ts'
import { anchor } from '../anchors/anchored.ts'
import type { Match, Probe } from '../anchors/match.ts'
import { RANK } from '../detectors/text/decoded.ts'
import { type EncodedBytes, LayerReader } from './encoded_layers.ts'
import { keysOf } from './layer_keys.ts'
import { isGzipHead } from './packed_layers.ts'

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
