/** Words of a conclusion; pure. Shares of certainty are rounded down, shares of ignorance up. */

import { count, minute, percent, percentUp, plural } from '@mintmark/core/wording'
import type { Texts } from '../engine/rows.ts'
import type { PointedCounts } from '../scope/pointed_counts.ts'
import type { Comparable, Rate } from '../verdicts/verdict_rows.ts'
import type { Conclusion, DumpSearch, Status, Unanswered, Unread } from './conclusion.ts'
import type { Lead } from './leads.ts'

const TITLES: Readonly<Record<Status, (conclusion: Conclusion) => string>> = {
  found: ({ established: { tokens, sessions, huntHits } }) => {
    if (tokens > 0) return 'FORGED TOKENS USED'
    if (sessions > 0) return 'FORGED SESSIONS USED'
    return huntHits > 0 ? 'MISUSE ESTABLISHED' : 'PRIVATE KEY FOUND'
  },
  lead: () => 'LEADS ONLY',
  'nothing-found': () => 'NOTHING FOUND',
  'cannot-tell': () => 'CANNOT TELL',
}

export interface ConclusionText
  extends Texts<'title statement headline'>,
    Texts<'comparison judged dumps settles'> {
  /** The same two where there is one line for each; `''` where nothing is to be said. */
  readonly brief: { readonly comparison: string; readonly judged: string }
  /** What marks take out of the counts or call the attacker's, and who says so; `''` where they do neither. */
  readonly marked: string
  readonly leads: string
  readonly unread: string
}

export function conclusionText(conclusion: Conclusion): ConclusionText {
  const title = TITLES[conclusion.status](conclusion)
  const marked = markedText(conclusion)
  const said = capital(STATEMENTS[conclusion.status](conclusion))
  const texts = conclusion.status === 'found' ? [said, marked] : [marked, said]
  const statement = texts.filter((text) => text !== '').join(' ')
  return {
    title,
    statement,
    headline: `${title}. ${statement}`,
    comparison: comparisonText(conclusion.comparable),
    judged: decidedText(conclusion),
    brief: { comparison: briefComparison(conclusion), judged: briefDecided(conclusion) },
    marked,
    leads: leadsText(conclusion),
    unread: unreadText(conclusion),
    dumps: dumpsText(conclusion.dumps),
    settles: settlesText(conclusion),
  }
}

/** `99.8 % (22,545 of 22,593)`, rounded down: a share of what is known. */
export function rateText({ issued, of }: Pick<Rate, 'issued' | 'of'>): string {
  return of === 0
    ? 'nothing to compare with'
    : `${percent(issued / of)} (${count(issued)} of ${count(of)})`
}

export function baseRateText(rate: Rate | null): string {
  if (rate === null) return 'nothing to compare with'
  return `${rateText(rate)}${rate.basis === 'same-principals' ? ', same principals' : ''}`
}

/** `15.2 % (729 of 4,800)`, rounded up: a share of what is not known. */
export const ignoranceText = (some: number, all: number): string =>
  all === 0 ? 'none' : `${percentUp(some / all)} (${count(some)} of ${count(all)})`

const STATEMENTS: Readonly<Record<Status, (conclusion: Conclusion) => string>> = {
  found: foundText,
  lead: ({ leads }) => {
    const phrases = pointedText(leads).join('; ')
    return phrases === '' ? '' : `${phrases}. Ordinary causes remain; this accuses nobody.`
  },
  'nothing-found': nothingText,
  'cannot-tell': cannotTellText,
}

function tokensText({ tokens, sessions }: Pick<PointedCounts, 'tokens' | 'sessions'>): string {
  const some = [tokens > 0 && plural(tokens, 'token'), sessions > 0 && plural(sessions, 'session')]
  return some.filter(Boolean).join(' and ')
}

function foundText({ established }: Conclusion): string {
  const keys = established.keys ?? 0
  const { tokens, sessions, unissued, mismatched, huntHits, hunts } = established
  const things = tokensText({ tokens, sessions })
  const uses = [
    ...(unissued > 0
      ? [`${plural(unissued, 'access', 'accesses')} used one that nobody issued`]
      : []),
    ...(mismatched > 0
      ? [`${plural(mismatched, 'access', 'accesses')} one that was issued to somebody else`]
      : []),
  ]
  return [
    ...(things === ''
      ? []
      : [`${things} that no identity provider issued to their user. ${capital(uses.join('; '))}.`]),
    ...(things === '' && huntHits > 0
      ? [`${plural(huntHits, 'access', 'accesses')} that ${plural(hunts, 'established hunt')} hit.`]
      : []),
    ...(keys > 0 ? [`${plural(keys, 'private key')} in memory dumps.`] : []),
  ].join(' ')
}

