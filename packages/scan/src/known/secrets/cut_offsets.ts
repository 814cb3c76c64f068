/**
 * Searches for scalars of which bytes at one end were written over, where a scalar would be: in a chunk of a heap
 * beside a copy of its public half, and right next to one.
 *
 * Up to three bytes may be gone, and up to five where there is time for it: where such an offset is, is known, and how
 * long a scalar is. Numbers that lack five take 1.1 s each. They are tried as long as the budget lasts. @module
 */
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { FoundValue } from '../values/found_value.ts'
import { type CutScalars, cutNumbersIn, type SpelledCut } from './cut_scalars.ts'
import type { SoughtGroup } from './secret_probes.ts'

/** Bytes of a public number that are compared, see `SecretGroup.signs`. */
const SIGN_BYTES = 16
const MOST_LOST = 3
const MOST_COMPLETED = 5
/** Offsets of a window that are examined: a few copies of a public half have as many. */
const MOST_OFFSETS = 256

/** A part of a scalar, and where it is. */
interface LocatedCut extends SpelledCut {
  readonly at: number
}

/**
 * Scalars in a window, each as it lacks least. How many offsets were left out is unknown: they are taken while budget is left.
 *
 * @param anchors offsets of numbers of public halves: no part of a scalar is there
 */
export function probeCut(
  bytes: Uint8Array,
  places: Iterable<number>,
  anchors: readonly number[],
  { scalars, completed, depth, budgets }: SoughtGroup,
): FoundValue[] {
  if (scalars === undefined || depth === 'discovered') return []
  const { length } = scalars
  const likely = likelyOffsets(bytes, places, length)
  const taken = new Set(anchors)
  for (let lost = 1; lost <= MOST_COMPLETED && likely.length > 0; lost++) {
    const sought = lost > MOST_LOST ? completed : scalars
    if (sought === undefined) return []
    const all = likely
      .flatMap((at) => numbersAt(bytes, at, length, lost))
      .filter((number) => !isOfPublicHalf(number, taken))
    const numbers = all.slice(0, sought.affordable(budgets.cut.left, lost))
    if (numbers.length === 0) continue
    budgets.cut.pay(sought.cost(numbers.length, lost))
    const found = foundOf(sought, numbers)
    if (found.length > 0) return found
  }
  return []
}

/** Whether some of the first bytes of a public number, which were compared, are in it. */
function isOfPublicHalf({ at, length }: LocatedCut, anchors: ReadonlySet<number>): boolean {
  for (let place = at - SIGN_BYTES + 1; place < at + length; place++) {
    if (anchors.has(place)) return true
  }
  return false
}

function likelyOffsets(bytes: Uint8Array, places: Iterable<number>, length: number): number[] {
  const seen = new Set<number>()
  for (const at of places) {
    if (seen.size >= MOST_OFFSETS) break
    // What was written over one end may look like anything.
    const inner = length - 2 * MOST_LOST
    if (at + length > bytes.length || !isRandomLookingAt(bytes, at + MOST_LOST, inner)) continue
    seen.add(at)
  }
  return [...seen]
}

function numbersAt(bytes: Uint8Array, at: number, size: number, lost: number): LocatedCut[] {
  const length = size - lost
  const sides = [
    { from: at + lost, lostAt: { before: true, behind: false } },
    { from: at, lostAt: { before: false, behind: true } },
  ]
  return sides.flatMap(({ from, lostAt }) => {
    if (!isRandomLookingAt(bytes, from, length)) return []
    const present = bytes.subarray(from, from + length)
    return cutNumbersIn(present, lost, lostAt).map((number) => Object.assign({ at: from }, number))
  })
}

function foundOf(scalars: CutScalars, numbers: readonly LocatedCut[]): FoundValue[] {
  return scalars.find(numbers).flatMap(({ index, material }) => {
    const number = numbers[index]
    if (number === undefined) return []
    const { at, length, spelling } = number
    const proof = `d·G = Q, from ${length} of its ${scalars.length} bytes`
    return [{ at, length, spelling, name: 'd', proof, material }]
  })
}
