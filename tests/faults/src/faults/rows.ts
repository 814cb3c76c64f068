/** Taking rows away, and whether a reader could see that. */
import { timeOf } from '../world/fields.ts'
import type { Random } from '../world/random.ts'
import { DAY, HOUR } from '../world/times.ts'
import { type Json, keepRows, type LogFile, type World, withFiles } from '../world/world.ts'

export type Kind = LogFile['kind']
export const SIGN_INS: readonly Kind[] = ['sign-in']
export const AUDIT: readonly Kind[] = ['audit']

/** The world with the rows of some kinds of log that `keep` lets through; undefined where all pass. */
export function keeping(
  world: World,
  kinds: readonly Kind[],
  keep: (data: Json, file: LogFile) => boolean,
): World | undefined {
  const changed = withFiles(world, (file) =>
    kinds.includes(file.kind) ? keepRows(file, (data) => keep(data, file)) : file,
  )
  return rowCount(changed) === rowCount(world) ? undefined : changed
}

/** The same where rows of access logs go without a mark: nothing in what is left shows it. */
export function silently(world: World | undefined): World | undefined {
  return world === undefined ? undefined : { ...world, isSilent: true }
}

function rowCount(world: World): number {
  return world.files.reduce((sum, { rows }) => sum + rows.length, 0)
}

/** Content of the rows of some kinds of log. */
export function dataOf(world: World, kinds: readonly Kind[]): { kind: Kind; data: Json }[] {
  return world.files
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ kind, rows }) => rows.map(({ data }) => ({ kind, data })))
}

/** Times of the rows of these kinds, in order. */
export function timesOf(world: World, kinds: readonly Kind[]): number[] {
  return dataOf(world, kinds)
    .map(({ kind, data }) => timeOf(kind, data))
    .toSorted((a, b) => a - b)
}

/** A moment at which something is logged, not at the edges, where a log would just begin later or end earlier. */
export function momentIn(random: Random, times: readonly number[]): number {
  const middle = times.slice(Math.floor(times.length / 6), Math.ceil((times.length * 5) / 6))
  return random.pick(middle.length === 0 ? times : middle)
}

/**
 * A moment in an access log. Accidents that matter are those that hide something: more than half of
 * them meet an access by a forged token, where there is one.
 */
export function accessMoment(world: World, random: Random, length: number): number {
  const forged = [...world.truth.values()].filter((each) => each.forged !== '')
  if (forged.length === 0 || random.chance(0.4)) return momentIn(random, timesOf(world, AUDIT))
  return random.pick(forged).atMs - random.below(length)
}

/** Loses what lies within `length` from a moment when something happened. */
export function period(kinds: readonly Kind[], length: number) {
  return (world: World, random: Random): World | undefined => {
    const times = timesOf(world, kinds)
    if (times.length === 0) return undefined
    const isAccess = kinds.includes('audit')
    const fromMs = isAccess ? accessMoment(world, random, length) : momentIn(random, times)
    const left = keeping(world, kinds, (data, { kind }) => {
      const at = timeOf(kind, data)
      return at < fromMs || fromMs + length <= at
    })
    return isAccess && !isHole(times, fromMs, length) ? silently(left) : left
  }
}

/** Times as long as the same hours' longest silence on any other day: what nobody takes for chance. */
const SURELY = 3
const SURELY_OF_NIGHTS = 2
const DAYS_TO_COMPARE = 3
/** Longer silences are nights. */
const BY_DAY = 6 * HOUR

interface Silence {
  readonly fromMs: number
  readonly toMs: number
}

/** Whether a reader could see that something is missing: no other day of the kind has such a silence in the same hours. */
function isHole(times: readonly number[], fromMs: number, length: number): boolean {
  const before = times.findLast((time) => time < fromMs)
  const after = times.find((time) => time >= fromMs + length)
  if (before === undefined || after === undefined) return false
  const own = after - before
  const surely = own > BY_DAY ? SURELY_OF_NIGHTS : SURELY
  const others = times
    .slice(1)
    .map((toMs, at): Silence => ({ fromMs: times[at] ?? toMs, toMs }))
    .filter((one) => one.toMs <= before || after <= one.fromMs)
  const days = daysBeside(times, before, own)
  return (
    days.length >= DAYS_TO_COMPARE &&
    days.every((at) =>
      others.every(
        (one) => one.toMs <= at || at + own <= one.fromMs || lengthOf(one) * surely <= own,
      ),
    )
  )
}

const lengthOf = ({ fromMs, toMs }: Silence): number => toMs - fromMs

/** The same time of day on other days of the kind, as far as the log goes. */
function daysBeside(times: readonly number[], fromMs: number, length: number): number[] {
  const days = Array.from({ length: 29 }, (_, day) => fromMs + (day - 14) * DAY)
  return days.filter(
    (at) =>
      at !== fromMs &&
      isWeekend(at) === isWeekend(fromMs) &&
      at >= (times[0] ?? 0) &&
      at + length <= (times.at(-1) ?? 0),
  )
}

function isWeekend(ms: number): boolean {
  const day = new Date(ms).getUTCDay()
  return day === 0 || day === 6
}

/** Loses a share of the rows, evenly. */
export function share(kinds: readonly Kind[], lost: number) {
  return (world: World, random: Random): World | undefined =>
    keeping(world, kinds, () => !random.chance(lost))
}

/** The value that most of these have; `''` where there are none. */
export function commonest(values: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}

/** The first two octets: one provider, one site. */
export const networkOf = (ip: string): string => ip.split('.').slice(0, 2).join('.')