function pointedText(counts: PointedCounts): string[] {
  const { tokens, sessions, accesses, huntHits, hunts } = counts
  const things = tokensText({ tokens, sessions })
  const used = plural(accesses, 'access', 'accesses')
  const what = things === '' ? used : `${used} (${things})`
  return [
    ...(accesses > 0 ? [`${what} that no record explains`] : []),
    ...(huntHits > 0
      ? [
          `${plural(huntHits, 'access', 'accesses')} that ${plural(hunts, 'hunt')} ${hunts === 1 ? 'points' : 'point'} at`,
        ]
      : []),
  ]
}

const NAMED = 2
const NAME_LENGTH = 40

const some = (n: number, what: string) =>
  n === 0 ? [] : [`${plural(n, 'access', 'accesses')} ${what}`]

const said = (phrases: readonly string[], as: string, by: readonly string[]) => {
  if (phrases.length === 0) return []
  const more = by.length > NAMED ? ` and ${count(by.length - NAMED)} more` : ''
  const names = by.slice(0, NAMED).map((name) => name.slice(0, NAME_LENGTH))
  const isOne = phrases.length === 1 && phrases[0]?.startsWith('1 ') === true
  const verb = isOne ? 'is' : 'are'
  return [`${capital(phrases.join('; '))} ${verb} marked ${as} by ${names.join(', ')}${more}.`]
}

/** `12 accesses with tokens that nobody issued are marked legitimate by ann.` */
function markedText({ marked: { established, leads, attackers } }: Conclusion): string {
  const { tokens, sessions, unissued, mismatched, huntHits } = established
  const kinds = [tokens > 0 && 'tokens', sessions > 0 && 'sessions'].filter(Boolean)
  const things = kinds.length === 0 ? 'tokens' : kinds.join(' or ')
  const legitimate = [
    ...some(unissued, `with ${things} that nobody issued`),
    ...some(mismatched, `with ${things} issued to somebody else`),
    ...some(huntHits, 'that established hunts hit'),
  ]
  return [
    ...said(legitimate, 'legitimate', established.by),
    ...said(pointedText(leads), 'legitimate', leads.by),
    ...said(
      some(attackers.accesses, 'of no established verdict'),
      "as the attacker's",
      attackers.by,
    ),
  ].join(' ')
}

function nothingText(conclusion: Conclusion): string {
  const { of, issued, first, last } = conclusion.judged
  const other = conclusion.marked.leads.huntHits > 0 ? 'other ' : ''
  const unread = unreadText(conclusion)
  const sentences = [
    issued === of
      ? `all ${plural(of, 'access', 'accesses')} used an issued token, and no ${other}hunt hit.`
      : `the other ${plural(issued, 'access', 'accesses')} used an issued token, and no ${other}hunt hit.`,
    ...(first === null || last === null
      ? []
      : [`They are of ${minute(first)} to ${minute(last)}.`]),
    ...(unread === '' ? [] : [unread]),
  ]
  return sentences.join(' ')
}

function cannotTellText({ judged, unread }: Conclusion): string {
  if (judged.of > 0 && judged.accesses === judged.of)
    return `all ${plural(judged.of, 'access', 'accesses')} that the logs have used an issued token, but ${lostText(unread)}.`
  if (judged.of > 0)
    return judged.accesses === 0
      ? `none of ${plural(judged.of, 'access', 'accesses')} could be judged.`
      : `only ${count(judged.accesses)} of ${plural(judged.of, 'access', 'accesses')} could be judged, and nothing points at those.`
  const why = unread.files > 0 ? ` ${plural(unread.files, 'file')} could not be read as a log.` : ''
  return `no record of an access was read, so nothing could be judged.${why}`
}

export function leadText({ text, verdict, accesses, tokens, sessions }: LeadCounts): string {
  const things = [
    plural(accesses, 'access', 'accesses'),
    ...(tokens > 0 ? [plural(tokens, 'token')] : []),
    ...(sessions > 0 ? [plural(sessions, 'session')] : []),
  ].join(', ')
  return `${verdict === '' ? text : `${verdict} (${text})`}: ${things}`
}

type LeadCounts = Pick<Lead, 'text' | 'verdict' | 'accesses' | 'tokens' | 'sessions'>

