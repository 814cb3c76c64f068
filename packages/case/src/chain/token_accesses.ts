/**
 * Accesses with the tokens of a key: those that it is known to have signed, else all of which it is established
 * that nobody issued them to their user.
 *
 * @module
 */
import { isoOf, type Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'

interface Place {
  readonly evidenceId: number
  readonly line: number
  /** ISO. */
  readonly at: string
}

export interface TokenAccesses {
  readonly tokens: number
  readonly accesses: number
  readonly mailboxes: number
  readonly first: Place | undefined
  readonly last: Place | undefined
}

const UNISSUED = "verdict IN ('unissued', 'mismatched') AND strength = 'established'"

/** Those with some tokens; or with all that nobody issued to their user, except some. Throws as `Session.rows`. */
export async function tokenAccesses(
  session: Session,
  asked: { readonly ids: readonly string[] } | { readonly except: readonly string[] },
): Promise<TokenAccesses> {
  const [wanted, ids] =
    'ids' in asked
      ? ['toString(token_id) IN {ids:Array(String)}', asked.ids]
      : [`${UNISSUED} AND toString(token_id) NOT IN {ids:Array(String)}`, asked.except]
  const place = '(toUnixTimestamp64Milli(at), evidence_id, line)'
  const [row] = await session.rows(
    `SELECT uniqExact(token_id) AS tokens, count() AS accesses, uniqExactIf(mailbox, mailbox != '') AS mailboxes,
       min(${place}) AS first, max(${place}) AS last
     FROM judged WHERE token_state = 'present' AND ${wanted} ${BOUNDED}`,
    { ids },
  )
  const accesses = Number(row?.['accesses'] ?? 0)
  return {
    tokens: Number(row?.['tokens'] ?? 0),
    accesses,
    mailboxes: Number(row?.['mailboxes'] ?? 0),
    first: accesses === 0 ? undefined : placeOf(row, 'first'),
    last: accesses === 0 ? undefined : placeOf(row, 'last'),
  }
}

function placeOf(row: Json | undefined, name: string): Place | undefined {
  const value: unknown = row?.[name]
  if (!Array.isArray(value)) return undefined
  const [ms, evidenceId, line] = value.map(Number)
  if (ms === undefined || evidenceId === undefined || line === undefined) return undefined
  return { evidenceId, line, at: isoOf(ms) }
}
