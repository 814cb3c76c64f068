/** Geometry of the timeline, without a document: the page and the printed report draw the same. */
import { scaleUtc } from 'd3-scale'
import { CLASSES, tone } from './words.ts'

export interface Course {
  readonly from: string
  readonly to: string
  readonly stepMs: number
  readonly bins: number
  readonly series: readonly { readonly name: string; readonly counts: readonly number[] }[]
  readonly segments?: readonly Segment[]
}

/** A period of the axis. Between two is a long pause without accesses, which is not drawn to scale. */
interface Segment {
  readonly from: string
  readonly to: string
  readonly bin: number
  readonly bins: number
}

export interface Break {
  readonly x: number
  readonly width: number
  readonly lengthMs: number
}

export interface Scale {
  readonly step: number
  readonly breaks: readonly Break[]
  /** Where a bin begins; with `isEnd` where the bin before it ends. */
  x(bin: number, isEnd?: boolean): number
  binAt(x: number): number
  /** When a bin begins; with `isEnd` when the bin before it ends. Milliseconds. */
  msOf(bin: number, isEnd?: boolean): number
  /** Where a time is, in bins; outside every period, the nearest end of one. */
  binOf(ms: number): number
}

const BREAK_WIDTH = 34

export function scaleOf(course: Course, width: number): Scale {
  const { bins, stepMs } = course
  const segments = segmentsOf(course)
  const step = Math.max(1, width - (segments.length - 1) * BREAK_WIDTH) / bins
  const before = (bin: number, isEnd = false) =>
    segments.filter((one, i) => i > 0 && (isEnd ? one.bin < bin : one.bin <= bin)).length
  const x = (bin: number, isEnd = false) => bin * step + before(bin, isEnd) * BREAK_WIDTH
  const held = (bin: number, isEnd = false) => segments[before(bin, isEnd)] ?? segments[0]
  return {
    step,
    breaks: segments.slice(1).map(({ bin, from }, i) => ({
      x: x(bin, true),
      width: BREAK_WIDTH,
      lengthMs: Date.parse(from) - Date.parse(segments[i]?.to ?? from),
    })),
    x,
    binAt(position) {
      const at = segments.findLast(({ bin }) => x(bin) <= position) ?? segments[0]
      const bin = Math.floor((position - x(at?.bin ?? 0)) / step)
      return Math.min(bins - 1, (at?.bin ?? 0) + Math.min(Math.max(0, bin), (at?.bins ?? bins) - 1))
    },
    msOf(bin, isEnd = false) {
      const segment = held(bin, isEnd)
      return Date.parse(segment?.from ?? course.from) + (bin - (segment?.bin ?? 0)) * stepMs
    },
    binOf(ms) {
      const segment = segments.findLast(({ from }) => Date.parse(from) <= ms) ?? segments[0]
      const offset = (ms - Date.parse(segment?.from ?? course.from)) / stepMs
      return (segment?.bin ?? 0) + Math.min(segment?.bins ?? bins, Math.max(0, offset))
    },
  }
}

const segmentsOf = ({ from, to, bins, segments }: Course): readonly Segment[] =>
  segments === undefined || segments.length === 0 ? [{ from, to, bin: 0, bins }] : segments

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

export function tallest({ series, bins }: Course): number {
  let most = 1
  for (let at = 0; at < bins; at++)
    most = Math.max(
      most,
      series.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0),
    )
  return most
}

export function barsOf(course: Course, width: number, height: number): Bar[] {
  const most = tallest(course)
  const scale = scaleOf(course, width)
  const { step } = scale
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
        x: scale.x(at) + Math.min(0.5, step * 0.08),
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
  { segments = [] }: Pick<Course, 'segments'> = {},
): readonly { at: number; bins: number; share: number }[] {
  const runs: { at: number; bins: number; share: number }[] = []
  const starts = new Set(segments.map(({ bin }) => bin))
  for (const [at, value] of covered.entries()) {
    // The eye distinguishes about ten shades.
    const share = value === 0 ? 0 : Math.max(0.1, Math.round(value * 10) / 10)
    const last = runs.at(-1)
    if (last !== undefined && last.share === share && !starts.has(at)) last.bins++
    else runs.push({ at, bins: 1, share })
  }
  return runs.filter(({ share }) => share > 0)
}

/** What a letter of a label takes, and what is left before the next label. */
const LETTER = 6.6
const APART = 10

export function ticksOf(course: Course, width: number): Tick[] {
  let end = -Infinity
  return wantedTicks(course, width).filter(({ x, text }) => {
    if (x < end) return false
    end = x + text.length * LETTER + APART
    return true
  })
}

function wantedTicks(course: Course, width: number): Tick[] {
  const axis = scaleOf(course, width)
  return segmentsOf(course).flatMap(({ from, to, bin, bins }) => {
    const [left, right] = [axis.x(bin), axis.x(bin + bins, true)]
    const scale = scaleUtc([new Date(from), new Date(to)], [left, right])
    const wanted = Math.max(1, Math.floor((right - left) / 90))
    const format = scale.tickFormat(wanted)
    const ticks = scale.ticks(wanted).map((at) => ({ x: scale(at), text: label(at, format(at)) }))
    // A short period beside others shows its day.
    return ticks.length > 0 && right - left > 90
      ? ticks.filter(({ x }) => x < right - 44)
      : [{ x: left, text: from.slice(0, 10) }]
  })
}

/** A month without a year says too little, and half a day is no UTC time. */
function label(at: Date, text: string): string {
  if (/^\d\d(?::\d\d| [AP]M)$/u.test(text)) return at.toISOString().slice(11, 16)
  return /^(?:January|February|March|April|May|June|July|August|September|October|November|December)$/u.test(
    text,
  )
    ? `${text.slice(0, 3)} ${at.getUTCFullYear()}`
    : text
}

/** Labels of the axis of numbers: the largest, and half of it where that is a whole number worth saying. */
export const levelsOf = (most: number): readonly number[] =>
  most >= 4 ? [most, Math.round(most / 2)] : [most]