export function comparisonText({ issued, of, basis, unit }: Comparable): string {
  const rate = rateText({ issued, of })
  if (basis === 'none')
    return 'Nothing to compare with: no other access of these days, or of these principals, has a token id.'
  if (unit === 'sessions')
    return `Judged by sessions alone: of the other sessions in the same logs, ${rate} are known to the identity provider.`
  return basis === 'same-context'
    ? `Of the other accesses to the same services on the same days, ${rate} used an issued token.`
    : `Nobody else uses this context. Of the same principals' other accesses in the same logs, ${rate} used an issued token.`
}

function briefComparison({ established, leads, comparable }: Conclusion): string {
  const { issued, of, basis, unit } = comparable
  if (established.unissued + leads.unissued === 0) return ''
  if (basis === 'none' || of === 0) return 'nothing to compare with'
  const share = percent(issued / of)
  if (unit === 'sessions') return `by sessions alone: ${share} of ${count(of)} others are known`
  return basis === 'same-context'
    ? `${share} of ${count(of)} comparable accesses have an issued token`
    : `${share} of the users' ${count(of)} other accesses have an issued token`
}

function briefDecided({ judged }: Conclusion): string {
  const { accesses, of, undetermined, sessionOnly, leads } = judged
  if (of === 0) return 'no access was read: nothing could be judged'
  const all = plural(of, 'access', 'accesses')
  const open =
    undetermined > 0
      ? `not judged: ${count(undetermined)} of ${all} (${percentUp(undetermined / of)})`
      : accesses === of
        ? `all ${all} judged`
        : `judged: ${count(accesses)} of ${all} (${percent(accesses / of)})`
  return [
    open,
    ...(undetermined === 0 && leads > 0 ? [`leads: ${count(leads)}`] : []),
    ...(sessionOnly > 0 ? [`by session alone: ${count(sessionOnly)}`] : []),
  ].join('; ')
}

function decidedText({ judged }: Conclusion): string {
  const { accesses, of, sessionOnly, undetermined, leads } = judged
  if (of === 0) return 'No access was read: nothing could be judged.'
  return [
    `Judged: ${percent(accesses / of)} (${count(accesses)} of ${count(of)}) of all accesses.`,
    ...(undetermined > 0 ? [`Cannot be determined: ${ignoranceText(undetermined, of)}.`] : []),
    ...(sessionOnly > 0 ? [`Known by their session alone: ${count(sessionOnly)}.`] : []),
    ...(leads > 0 ? [`Leads: ${count(leads)}.`] : []),
  ].join(' ')
}

function leadsText({ status, leads }: Conclusion): string {
  const phrases = pointedText(leads)
  if (phrases.length === 0 || status === 'lead') return ''
  return `${capital(phrases.join('; '))}: these accuse nobody.`
}

const UNREAD: Readonly<Partial<Record<Unanswered, (conclusion: Conclusion) => string>>> = {
  'files-not-read': ({ unread }) => `${plural(unread.files, 'file')} not read as a log`,
  'records-not-read': ({ unread }) => `${plural(unread.records, 'record')} rejected`,
  'accesses-lost': ({ unread }) => lostText(unread),
  'dumps-not-searched': ({ dumps }) =>
    `${plural(dumps.files - dumps.searched, 'memory dump')} not searched`,
  'dump-search-cut': () => 'the search of a memory dump was cut',
}

/** `accesses of 2025-03-14 08:10 UTC to 2025-03-15 07:58 UTC may be missing (2 losses in all)`. */
function lostText({ losses, longest }: Unread): string {
  if (longest === null) return `the access logs have ${plural(losses, 'loss', 'losses')}`
  const period = `accesses of ${minute(longest.from)} to ${minute(longest.to)} may be missing`
  return losses > 1 ? `${period} (${plural(losses, 'loss', 'losses')} in all)` : period
}

function unreadText(conclusion: Conclusion): string {
  const parts = conclusion.unanswered.flatMap((code) => UNREAD[code]?.(conclusion) ?? [])
  return parts.length === 0 ? '' : `${capital(parts.join('; '))}.`
}

export function dumpsText({ state, files, searched, keys }: DumpSearch): string {
  if (state === 'no-dump') return 'not searched: no memory dump in the evidence'
  if (state === 'not-searched') return `not searched: ${plural(files, 'memory dump')}`
  const found = plural(keys ?? 0, 'private key')
  return state === 'searched'
    ? `${found} in ${plural(searched, 'memory dump')}`
    : `${found} in ${count(searched)} of ${plural(files, 'memory dump')}; the others were not searched`
}

const settlesText = ({ wouldSettle: [first] }: Conclusion): string =>
  first === undefined ? '' : `${first.text}. Settled first by: ${first.settledBy}.`

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)
