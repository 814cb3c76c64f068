/**
 * Accesses with the tokens of a key: those that it is known to have signed, else all with an established forged token.
 *
 * @module
 */
import { isoOf } from '@mintmark/core'
import { asNumber, firstRow, rowReader, textsOf } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'

interface Location {
  readonly evidenceId: number
  readonly line: number
  /** ISO. */
  readonly at: string
}

export interface TokenAccesses {
  readonly tokens: number
  readonly accesses: number
  readonly mailboxes: number
  readonly first: Location | undefined
  readonly last: Location | undefined
}

const UNISSUED = "verdict IN ('unissued', 'mismatched') AND strength = 'established'"

/** Those with some tokens; or with all that nobody issued to their user, except some. */
export async function tokenAccesses(
  session: Session,
  asked: { readonly ids: readonly string[] } | { readonly except: readonly string[] },
): Promise<TokenAccesses> {
  const [wanted, ids] =
    'ids' in asked
      ? ['toString(token_id) IN {ids:Array(String)}', asked.ids]
      : [`${UNISSUED} AND toString(token_id) NOT IN {ids:Array(String)}`, asked.except]
  const location = '(toUnixTimestamp64Milli(at), evidence_id, line)'
  const row = await firstRow(
    session,
    `SELECT uniqExact(token_id) AS tokens, count() AS accesses, uniqExactIf(mailbox, mailbox != '') AS mailboxes,
       min(${location}) AS first, max(${location}) AS last
     FROM judged WHERE token_state = 'present' AND ${wanted} ${BOUNDED}`,
    { ids },
  )
  const counts = readCounts(row)
  const isAny = counts.accesses > 0
  return {
    ...counts,
    first: isAny ? locationOf(row['first']) : undefined,
    last: isAny ? locationOf(row['last']) : undefined,
  }
}

const readCounts = rowReader(asNumber('tokens accesses mailboxes'))

function locationOf(tuple: unknown): Location | undefined {
  const [ms, evidenceId, line] = textsOf(tuple).map(Number)
  if (ms === undefined || evidenceId === undefined || line === undefined) return undefined
  return { evidenceId, line, at: isoOf(ms) }
}
