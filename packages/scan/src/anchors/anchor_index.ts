/** Anchors by their first two bytes, for short bytes outside of a kernel's memory. */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from './anchor.ts'

const COST = { byte: 4, anchor: 6, found: 150 } as const
const ANY_BYTE: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte)

export interface AnchorOffset {
  readonly anchor: Anchor
  readonly order: number
  readonly at: number
}

export class AnchorIndex {
  /** By two bytes, the first the lower: many begin with 2 or 0. */
  readonly #byBegin: (Omit<AnchorOffset, 'at'>[] | undefined)[] = Array.from({ length: 1 << 16 })
  /** A bit for each of them that is there: all of these stay in the processor's first cache. */
  readonly #isBegin: Uint8Array = new Uint8Array(1 << 13)

  constructor(anchors: readonly Anchor[]) {
    for (const [order, anchor] of anchors.entries()) {
      for (const second of bytesAt(anchor, 1)) {
        for (const first of bytesAt(anchor, 0)) {
          const begin = first | (second << 8)
          const list = this.#byBegin[begin]
          this.#isBegin[begin >> 3] = (this.#isBegin[begin >> 3] ?? 0) | (1 << (begin & 7))
          if (list === undefined) this.#byBegin[begin] = [{ anchor, order }]
          else list.push({ anchor, order })
        }
      }
    }
  }

  offsets(bytes: Uint8Array, most: number, budget: WorkBudget): AnchorOffset[] {
    const offsets: AnchorOffset[] = []
    const isBegin = this.#isBegin
    let tried = 0
    for (let at = 0; at < bytes.length && offsets.length < most; at++) {
      const begin = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
      if (((isBegin[begin >> 3] ?? 0) & (1 << (begin & 7))) === 0) continue
      const anchors = this.#byBegin[begin]
      if (anchors === undefined) continue
      tried += anchors.length
      for (const { anchor, order } of anchors) {
        if (isAt(bytes, at, anchor)) offsets.push({ anchor, order, at })
      }
    }
    budget.spend(COST.byte * bytes.length + COST.anchor * tried + COST.found * offsets.length)
    return offsets
  }
}

function bytesAt({ pattern, mask }: Anchor, offset: number): readonly number[] {
  const byte = pattern[offset]
  const counts = byte === undefined ? 0 : (mask?.[offset] ?? 0xff)
  if (counts === 0xff) return [byte ?? 0]
  return ANY_BYTE.filter((each) => ((each ^ (byte ?? 0)) & counts) === 0)
}

function isAt(bytes: Uint8Array, at: number, { pattern, mask }: Anchor): boolean {
  if (at + pattern.length > bytes.length) return false
  // From the end: many begin alike.
  for (let i = pattern.length - 1; i >= 0; i--) {
    const differs = (bytes[at + i] ?? 0) ^ (pattern[i] ?? 0)
    if ((differs & (mask?.[i] ?? 0xff)) !== 0) return false
  }
  return true
}
