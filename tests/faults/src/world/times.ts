/** Times as logs spell them. All are milliseconds UTC inside. */

export const MINUTE = 60_000
export const HOUR: number = 60 * MINUTE
export const DAY: number = 24 * HOUR

/** `2024-10-07T08:15:30`: the audit log's, UTC without saying so. */
export function seconds(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}

/** `2024-10-07T08:15:30.1234567Z` with the seven digits of .NET. */
export function ticks(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}0000Z`
}

/** `10/7/2024, 8:15:30.123 AM` as Log Analytics exports a time. */
export function slashed(ms: number, isDayFirst: boolean): string {
  const at = new Date(ms)
  const hours = at.getUTCHours()
  const [month, day] = [at.getUTCMonth() + 1, at.getUTCDate()]
  const date = isDayFirst ? `${day}/${month}` : `${month}/${day}`
  const clock = `${((hours + 11) % 12) + 1}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
  const fraction = String(at.getUTCMilliseconds()).padStart(3, '0')
  return `${date}/${at.getUTCFullYear()}, ${clock}.${fraction} ${hours < 12 ? 'AM' : 'PM'}`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** The time that ISO text names, in UTC where it names no zone. */
export function msOf(text: string): number {
  return Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`)
}
