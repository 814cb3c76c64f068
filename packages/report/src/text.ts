/**
 * Every text of a value, mapped: so that nothing is forgotten when a report is shortened or redacted.
 *
 * @module
 */

/** A copy of `value`, of the same shape, with every string in it mapped; names of members stay. */
export function mapText<T>(value: T, map: (text: string) => string): T
export function mapText(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((one: unknown) => mapText(one, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]: [string, unknown]) => [name, mapText(one, map)]),
  )
}
