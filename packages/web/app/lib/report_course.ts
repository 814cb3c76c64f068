/** The report's course as a chart: days in bins, and each log's bands of all tenants as one. */
import { safeText } from '@mintmark/core/safe_text'
import type { Report } from '@mintmark/report'
import type { Course } from './chart.ts'

const DAY_MS = 86_400_000
const MOST_BINS = 240
/** Pauses shorter than this do not separate two periods of activity. */
const PAUSE_DAYS = 60

type ReportCourse = Report['course']

export interface DrawnCourse {
  readonly course: Course
  readonly bands: readonly { readonly name: string; readonly covered: readonly number[] }[]
}

export function chartsOf(course: ReportCourse): DrawnCourse[] {
  const whole = spanOf(course.days.map(({ day }) => day))
  if (whole === undefined) return []
  const busiest = busiestOf(course)
  const isSparse = (busiest.toMs - busiest.fromMs) * 3 < whole.toMs - whole.fromMs
  return (isSparse ? [whole, busiest] : [whole]).map((span) => drawn(course, span))
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

function spanOf(days: readonly string[]): Span | undefined {
  const [first] = days
  const last = days.at(-1)
  if (first === undefined || last === undefined) return undefined
  return { fromMs: Date.parse(first), toMs: Date.parse(last) + DAY_MS }
}

function busiestOf({ days }: ReportCourse): Span {
  let best: Span & { readonly accesses: number } = { fromMs: 0, toMs: 0, accesses: -1 }
  let period = best
  for (const { day, accesses } of days) {
    const at = Date.parse(day)
    period =
      period.accesses >= 0 && at - period.toMs <= PAUSE_DAYS * DAY_MS
        ? { fromMs: period.fromMs, toMs: at + DAY_MS, accesses: period.accesses + accesses }
        : { fromMs: at, toMs: at + DAY_MS, accesses }
    if (period.accesses > best.accesses) best = period
  }
  // A margin, so that what came before and after is seen to be empty.
  const margin = 14 * DAY_MS
  return { fromMs: best.fromMs - margin, toMs: best.toMs + margin }
}

function drawn({ days, bands }: ReportCourse, { fromMs, toMs }: Span): DrawnCourse {
  const stepMs = DAY_MS * Math.ceil((toMs - fromMs) / DAY_MS / MOST_BINS)
  const bins = Math.max(1, Math.ceil((toMs - fromMs) / stepMs))
  const counts = Array.from({ length: bins }, () => 0)
  for (const { day, accesses } of days) {
    const at = Math.floor((Date.parse(day) - fromMs) / stepMs)
    if (at >= 0 && at < bins) counts[at] = (counts[at] ?? 0) + accesses
  }
  const grid = { fromMs, stepMs, bins }
  const end = new Date(fromMs + bins * stepMs).toISOString()
  const course = { from: new Date(fromMs).toISOString(), to: end, stepMs, bins }
  return {
    course: { ...course, series: [{ name: 'forged', counts }] },
    bands: logsOf(bands, grid),
  }
}

interface Grid {
  readonly fromMs: number
  readonly stepMs: number
  readonly bins: number
}

function logsOf(bands: ReportCourse['bands'], grid: Grid): DrawnCourse['bands'] {
  const logs = new Map<string, ReportCourse['bands'][number][]>()
  for (const band of bands) {
    const name = `${band.side === 'issuance' ? 'issued' : 'used'} ${band.category}`
    logs.set(name, [...(logs.get(name) ?? []), band])
  }
  return [...logs].map(([name, parts]) => {
    const tenants = new Set(parts.map(({ tenant }) => tenant)).size
    const covered = Array.from({ length: grid.bins }, (_, at) => {
      const from = grid.fromMs + at * grid.stepMs
      const seen = parts.filter((part) => covers(part, from, from + grid.stepMs))
      return new Set(seen.map(({ tenant }) => tenant)).size / tenants
    })
    return { name: `${safeText(name, 24)}${tenants > 1 ? ` ×${tenants}` : ''}`, covered }
  })
}

function covers(band: ReportCourse['bands'][number], from: number, to: number): boolean {
  if (Date.parse(band.from) >= to || Date.parse(band.to) <= from) return false
  return !band.gaps.some((gap) => Date.parse(gap.from) <= from && Date.parse(gap.to) >= to)
}
