/** What a case comes to, and how sure that is. A number that nobody looked for is null, never 0. */

import { dumpFiles, dumpScans } from '../dumps/dump_scans.ts'
import { isLeak, type KeyFound } from '../dumps/keys_found.ts'
import type { Session } from '../engine/session.ts'
import { type MarkedCounts, markedCounts } from '../scope/marked_counts.ts'
import { markConditions } from '../scope/marks.ts'
import { type PointedCounts, pointedCounts } from '../scope/pointed_counts.ts'
import {
  type AccessLosses,
  accessLosses,
  type Undecided,
  undecided,
  type VerdictCounts,
  verdictCounts,
} from '../scope/verdict_counts.ts'
import { type EvidenceRow, UNREADABLE } from '../store/evidence_rows.ts'
import type { Unknown } from '../unknowns/wording.ts'
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
  'sign-in-category-not-reported',
]
const NEXT =
  /^(undetermined-|session-only$|rejected$|row-cap$|result-count-short$|next-link$|ends-early$|extractor-gap$|dump-)/
const LOST = /^access-(log-hole|records-lost|log-capped|log-unread)$/
const SETTLING = 5

function inOrder(unknowns: readonly Unknown[]): Unknown[] {
  const first = FIRST.flatMap((code) => unknowns.filter((one) => one.code === code))
  const next = [NEXT, LOST].flatMap((codes) => unknowns.filter(({ code }) => codes.test(code)))
  return [...first, ...next].slice(0, SETTLING)
}
