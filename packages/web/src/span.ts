/** A typed time: `2023-06-12 10:00 – 12:00`, `2023-06-12`, `12 June 2023 10-12`. All UTC. */

/** ISO 8601, UTC; half-open. */
export interface TypedSpan {
  readonly from: string
  readonly to: string
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const ISO_DAY = /^(\d{4})-(\d\d)(?:-(\d\d))?/u
const NAMED_DAY = /^(\d{1,2})\.? ([a-z]{3,9})\.?(?:,? (\d{4}))?(?=[ ,]|$)/u
const CLOCK = /^(\d{1,2})(?::(\d\d))?(?::(\d\d))? ?(?:h|utc|z)?$/u
const BETWEEN =
  /\s*(?:–|—|\.\.|\bto\b|\buntil\b|\band\b|(?<=\s)-(?=\s)|(?<=:\d\d)-(?=\d)|(?<=\s\d\d?)-(?=\d\d?$))\s*/u

interface Moment {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly startMs: number
  readonly endMs: number
}

/** `year` is of a day that names none. Undefined for what is no time, or ends before it begins. */
export function readSpan(text: string, year: number): TypedSpan | undefined {
  const [first = '', second, ...more] = text
    .trim()
    .toLowerCase()
    .replace(/^(?:on|from|between) /u, '')
    .replaceAll(/t(?=\d\d:)/gu, ' ')
    .replaceAll(/(?<=\d)z/gu, '')
    .replaceAll(/ (?:between|from|at) /gu, ' ')
    .split(BETWEEN)
  const start = momentOf(first, { year, month: 0, day: 0 })
  if (start === undefined || more.length > 0) return undefined
  const end = second === undefined ? start : momentOf(second, start)
  if (end === undefined) return undefined
  // A time of the clock ends where it is; a day or a month is within.
  const toMs = second !== undefined && CLOCK.test(clockIn(second)) ? end.startMs : end.endMs
  if (toMs <= start.startMs) return undefined
  return { from: new Date(start.startMs).toISOString(), to: new Date(toMs).toISOString() }
}

const dayIn = (text: string) => (ISO_DAY.exec(text) ?? NAMED_DAY.exec(text))?.[0] ?? ''
const clockIn = (text: string) => text.slice(dayIn(text).length).replace(/^[, ]+/u, '')

function momentOf(text: string, known: Pick<Moment, 'year' | 'month' | 'day'>): Moment | undefined {
  const named = dayOf(text, known)
  if (named === undefined) return undefined
  const { year, month, day } = named
  const midnight = Date.UTC(year, month - 1, day === 0 ? 1 : day)
  if (new Date(midnight).getUTCMonth() !== month - 1) return undefined
  if (clockIn(text) === '') {
    const endMs = day === 0 ? Date.UTC(year, month, 1) : midnight + DAY_MS
    return { ...named, startMs: midnight, endMs }
  }
  const clock = clockOf(clockIn(text))
  if (clock === undefined || day === 0) return undefined
  const startMs = midnight + clock.atMs
  return { ...named, startMs, endMs: startMs + clock.lengthMs }
}

const DAY_MS = 86_400_000

function clockOf(text: string): { readonly atMs: number; readonly lengthMs: number } | undefined {
  const [, hour, minute, second] = CLOCK.exec(text) ?? []
  if (hour === undefined) return undefined
  const [minutes, seconds] = [Number(minute ?? 0), Number(second ?? 0)]
  const atMs = (Number(hour) * 3600 + minutes * 60 + seconds) * 1000
  if (atMs > DAY_MS || minutes > 59 || seconds > 59) return undefined
  const length = minute === undefined ? 3600 : 60
  return { atMs, lengthMs: (second === undefined ? length : 1) * 1000 }
}

/** Day 0 is a whole month. Of a text without a day, the day that is known. */
function dayOf(
  text: string,
  known: Pick<Moment, 'year' | 'month' | 'day'>,
): Pick<Moment, 'year' | 'month' | 'day'> | undefined {
  const iso = ISO_DAY.exec(text)
  if (iso !== null) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3] ?? 0) }
  const named = NAMED_DAY.exec(text)
  if (named === null) return known.month === 0 ? undefined : known
  const month = MONTHS.indexOf((named[2] ?? '').slice(0, 3)) + 1
  if (month === 0) return undefined
  return { year: Number(named[3] ?? known.year), month, day: Number(named[1]) }
}

export function writeSpan({ from, to }: TypedSpan): string {
  const [start, end] = [from, to].map(
    (iso) => `${iso.slice(0, 10)} ${iso.slice(11, iso.slice(17, 19) === '00' ? 16 : 19)}`,
  )
  const day = from.slice(0, 10)
  const next = new Date(Date.parse(day) + DAY_MS).toISOString()
  if (from === new Date(Date.parse(day)).toISOString() && to === next) return day
  return to.slice(0, 10) === day
    ? `${start ?? ''} – ${(end ?? '').slice(11)}`
    : `${start ?? ''} – ${end ?? ''}`
}
