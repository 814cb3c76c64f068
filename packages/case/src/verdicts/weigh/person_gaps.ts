/**
 * Whether a log was there for a principal when his tokens are missing: an export may lack one person for days. Such a
 * loss takes all of a person's tokens, so it is a gap between two explained ones. Missing tokens in a short gap count.
 * All in a long one, and in those of others that overlap it, may have been lost at once; none in a gap of over a day.
 *
 * @module
 */
import { type Context, pairKey } from './population.ts'

/** Tokens live about an hour: who is at work has one explained in every few hours. */
const SHORT_HOURS = 4
/** Longer than a night: a gap of a day, or of a person who is away, shows nothing. */
const MOST_HOURS = 24

interface Gap {
  readonly from: number
  readonly to: number
}

export class PersonGaps {
  readonly #shown: ReadonlyMap<string, readonly number[]>
  /** Merged long gaps with something missing in them, in order. */
  readonly #long: readonly Gap[]

  /** @param shown hours in which tokens of a principal were explained, in order */
  constructor(shown: ReadonlyMap<string, readonly number[]>, missing: readonly Context[]) {
    this.#shown = shown
    this.#long = united(
      missing.flatMap(({ who, hours }) => hours.flatMap((hour) => this.#longGap(who, hour) ?? [])),
    )
  }

  /** What may have been lost together with a token; undefined where all of the person's tokens may have been. */
  lossOf(who: string, hour: number): string | undefined {
    const gap = this.#gapAt(who, hour)
    if (gap === undefined || gap.to - gap.from > MOST_HOURS) return undefined
    if (gap.to - gap.from <= SHORT_HOURS) return pairKey('hour', hour)
    const all = this.#long.find(({ from, to }) => from <= gap.from && gap.to <= to)
    return pairKey('gap', all?.from ?? gap.from)
  }

  #longGap(who: string, hour: number): Gap | undefined {
    const gap = this.#gapAt(who, hour)
    const length = gap === undefined ? 0 : gap.to - gap.from
    return length > SHORT_HOURS && length <= MOST_HOURS ? gap : undefined
  }

  /** The last hour at or before this one in which a token was explained, and the first at or after it. */
  #gapAt(who: string, hour: number): Gap | undefined {
    const hours = this.#shown.get(who) ?? []
    const next = firstFrom(hours, hour)
    const to = hours[next]
    const from = to === hour ? to : hours[next - 1]
    return from === undefined || to === undefined ? undefined : { from, to }
  }
}

/** Index of the first hour at or after one. */
function firstFrom(hours: readonly number[], hour: number): number {
  let low = 0
  let high = hours.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((hours[middle] ?? hour) < hour) low = middle + 1
    else high = middle
  }
  return low
}

function united(gaps: readonly Gap[]): Gap[] {
  const all: Gap[] = []
  for (const gap of gaps.toSorted((one, other) => one.from - other.from)) {
    const last = all.at(-1)
    if (last === undefined || gap.from > last.to) all.push(gap)
    else all[all.length - 1] = { from: last.from, to: Math.max(last.to, gap.to) }
  }
  return all
}
