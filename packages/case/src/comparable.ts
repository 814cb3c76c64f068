/**
 * How sure an `unissued` can be, over the whole case: what the issuance logs show of everybody else.
 *
 * The base rate beside a token is about its own application. An application that only a forger uses has none
 * that is issued, so this looks at all others of the same days: where nearly all of them are issued, the log
 * was complete.
 *
 * @module
 */
import type { Session } from './session.ts'

/** Accesses with a token id to the same tenants and services on the same days, other than those found. */
export interface Comparable {
  readonly accesses: number
  readonly issued: number
}

const COMPARABLE = `
  SELECT count() AS accesses, countIf(verdict = 'issued') AS issued
  FROM judged
  WHERE token_state = 'present' AND verdict NOT IN ('unissued', 'mismatched')
    AND (tenant, service, toDate(at)) GLOBAL IN (
      SELECT DISTINCT tenant, service, toDate(at) FROM judged WHERE verdict = 'unissued')
  SETTINGS distributed_product_mode = 'global'
`

/** Throws as `Session.command`. */
export async function comparable(session: Session): Promise<Comparable> {
  const [row] = await session.rows(COMPARABLE)
  return { accesses: Number(row?.['accesses'] ?? 0), issued: Number(row?.['issued'] ?? 0) }
}
