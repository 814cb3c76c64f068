/**
 * Looks for scalars of which bytes at one end were written over, where a scalar would lie: in a chunk of a heap beside a copy of its
 * public half, and right next to one.
 *
 * Up to three bytes may be gone, and up to five where there is time for it: where such a place is, is known, and how long a scalar is.
 * Numbers that lack five take 1.1 s each. They are tried as long as the budget lasts. @module
 */
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { FoundValue } from '../values/found_value.ts'
import { type CutScalars, cutNumbersIn, type SpelledCut } from './cut_scalars.ts'
import type { SoughtGroup } from './secret_looks.ts'

const MOST_LOST = 3
const MOST_COMPLETED = 5
/** Places of a window that are looked at: a few copies of a public half have as many. */
const MOST_PLACES = 256

/** A part of a scalar, and where it is. */
interface PlacedCut extends SpelledCut {
  readonly at: number
}

/** Scalars in a window, each as it lacks least. Nothing tells how many places were left out: they are taken as long as there is time. */
export function lookAtCut(
  bytes: Uint8Array,
  places: Iterable<number>,
  { scalars, effort, budgets, completesParts }: SoughtGroup,
): FoundValue[] {
  if (scalars === undefined || effort === 'met') return []
  const likely = likelyPlaces(bytes, places, scalars.length)
  const most = completesParts ? MOST_COMPLETED : MOST_LOST
  for (let lost = 1; lost <= most && likely.length > 0; lost++) {
    const numbers = likely.flatMap((at) => numbersAt(bytes, at, scalars.length, lost))
    for (const some of lost > MOST_LOST ? numbers.map((number) => [number]) : [numbers]) {
      if (some.length === 0) continue
      if (!budgets.cut.take(scalars.cost(some.length, lost))) return []
      const found = foundOf(scalars, some)
      if (found.length > 0) return found
    }
  }
  return []
}

function likelyPlaces(bytes: Uint8Array, places: Iterable<number>, length: number): number[] {
  const seen = new Set<number>()
  for (const at of places) {
    if (seen.size >= MOST_PLACES) break
    // What was written over one end may look like anything.
    const inner = length - 2 * MOST_LOST
    if (at + length > bytes.length || !isRandomLookingAt(bytes, at + MOST_LOST, inner)) continue
    seen.add(at)
  }
  return [...seen]
}

function numbersAt(bytes: Uint8Array, at: number, size: number, lost: number): PlacedCut[] {
  const length = size - lost
  const sides = [
    { from: at + lost, lostAt: { before: true, behind: false } },
    { from: at, lostAt: { before: false, behind: true } },
  ]
  return sides.flatMap(({ from, lostAt }) => {
    if (!isRandomLookingAt(bytes, from, length)) return []
    const held = bytes.subarray(from, from + length)
    return cutNumbersIn(held, lost, lostAt).map((number) => Object.assign({ at: from }, number))
  })
}

function foundOf(scalars: CutScalars, numbers: readonly PlacedCut[]): FoundValue[] {
  return scalars.find(numbers).flatMap(({ index, material }) => {
    const number = numbers[index]
    if (number === undefined) return []
    const { at, length, spelling } = number
    const proof = `d·G = Q, from ${length} of its ${scalars.length} bytes`
    return [{ at, length, spelling, name: 'd', proof, material }]
  })
}
