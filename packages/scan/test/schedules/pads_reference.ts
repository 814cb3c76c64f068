/** Oracle of the kernel of pads. @module */
import { PADS, type PadHit } from '../../src/schedules/hmac_pads.ts'

/** Says what `find` of the kernel means where no block is there more than once. */
export function findPadsReference(
  bytes: Uint8Array,
  from: number,
  to: number,
  step: 1 | 8,
): readonly PadHit[] {
  const found: PadHit[] = []
  const differs = (at: number, distance: number) =>
    at >= 0 &&
    at + distance < bytes.length &&
    ((bytes[at] ?? 0) ^ (bytes[at + distance] ?? 0)) === 0x6a
  for (let at = from; at < to; at++) {
    for (let distance = PADS.shortest; distance <= PADS.farthest; distance += step) {
      if (!differs(at, distance) || differs(at - 1, distance)) continue
      let length = 1
      while (differs(at + length, distance)) length++
      const isRun =
        length >= PADS.shortest && length <= PADS.longest && length <= distance + PADS.chance
      if (isRun && distance % step === 0) found.push({ at, distance, length })
    }
  }
  return found
}
