/** What a case comes to, and how sure that is. A number that nobody looked for is null, never 0. */

import type { Json } from '@mintmark/core'
import { isLeak, type KeyFound } from '../dumps/custody.ts'
import { dumpFiles, dumpScans } from '../dumps/dump_scans.ts'
import { cell, countOf, type Numbers, rowReader, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import type { HuntResult } from '../hunts/run_hunts.ts'
import { markConditions } from '../scope/marks.ts'
import {
  type AccessLosses,
  accessLosses,
  COUNTED,
  hunted,
  type MarkedCounts,
  markedCounts,
  type PointedCounts,
  pointedAccesses,
  pointedCounts,
  type Undecided,
  undecided,
  type VerdictCounts,
  verdictCounts,
} from '../scope/pointed_counts.ts'
import type { MarkConditions, Selection } from '../scope/selection.ts'
import { type EvidenceRow, UNREADABLE } from '../store/evidence_rows.ts'
import type { Unknown } from '../unknowns/from_files.ts'
import { settledBy } from '../verdicts/match/reasons.ts'
import type { Comparable } from '../verdicts/verdict_rows.ts'

export type Status = 'found' | 'lead' | 'nothing-found' | 'cannot-tell'

export type Unanswered =
  | Undecided
  | 'files-not-read'
  | 'records-not-read'
  | 'accesses-lost'
  | 'dumps-not-searched'
  | 'dump-search-cut'

export interface DumpSearch {
  readonly state: 'no-dump' | 'not-searched' | 'partly-searched' | 'searched'
  readonly files: number
  readonly searched: number
  readonly keys: number | null
}

export interface Unread extends AccessLosses {
  readonly files: number
  readonly records: number
}

export interface Conclusion {
  readonly status: Status
  readonly established: PointedCounts & {
    readonly keys: number | null
  }
  readonly leads: PointedCounts
  readonly marked: MarkedCounts
  readonly judged: VerdictCounts
  readonly comparable: Comparable
  readonly unread: Unread
  readonly dumps: DumpSearch
  /** Parts of the question that have no answer; empty: all of it has a verdict and was searched. */
  readonly unanswered: readonly Unanswered[]
  readonly wouldSettle: readonly Unknown[]
}

export interface Grounds {
  readonly evidence: readonly Pick<EvidenceRow, 'shape' | 'rejected'>[]
  readonly keys: readonly KeyFound[]
  readonly unknowns: readonly Unknown[]
  readonly comparable: Comparable
}

export async function conclude(session: Session, grounds: Grounds): Promise<Conclusion> {
  const conditions = await markConditions(session)
  const counts = await pointedCounts(session, conditions)
  const marked = await markedCounts(session, conditions)
  const judged = await verdictCounts(session)
  const dumps = await dumpSearch(session, grounds.keys)
  const unread = { ...unreadOf(grounds.evidence), ...(await accessLosses(session)) }
  const established = { ...counts.established, keys: dumps.keys }
  return {
    status: statusOf({ established, leads: counts.leads, marked, judged, unread }),
    established,
    leads: counts.leads,
    marked,
    judged,
    comparable: grounds.comparable,
    unread,
    dumps,
    unanswered: await unansweredOf(session, { judged, unread, dumps }),
    wouldSettle: inOrder(grounds.unknowns),
  }
}

export const isPointedAt = ({ accesses, huntHits }: PointedCounts): boolean =>
  accesses + huntHits > 0

/** Whether only marks say whose accesses are: they take out what is established, or name the attacker's. */
export const isMarkedOpen = ({ established, attackers }: MarkedCounts): boolean =>
  isPointedAt(established) || attackers.accesses > 0

export function statusOf({
  established,
  leads,
  marked,
  judged,
  unread,
}: Pick<Conclusion, 'established' | 'leads' | 'marked' | 'judged' | 'unread'>): Status {
  if (isPointedAt(established) || (established.keys ?? 0) > 0) return 'found'
  if (isPointedAt(leads) || isMarkedOpen(marked)) return 'lead'
  // Absence is shown only where every access is in the evidence and has a verdict.
  return undecided(judged).length === 0 && unread.losses === 0 ? 'nothing-found' : 'cannot-tell'
}

async function unansweredOf(
  session: Session,
  { judged, unread, dumps }: Pick<Conclusion, 'judged' | 'unread' | 'dumps'>,
): Promise<Unanswered[]> {
  const isCut = (await dumpScans(session)).some(({ limits }) => limits.length > 0)
  const isSearched = dumps.state === 'no-dump' || dumps.state === 'searched'
  return [
    ...undecided(judged),
    ...(unread.files > 0 ? (['files-not-read'] as const) : []),
    ...(unread.records > 0 ? (['records-not-read'] as const) : []),
    ...(unread.losses > 0 ? (['accesses-lost'] as const) : []),
    ...(isSearched ? [] : (['dumps-not-searched'] as const)),
    ...(isCut ? (['dump-search-cut'] as const) : []),
  ]
}

/** A file that could not be read, or that nothing recognises: it may be the log that is missing. */
const isUnread = ({ shape }: Pick<EvidenceRow, 'shape'>): boolean =>
  shape === UNREADABLE || shape === 'unrecognised'

function unreadOf(evidence: Grounds['evidence']): Pick<Unread, 'files' | 'records'> {
  return {
    files: evidence.filter(isUnread).length,
    records: evidence.reduce((sum, { rejected }) => sum + rejected.row + rejected.payload, 0),
  }
}

async function dumpSearch(session: Session, keys: readonly KeyFound[]): Promise<DumpSearch> {
  const files = await dumpFiles(session)
  const scanned = new Set((await dumpScans(session)).map(({ sha256 }) => sha256))
  const searched = files.filter(({ sha256 }) => scanned.has(sha256)).length
  const found = keys.filter(isLeak).length
  if (files.length === 0) return { state: 'no-dump', files: 0, searched: 0, keys: null }
  if (searched === 0) return { state: 'not-searched', files: files.length, searched, keys: null }
  const state = searched < files.length ? 'partly-searched' : 'searched'
  return { state, files: files.length, searched, keys: found }
}

/** A whole log that is missing settles more than a part of one. */
const FIRST: readonly string[] = [
  'no-access-log',
  'no-issuance-log',
  'non-interactive-not-supplied',
  'sign-in-category-not-told',
]
const NEXT =
  /^(undetermined-|session-only$|rejected$|row-cap$|result-count-short$|next-link$|ends-early$|extractor-gap$|dump-)/
const SETTLING = 5

function inOrder(unknowns: readonly Unknown[]): Unknown[] {
  const first = FIRST.flatMap((code) => unknowns.filter((one) => one.code === code))
  return [...first, ...unknowns.filter(({ code }) => NEXT.test(code))].slice(0, SETTLING)
}

export interface Lead
  extends Texts<'verdict text first last settledBy'>,
    Numbers<'accesses tokens sessions mailboxes'> {
  readonly kind: 'verdict' | 'hunt'
  readonly by: string
}

export async function leadsOf(
  session: Session,
  hunts: readonly HuntResult[],
  marked?: MarkConditions,
): Promise<Lead[]> {
  const legitimate = marked?.legitimate ?? '0'
  const rows = await session.rows(
    `SELECT source, hunt, verdict, reason, ${COUNTED}
     FROM (${pointedAccesses(legitimate)} UNION ALL ${hunted(legitimate)})
     WHERE strength = 'lead' GROUP BY source, hunt, verdict, reason
     ORDER BY source = 'verdict' DESC, uniqExact(access) DESC, reason, hunt LIMIT 1000 ${BOUNDED}`,
  )
  const byId = new Map(hunts.map((hunt) => [hunt.id, hunt]))
  return rows.map((row) => leadOf(row, byId.get(String(row['hunt']))))
}

const readCounts = rowReader(cell.number('tokens sessions mailboxes'), cell.time('first last'))

function leadOf(row: Json, hunt: HuntResult | undefined): Lead {
  const isHunt = row['source'] === 'hunt'
  const reason = String(row['reason'])
  return {
    kind: isHunt ? 'hunt' : 'verdict',
    by: isHunt ? String(row['hunt']) : reason,
    verdict: String(row['verdict']),
    text: isHunt ? (hunt?.title ?? String(row['hunt'])) : reason.replaceAll('-', ' '),
    accesses: Number(isHunt ? row['hunt_hits'] : row['accesses']),
    ...readCounts(row),
    settledBy: isHunt
      ? `Who knows these accounts. A hit cannot mean: ${hunt?.cannotMean ?? 'see the hunt'}`
      : settledBy(reason),
  }
}

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
