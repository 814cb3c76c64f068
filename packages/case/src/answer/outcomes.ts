/** How each question to a case comes out: whether something is found, and whether all of it has an answer. */

import { countOf } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import type { HuntResult } from '../hunts/run_hunts.ts'
import { markedCounts } from '../scope/marked_counts.ts'
import { markConditions } from '../scope/marks.ts'
import { type PointedCounts, pointedCounts } from '../scope/pointed_counts.ts'
import type { Selection } from '../scope/selection.ts'
import { undecided, type VerdictCounts, verdictCounts } from '../scope/verdict_counts.ts'
import { type Conclusion, isMarkedOpen, isPointedAt } from './conclusion.ts'

export interface Outcome {
  readonly isFound: boolean
  readonly isWhole: boolean
  readonly hasLeads?: boolean
}

/** Outcome of the whole case, whatever is selected. A search of dumps that nobody asked for leaves nothing open. */
export function caseOutcome({ status, unanswered }: Conclusion, isSearchAsked: boolean): Outcome {
  const open = unanswered.filter((code) => isSearchAsked || code !== 'dumps-not-searched')
  return { isFound: status === 'found', isWhole: open.length === 0, hasLeads: status === 'lead' }
}

export const verdictsOutcome = async (session: Session): Promise<Outcome> =>
  verdictOutcome(await verdictCounts(session))

export function verdictOutcome(counts: VerdictCounts): Outcome {
  return {
    isFound: counts.accesses > counts.issued,
    isWhole: undecided(counts).length === 0,
    hasLeads: counts.leads > 0,
  }
}

/** Of hunts: a case without an access holds nothing that one could have hit. */
export async function huntsOutcome(
  session: Session,
  results: readonly HuntResult[],
): Promise<Outcome> {
  const hit = results.filter(({ hits }) => hits > 0)
  const { of } = await verdictCounts(session)
  return {
    isFound: hit.some(({ strength }) => strength !== 'lead'),
    isWhole: of > 0,
    hasLeads: hit.length > 0,
  }
}

/** Outcome of custody. No log covers every location, so that none names a file proves nothing. */
export async function custodyOutcome(
  session: Session,
  { found, isNamed }: { readonly found: number; readonly isNamed: boolean },
): Promise<Outcome> {
  const isWhole = !isNamed && (await hasAccess(session, "object_path != ''"))
  return { isFound: found > 0, isWhole }
}

/** With values, none is a whole answer only if the logs have an access in that time. */
export async function selectionOutcome(
  session: Session,
  selection: Selection,
  accesses: number,
): Promise<Outcome> {
  if (Object.keys(selection).length > 0)
    return { isFound: accesses > 0, isWhole: await isCovered(session, selection) }
  const conditions = await markConditions(session)
  return pointedOutcome({
    ...(await pointedCounts(session, conditions)),
    marked: await markedCounts(session, conditions),
    judged: await verdictCounts(session),
  })
}

export function pointedOutcome({
  established,
  leads,
  marked,
  judged,
}: Pick<Conclusion, 'leads' | 'marked' | 'judged'> & {
  readonly established: PointedCounts
}): Outcome {
  return {
    isFound: isPointedAt(established),
    isWhole: undecided(judged).length === 0,
    hasLeads: isPointedAt(leads) || isMarkedOpen(marked),
  }
}

async function isCovered(session: Session, { fromMs, toMs }: Selection): Promise<boolean> {
  return await hasAccess(
    session,
    'toUnixTimestamp64Milli(at) >= {from:Int64} AND toUnixTimestamp64Milli(at) < {to:Int64}',
    { from: Math.trunc(fromMs ?? 0), to: Math.trunc(toMs ?? Number.MAX_SAFE_INTEGER) },
  )
}

async function hasAccess(
  session: Session,
  where: string,
  params: Readonly<Record<string, number>> = {},
): Promise<boolean> {
  return (await countOf(session, `access WHERE ${where}`, params)) > 0
}
