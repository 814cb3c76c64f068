/**
 * The allow-list: accepted vectors that the operator knows of, each with a reason and an end.
 *
 * @module
 */
import { isObject, MintmarkError, parseObject, text } from '@mintmark/core'
import type { Allowed } from './report.ts'

const DAY_MS = 86_400_000

/**
 * @param source `{"allow": [{"vector": "…", "reason": "…", "until": "2027-01-31"}]}`
 * @throws {MintmarkError} `INPUT_INVALID` for a vector that there is not, and an entry without reason or end
 */
export function parseAllowList(source: string, ids: ReadonlySet<string>): Allowed[] {
  const rows = parseObject(source)?.['allow']
  if (!Array.isArray(rows)) throw invalid('the allow-list has no list "allow"')
  return rows.map((row: unknown): Allowed => {
    const [vector, reason, until] = ['vector', 'reason', 'until'].map((name) =>
      isObject(row) ? text(row, name) : undefined,
    )
    if (vector === undefined || !ids.has(vector))
      throw invalid('an entry of the allow-list names no vector that there is')
    if (reason === undefined) throw invalid(`${vector} is allowed without a reason`)
    if (until === undefined || Number.isNaN(endMs(until)))
      throw invalid(`${vector} is allowed without an end: "until" is a day such as 2027-01-31`)
    return { vector, reason, until }
  })
}

/** Whether an entry counts at a time. */
export const isInForce = ({ until }: Allowed, nowMs: number): boolean => nowMs < endMs(until)

/** The end of the day, milliseconds since 1970-01-01 UTC. */
function endMs(day: string): number {
  const startMs = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  const isDay = !Number.isNaN(startMs) && new Date(startMs).toISOString().startsWith(day)
  return isDay ? startMs + DAY_MS : Number.NaN
}

const invalid = (message: string) =>
  new MintmarkError('INPUT_INVALID', message, { option: 'allow' })
