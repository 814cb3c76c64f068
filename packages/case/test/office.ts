/**
 * Logs of an office, for the tests of what a log lost: people at work in bursts, on working days.
 *
 * @module
 */

/** Numbers from 0 to 1 that a seed gives. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Office {
  readonly seed: number
  readonly people: number
  readonly weeks: number
  /** Days on which nobody works, counted from the first. */
  readonly holidays?: readonly number[]
  /** Share of people who work in a weekend's hour. */
  readonly weekend?: number
}

/** 2023-05-29, a Monday. */
export const MONDAY_MS: number = Date.UTC(2023, 4, 29)
const HOUR_MS = 3_600_000

const isWorking = (hour: number) => hour >= 8 && hour < 18

/** Times of records, in order, milliseconds. Each person's day is their own: they come, pause and leave. */
export function officeTimes({ seed, people, weeks, holidays = [], weekend = 0 }: Office): number[] {
  const random = randomOf(seed)
  const times: number[] = []
  for (let day = 0; day < weeks * 7; day++) {
    const isFree = day % 7 >= 5 || holidays.includes(day)
    for (let person = 0; person < people; person++) {
      // One day in ten somebody is not there.
      if (isFree ? random() > weekend : random() < 0.1) continue
      const shift = random() - 0.5
      for (let hour = 0; hour < 24; hour++) {
        const share = isWorking(hour) ? (hour === 12 ? 0.3 : 0.8) : 0.02
        if (random() > share) continue
        const begin = (day * 24 + hour + shift + random()) * HOUR_MS
        for (let burst = 1 + Math.floor(random() * 4); burst > 0; burst--)
          times.push(Math.round(MONDAY_MS + begin + random() * 300_000))
      }
    }
  }
  return times.toSorted((a, b) => a - b)
}
