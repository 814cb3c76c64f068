/**
 * How sure an absence can be: what the issuance logs show of others in the same context (tenant, service and day, and
 * for a single token the application). A context in which nobody else has an issued token belongs to the attacker
 * alone: it is compared with the other tokens of the same principals in the same logs.
 *
 * @module
 */
import { asNumber, firstRow, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { PRINCIPAL } from '../store/access_sql.ts'

/** Whose accesses are compared. `none`: there is nothing to compare with. */
type ComparableBasis = 'same-context' | 'same-principals' | 'none'

/** Of `of` comparable accesses or sessions, `issued` have a record of their issuance. */
export interface Rate {
  readonly issued: number
  readonly of: number
  readonly basis: Exclude<ComparableBasis, 'none'>
}

/** What the whole case is compared with. */
export interface Comparable {
  readonly issued: number
  readonly of: number
  readonly basis: ComparableBasis
  /** Sessions, where no access that was found carries a token id. */
  readonly unit: 'accesses' | 'sessions'
}

const UNISSUED = "token_state = 'present' AND verdict = 'unissued'"
const OTHERS =
  "token_state = 'present' AND verdict NOT IN ('unissued', 'mismatched') AND strength = ''"
/** A principal as a record names it. */
export const WHO: string = `lower(${PRINCIPAL})`
const GLOBAL = "SETTINGS distributed_product_mode = 'global'"

const IN_CONTEXT = `
  SELECT count() AS n, countIf(verdict = 'issued') AS issued FROM judged
  WHERE ${OTHERS} AND (tenant, service, toDate(at)) GLOBAL IN (
    SELECT DISTINCT tenant, service, toDate(at) FROM judged WHERE ${UNISSUED})
  ${GLOBAL}`

const BY_PRINCIPAL = `
  SELECT toString(tenant) AS home, ${WHO} AS who, count() AS n, countIf(verdict = 'issued') AS issued FROM judged
  WHERE ${OTHERS} AND (tenant, ${WHO}) GLOBAL IN (
    SELECT DISTINCT tenant, ${WHO} FROM judged WHERE ${UNISSUED} AND ${WHO} != '')
  GROUP BY home, who
  ${GLOBAL}`

const BY_SESSION = `
  SELECT count() AS n, countIf(verdict = 'session-only') AS issued FROM session_verdict
  WHERE verdict NOT IN ('unissued', 'mismatched') AND strength = ''
    AND (tenant, field) IN (SELECT DISTINCT tenant, field FROM session_verdict WHERE verdict = 'unissued')`

/** What everybody else's accesses show, over the whole case. */
export async function comparable(session: Session): Promise<Comparable> {
  const context = await counted(session, IN_CONTEXT)
  if (context.issued > 0) return { ...context, basis: 'same-context', unit: 'accesses' }
  const rates = [...(await principalRates(session)).values()]
  const sum = (of: (rate: Rate) => number) => rates.reduce((all, rate) => all + of(rate), 0)
  const principals = { issued: sum(({ issued }) => issued), of: sum(({ of }) => of) }
  if (principals.issued > 0) return { ...principals, basis: 'same-principals', unit: 'accesses' }
  const sessions = await counted(session, BY_SESSION)
  if (sessions.of > 0) return { ...sessions, basis: 'same-context', unit: 'sessions' }
  return { issued: 0, of: 0, basis: 'none', unit: 'accesses' }
}

const readRate = rowReader(asNumber('issued of:n'))
const counted = async (session: Session, sql: string) => readRate(await firstRow(session, sql))

/** Key of {@link principalRates}. */
export const principalKey = (tenant: string, who: string): string =>
  `${tenant}\0${who.toLowerCase()}`

/**
 * How many of the other accesses of each principal with unissued tokens are issued. Memory: one row for each of them.
 */
export async function principalRates(session: Session): Promise<ReadonlyMap<string, Rate>> {
  const rows = await session.rows(BY_PRINCIPAL)
  return new Map(
    rows.map((row) => [
      principalKey(String(row['home']), String(row['who'])),
      { ...readRate(row), basis: 'same-principals' },
    ]),
  )
}
