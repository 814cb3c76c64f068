/**
 * Geometry of the timeline, without a document: the page and the printed report draw the same.
 *
 * @module
 */
import { scaleUtc } from 'd3-scale'
import { CLASSES, tone } from './words.ts'

/** What a chart needs of `TimeBins`. */
export interface Course {
  readonly from: string
  readonly to: string
  readonly stepMs: number
  readonly bins: number
  readonly series: readonly { readonly name: string; readonly counts: readonly number[] }[]
}

export interface Bar {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly tone: string
}

export interface Tick {
  readonly x: number
  readonly text: string
}

/** A bar of one access is still seen beside one of a thousand. */
const LEAST_HEIGHT = 2

/** The largest sum of a bin; 1 where there is none. */
export function tallest({ series, bins }: Course): number {
  let most = 1
  for (let at = 0; at < bins; at++)
    most = Math.max(
      most,
      series.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0),
    )
  return most
}

/** Stacked bars from the bottom up, in the order of the classes. */
export function barsOf(course: Course, width: number, height: number): Bar[] {
  const most = tallest(course)
  const step = width / course.bins
  const order = CLASSES.map(({ name }) => name)
  const series = course.series.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  const bars: Bar[] = []
  for (let at = 0; at < course.bins; at++) {
    let y = height
    for (const { name, counts } of series) {
      const value = counts[at] ?? 0
      if (value === 0) continue
      const tall = Math.max(LEAST_HEIGHT, (value / most) * height)
      y -= tall
      bars.push({
        x: at * step + Math.min(0.5, step * 0.08),
        y,
        width: Math.max(1, step - Math.min(1, step * 0.16)),
        height: tall,
        tone: tone(name),
      })
    }
  }
  return bars
}

/** Runs of bins with like coverage, so that a band is a few rectangles and not thousands. */
export function runsOf(
  covered: readonly number[],
): readonly { at: number; bins: number; share: number }[] {
  const runs: { at: number; bins: number; share: number }[] = []
  for (const [at, value] of covered.entries()) {
    // Ten shades are as many as the eye tells apart.
    const share = value === 0 ? 0 : Math.max(0.1, Math.round(value * 10) / 10)
    const last = runs.at(-1)
    if (last !== undefined && last.share === share) last.bins++
    else runs.push({ at, bins: 1, share })
  }
  return runs.filter(({ share }) => share > 0)
}

/** Labels of the axis of time, about one every ninety units. */
export function ticksOf({ from, to }: Pick<Course, 'from' | 'to'>, width: number): Tick[] {
  const scale = scaleUtc([new Date(from), new Date(to)], [0, width])
  const wanted = Math.max(2, Math.floor(width / 90))
  const format = scale.tickFormat(wanted)
  return scale.ticks(wanted).map((at) => ({ x: scale(at), text: label(at, format(at)) }))
}

/** A month alone says too little when no year stands beside it, and half a day is no time of UTC. */
function label(at: Date, text: string): string {
  if (/^\d\d(?::\d\d| [AP]M)$/u.test(text)) return at.toISOString().slice(11, 16)
  return /^(?:January|February|March|April|May|June|July|August|September|October|November|December)$/u.test(
    text,
  )
    ? `${text.slice(0, 3)} ${at.getUTCFullYear()}`
    : text
}

/** Labels of the axis of numbers: the largest, and half of it where that is a whole number worth saying. */
export function levelsOf(most: number): readonly number[] {
  return most >= 4 ? [most, Math.round(most / 2)] : [most]
}
