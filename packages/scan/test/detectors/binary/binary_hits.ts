import { createHash } from 'node:crypto'
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { noise } from '@mintmark/testkit/noise'
import type { Anchor } from '../../../src/anchors/anchor.ts'
import { BINARY_ANCHORS } from '../../../src/detectors/binary/binary_anchors.ts'
import { type KeyHit, withKey } from '../../key_hits.ts'

/** What the anchors lead to in `bytes`, searched for the plain way; each offset and encoding once, in order. */
export function hitsIn(bytes: Uint8Array, budget: WorkBudget = UNLIMITED): readonly KeyHit[] {
  const hits = new Map<string, KeyHit>()
  for (const { anchor, at } of offsetsIn(bytes)) {
    const hit =
      anchor.mayContain?.(bytes, at) === false ? undefined : anchor.detect(bytes, at, { budget })
    if (hit !== undefined) hits.set(`${hit.offset} ${hit.length} ${hit.encoding}`, withKey(hit))
  }
  return [...hits.values()].toSorted((a, b) => a.offset - b.offset)
}

export function verifiedIn(bytes: Uint8Array, budget: WorkBudget = UNLIMITED): readonly KeyHit[] {
  return hitsIn(bytes, budget).filter(({ certainty }) => certainty === 'verified')
}

/** Every place where a pattern is. */
export function* offsetsIn(
  bytes: Uint8Array,
): Generator<{ readonly anchor: Anchor; readonly at: number }> {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const anchor of BINARY_ANCHORS) {
    const { pattern, mask } = anchor
    const free = mask === undefined ? -1 : mask.indexOf(0)
    const needle = Buffer.from(free < 0 ? pattern : pattern.subarray(0, free))
    for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
      const isAt = pattern.every((byte, i) => mask?.[i] === 0 || haystack[at + i] === byte)
      if (isAt) yield { anchor, at }
    }
  }
}

/** `bytes` in noise, `before` bytes from its begin. */
export function planted(bytes: Uint8Array, before: number, behind = 96): Buffer {
  return Buffer.concat([noise(before, 'before'), bytes, noise(behind, 'behind')])
}

export function spkiSha256(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('hex')
}

/** The key ids of hits. */
export function idsOf(hits: readonly KeyHit[]): (string | undefined)[] {
  return hits.map(({ material }) => material && keyIdOf(material).spkiSha256)
}
