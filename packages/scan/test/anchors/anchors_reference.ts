/** Oracle of the anchor kernel. @module */
import { ANYWHERE, type Anchor } from '../../src/anchors/anchor.ts'
import { maskAt } from '../../src/anchors/anchor_fragment.ts'
import type { AnchorHit } from '../../src/anchors/anchors.ts'

/** Says what `find` of the kernel means, one byte at a time. */
export function* findAnchorsReference(
  bytes: Uint8Array,
  anchors: readonly Anchor[],
  from: number,
  to: number,
  isAligned: boolean,
): Generator<AnchorHit, void, void> {
  for (let at = from; at < to; at++) {
    for (const [number, anchor] of anchors.entries()) {
      const { pattern, alignment = ANYWHERE } = anchor
      if (isAligned && ((alignment >> (at % 8)) & 1) === 0) continue
      const fits = pattern.every(
        (byte, i) => (((bytes[at + i] ?? 0) ^ byte) & maskAt(anchor, i)) === 0,
      )
      if (!fits || at + pattern.length > bytes.length) continue
      if (mayContainNumber(bytes, at, anchor)) yield { at, anchor: number }
    }
  }
}

function mayContainNumber(bytes: Uint8Array, at: number, { number }: Anchor): boolean {
  if (number === undefined || at + number.from + number.length > bytes.length) return true
  const own = bytes.subarray(at + number.from, at + number.from + number.length)
  const plain = own.filter((_, k) => k % 8 === 0 && own[k + 6] === 0 && own[k + 7] === 0).length
  const zeros = own.filter((byte) => byte === 0).length
  return plain < 2 && zeros < 12 && own.some((byte) => byte >= 0x80)
}
