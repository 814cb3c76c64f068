/** Binary encodings in decoded text, at any offset: a body may have lost its first letters. */
import { keyFromDer } from '@mintmark/keys/der_keys/key_from_der'
import type { Certainty } from '@mintmark/keys/material/key_kind'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { AnchorIndex } from '../../anchors/anchor_index.ts'
import { derHit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { BINARY_ANCHORS } from '../binary/binary_anchors.ts'

const INDEX = new AnchorIndex(BINARY_ANCHORS)
const OFFSETS_MOST = 48
const FOUND_MOST = 1024
const PROBE_COST = 300

export const RANK: Readonly<Record<Certainty, number>> = {
  verified: 3,
  unverified: 2,
  protected: 1,
}

/** The best verified key, else the longest other. `decoded`, which offsets are in, is not kept. */
export function keyIn(decoded: Uint8Array, budget: WorkBudget): Match | undefined {
  // Nearly always the one.
  const whole = derHit(keyFromDer(decoded, budget))
  if (whole?.key.certainty === 'verified') return whole
  let best = whole
  // Those of whole keys first.
  const offsets = INDEX.offsets(decoded, FOUND_MOST, budget)
    .toSorted((a, b) => a.order - b.order || a.at - b.at)
    .slice(0, OFFSETS_MOST)
  for (const { anchor, at } of offsets) {
    budget.spend(PROBE_COST)
    const hit = anchor.detect(decoded, at, { budget })
    if (hit !== undefined && (best === undefined || isBetter(hit, best))) best = hit
  }
  return best
}

function isBetter(hit: Match, best: Match): boolean {
  const rank = RANK[hit.key.certainty] - RANK[best.key.certainty]
  if (rank !== 0) return rank > 0
  return hit.length > best.length || (hit.length === best.length && hit.offset < best.offset)
}
