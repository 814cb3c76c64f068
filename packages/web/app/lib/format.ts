import { plural } from '@mintmark/core/wording'

export { bounds, count, percent, plural } from '@mintmark/core/wording'

/** 2023-05-15 00:07 */
export const minute = (iso: string | null): string =>
  iso === null ? '–' : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`

/** 2023-05-15 */
export const day = (iso: string | null): string => (iso === null ? '–' : iso.slice(0, 10))

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let at = 0
  let left = value
  while (left >= 1000 && at < units.length - 1) {
    left /= 1000
    at++
  }
  return `${at === 0 ? left : left.toFixed(left < 10 ? 1 : 0)} ${units[at] ?? ''}`
}

const STEPS: readonly (readonly [number, string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
]

export function duration(ms: number): string {
  const [unit, name] = STEPS.find(([length]) => ms >= length) ?? [1000, 'second']
  return plural(Math.round(ms / unit), name)
}

const DAY_MS = 86_400_000

/** `40 days`, `7 months`, `2.1 years`: rounded. */
export function longTime(ms: number): string {
  const days = ms / DAY_MS
  if (days < 90) return plural(Math.round(days), 'day')
  if (days < 700) return plural(Math.round(days / 30.44), 'month')
  return `${(days / 365.25).toFixed(1)} years`
}

export const lastPart = (path: string): string =>
  path.split(/[\\/]/u).findLast((part) => part !== '') ?? path
