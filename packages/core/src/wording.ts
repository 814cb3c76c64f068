/**
 * Numbers and times as people read them.
 *
 * @module
 */

/** `60,000`. */
export function count(value: number): string {
  return Math.trunc(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 mailbox`, `3 mailboxes`. */
export function plural(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** `60,000` where both bounds agree, `4,000 to 4,321`, or `at least 4,000`. */
export function bounds({ lower, upper }: { lower: number; upper: number | null }): string {
  if (upper === null) return `at least ${count(lower)}`
  return lower === upper ? count(lower) : `${count(lower)} to ${count(upper)}`
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

/** `0.1 %` of anything above nothing, rounded up: a share of what is not known is never made smaller. */
export function percentUp(share: number): string {
  if (share === 0) return '0.0 %'
  const tenths = Math.ceil(share * 1000 - 1e-9)
  return tenths >= 1000 ? '100 %' : `${(Math.max(1, tenths) / 10).toFixed(1)} %`
}
