/** The allow-list: accepted vectors or findings that the operator knows of, each with a reason and an end. @module */
import { isObject, type Json, MintmarkError, parseObject, text } from '@mintmark/core'

const DAY_MS = 86_400_000

export interface Allowance {
  readonly id: string
  readonly file: string | undefined
  readonly reason: string
  /** Last day on which it counts, UTC: `2027-01-31`. */
  readonly until: string
}

/**
 * @param source `{"allow": [{"vector": "…", "reason": "…", "until": "2027-01-31"}]}`
 * @param member what an entry names: a vector or a rule
 * @throws {MintmarkError} `INPUT_INVALID` for a name that there is not, and an entry without reason or end
 */
export function parseAllowances(
  source: string,
  member: 'vector' | 'rule',
  ids: ReadonlySet<string>,
): Allowance[] {
  const rows = parseObject(source)?.['allow']
  if (!Array.isArray(rows)) throw invalid('the allow-list has no list "allow"')
  return rows.map((row: unknown): Allowance => {
    const [id, file, reason, until] = [member, 'file', 'reason', 'until'].map((name) =>
      isObject(row) ? text(row, name) : undefined,
    )
    if (id === undefined || !ids.has(id))
      throw invalid(`an entry of the allow-list names no ${member} that there is`)
    if (reason === undefined) throw invalid(`${id} is allowed without a reason`)
    if (until === undefined || Number.isNaN(endMs(until)))
      throw invalid(`${id} is allowed without an end: "until" is a day such as 2027-01-31`)
    return { id, file, reason, until }
  })
}

/** Of a SARIF result, where an entry covers it. */
export const suppressedBy = (
  allowed: Pick<Allowance, 'reason' | 'until'> | undefined,
): Json | undefined =>
  allowed && {
    suppressions: [
      { kind: 'external', justification: `${allowed.reason} (until ${allowed.until})` },
    ],
  }

/** Whether an entry counts at a time. */
export const isInForce = ({ until }: Pick<Allowance, 'until'>, nowMs: number): boolean =>
  nowMs < endMs(until)

/** The end of the day, milliseconds since 1970-01-01 UTC. */
function endMs(day: string): number {
  const startMs = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  const isDay = !Number.isNaN(startMs) && new Date(startMs).toISOString().startsWith(day)
  return isDay ? startMs + DAY_MS : Number.NaN
}

const invalid = (message: string) =>
  new MintmarkError('INPUT_INVALID', message, { option: 'allow' })
