/** Searches beside public halves for scalars that lack up to three bytes at one end, or five. */
import type { EcMaterial } from '@mintmark/keys/material/key_material'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import { besidePoints } from '../objects/offsets_near_points.ts'
import type { FoundValue } from '../values/found_value.ts'
import { type CutNumber, cutNumbersIn } from './cut_scalars.ts'
import { pointSigns, SIGN_BYTES } from './secret_groups.ts'
import type { SoughtGroup } from './secret_probes.ts'

export const MOST_LOST = { usual: 3, more: 5 } as const
/** Offsets of a window that are examined for a key: a few copies of a public half have as many. */
const MOST_OFFSETS = 256

interface Part {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
}

/** Each as it lacks least, on spare budget. No part of a scalar is at public `anchors`. */
export function probeCut(
  part: Part,
  anchors: readonly number[],
  { scalars, mostLost, budgets }: SoughtGroup,
): FoundValue[] {
  if (scalars === undefined) return []
  const taken = new Set(anchors)
  const { cut } = scalars
  return scalars.keys.flatMap((key) => {
    const most = mostLost.get(key) ?? 0
    const own = most > 0 ? anchorsOf(part.bytes, anchors, key) : []
    const likely = likelyOffsets(part, own, cut.length)
    for (let lost = 1; lost <= most && likely.length > 0; lost++) {
      const all = likely
        .flatMap((at) => numbersAt(part.bytes, at, cut.length, lost))
        .filter((number) => !isOfPublicHalf(number, taken))
      const numbers = all.slice(0, cut.affordable(budgets.cut.left, lost))
      if (numbers.length === 0) continue
      budgets.cut.pay(cut.cost(numbers.length, lost))
      const found = cut.find(key, numbers)
      if (found.length > 0) return found.map((each) => each.found)
    }
    return []
  })
}

function anchorsOf(bytes: Uint8Array, anchors: readonly number[], key: EcMaterial): number[] {
  const signs = new Set(pointSigns(key).map((sign) => latin1(sign, 0)))
  return anchors.filter((at) => signs.has(latin1(bytes, at)))
}

const latin1 = (bytes: Uint8Array, at: number): string =>
  Buffer.from(bytes.subarray(at, at + SIGN_BYTES)).toString('latin1')

/** Whether some of the first bytes of a public number, which were compared, are in it. */
function isOfPublicHalf({ at, length }: CutNumber, anchors: ReadonlySet<number>): boolean {
  for (let offset = at - SIGN_BYTES + 1; offset < at + length; offset++) {
    if (anchors.has(offset)) return true
  }
  return false
}

function likelyOffsets(
  { bytes, from, to }: Part,
  anchors: readonly number[],
  length: number,
): number[] {
  const seen = new Set<number>()
  for (const at of besidePoints({ bytes, anchors, length, from, to })) {
    if (seen.size >= MOST_OFFSETS) break
    // What was written over one end may look like anything.
    const inner = length - 2 * MOST_LOST.usual
    if (at + length > bytes.length || !isRandomLookingAt(bytes, at + MOST_LOST.usual, inner))
      continue
    seen.add(at)
  }
  return [...seen]
}

function numbersAt(bytes: Uint8Array, at: number, size: number, lost: number): CutNumber[] {
  const length = size - lost
  const sides = [
    { from: at + lost, lostAt: { before: true, behind: false } },
    { from: at, lostAt: { before: false, behind: true } },
  ]
  return sides.flatMap(({ from, lostAt }) => {
    if (!isRandomLookingAt(bytes, from, length)) return []
    const present = bytes.subarray(from, from + length)
    return cutNumbersIn(present, from, lost, lostAt)
  })
}
