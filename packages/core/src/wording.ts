/** Numbers and times as people read them. */

/** `60,000`. */
export function count(value: number): string {
  return Math.trunc(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

export function plural(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

interface BoundsText {
  readonly lower: number
  readonly upper: number | null
  readonly because?: string
}

/** `60,000`, `4,000 to 4,321`, `at least 4,000`, `at most 12`; without any bound `unknown`. */
export function bounds({ lower, upper }: BoundsText): string {
  if (lower === upper) return count(lower)
  if (upper === null) return lower === 0 ? 'unknown' : `at least ${count(lower)}`
  return lower === 0 ? `at most ${count(upper)}` : `${count(lower)} to ${count(upper)}`
}

/** `at least 4,000 messages`; `unknown: 7 folders synchronised whole`. */
export function boundText(given: BoundsText, one: string, many: string = `${one}s`): string {
  const { lower, upper, because = '' } = given
  if (lower === 0 && upper === null) return because === '' ? 'unknown' : `unknown: ${because}`
  return `${bounds(given)} ${(upper ?? lower) === 1 ? one : many}`
}

/** `; apart from these 110 items without a message id, 3 accesses left open`. */
export function apartFrom(nameless: number, undecided: number | null): string {
  const parts = [
    ...(nameless > 0 ? [`${plural(nameless, 'item')} without a message id`] : []),
    ...(undecided !== null && undecided > 0
      ? [`${plural(undecided, 'access', 'accesses')} left open`]
      : []),
  ]
  return parts.length === 0 ? '' : `; apart from these ${parts.join(', ')}`
}

/** `2023-05-15 00:12 UTC` of an ISO time; `unknown` of none. */
export function minute(iso: string | null): string {
  return iso === null ? 'unknown' : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

/** `99.8 %`, never rounded up to 100. */
export function percent(share: number): string {
  if (share === 1) return '100 %'
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`
}

/** `0.1 %` of anything above nothing, rounded up: an unknown share is never made smaller. */
export function percentUp(share: number): string {
  if (share === 0) return '0.0 %'
  const tenths = Math.ceil(share * 1000 - 1e-9)
  return tenths >= 1000 ? '100 %' : `${(Math.max(1, tenths) / 10).toFixed(1)} %`
}
