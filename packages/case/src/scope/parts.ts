/**
 * Bounds, and the parts of a scope that have their own: accounts, groups and organisations.
 *
 * @module
 */
import { asNumber, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { insertRows } from '../engine/tab_separated.ts'
import type { Account, OrganisationBasis } from './accounts.ts'
import type { Exposure } from './exposure.ts'
import type { LostAccesses } from './lost_accesses.ts'
import { type Reason, reasonText, summed } from './reasons.ts'
import type { Selected } from './selected.ts'
import type { Unnamed } from './unnamed.ts'

/** A count that the evidence gives as two numbers. `upper` is null where nothing bounds it. */
export interface Bounds {
  readonly lower: number
  readonly upper: number | null
  /** Why nothing bounds it, in words to print in place of a number; only where `upper` is null. */
  readonly because?: string
}

/** Part of a scope. An account that is in two groups counts in both: groups may add up to more. */
export interface PartScope {
  readonly name: string
  readonly mailboxes: number
  readonly messages: Bounds
}

/** What records name: the lower bound, and that with ambiguous accesses; and items without a message id. */
export interface Counts {
  readonly lowerMessages: number
  readonly messages: number
  readonly lowerCopies: number
  readonly copies: number
  readonly namelessLower: number
  readonly nameless: number
}

const NONE: Counts = {
  lowerMessages: 0,
  messages: 0,
  lowerCopies: 0,
  copies: 0,
  namelessLower: 0,
  nameless: 0,
}

/**
 * Named plus nameless plus unnamed, or null without a bound. `beyond`: why other mailboxes' messages could belong to
 * it.
 */
export function boundsOf(
  counts: Counts,
  unnamed: readonly Unnamed[],
  beyond: readonly Reason[] = [],
): { readonly messages: Bounds; readonly copies: Bounds } {
  const unknown = unnamed.reduce<number | null>(
    (sum, { messages }) => (sum === null || messages === null ? null : sum + messages),
    counts.nameless,
  )
  if (unknown === null || beyond.length > 0) {
    const because = reasonText([...ofMailboxes(unnamed, beyond), ...beyond])
    return {
      messages: { lower: counts.lowerMessages, upper: null, because },
      copies: { lower: counts.lowerCopies, upper: null, because },
    }
  }
  return {
    messages: { lower: counts.lowerMessages, upper: counts.messages + unknown },
    copies: { lower: counts.lowerCopies, upper: counts.copies + unknown },
  }
}

const isLoss = ({ code }: Reason) => code.startsWith('access-')

/** A loss of an access log is no mailbox's own: of several mailboxes it is one and the same. */
function ofMailboxes(unnamed: readonly Unnamed[], beyond: readonly Reason[]): Reason[] {
  const all = unnamed.flatMap(({ because }) => because)
  if (beyond.length > 0) return all.filter((reason) => !isLoss(reason))
  const losses = new Map<string, Reason>()
  for (const { because } of unnamed) {
    for (const reason of summed(because.filter(isLoss))) {
      if (reason.count > (losses.get(reason.code)?.count ?? 0)) losses.set(reason.code, reason)
    }
  }
  return [...all.filter((reason) => !isLoss(reason)), ...losses.values()]
}

export function unnamedIn(
  accounts: readonly Account[],
  unnamed: ReadonlyMap<string, Unnamed>,
): Unnamed[] {
  return accounts.flatMap((account) => unnamed.get(account.mailbox) ?? [])
}

/** `all`: of the name `''`. */
type PartKind = 'all' | 'account' | 'group' | 'organisation'
/** Names come from directories, so that a part's key is its kind, NUL and its name. */
const partKey = (kind: PartKind, name: string) => `${kind}\0${name}`

/** What is counted of each part. */
export type PartCounts = (kind: PartKind, name: string) => Counts

/** Messages and nameless items of each part: a message in two of its mailboxes counts once. */
export async function partCounts(
  session: Session,
  { scratch }: Selected,
  exposure: Exposure,
  accounts: readonly Account[],
): Promise<PartCounts> {
  const members = await scratch.table('members', 'part UInt32, account String', 'account')
  const numbers = new Map<string, number>()
  const numberOf = (kind: PartKind, name: string) => {
    const key = partKey(kind, name)
    const number = numbers.get(key) ?? numbers.size
    numbers.set(key, number)
    return number
  }
  const partsOf = ({ mailbox, groups, organisation }: Account) => [
    numberOf('all', ''),
    numberOf('account', mailbox),
    ...groups.map((group) => numberOf('group', group)),
    ...(organisation === '' ? [] : [numberOf('organisation', organisation)]),
  ]
  const ofAccounts = accounts.flatMap((account) =>
    partsOf(account).map((part) => [part, account.mailbox]),
  )
  // An access may name messages and no account.
  const cells = [[numberOf('all', ''), ''], ...ofAccounts]
  await insertRows(session, members, ['part', 'account'], cells)
  const rows = await session.rows(
    `SELECT part, sum(is_lower) AS lower, sum(is_named) AS named, sum(copies_lower) AS lower_copies,
       sum(copies) AS all_copies, sum(nameless_lower) AS items_lower, sum(nameless) AS items
     FROM (
       SELECT part, message, max(lower) AS is_lower, 1 AS is_named, sum(lower) AS copies_lower,
         count() AS copies, 0 AS nameless_lower, 0 AS nameless
       FROM ${exposure.copies} AS copies INNER JOIN ${members} AS members USING (account)
       GROUP BY part, message
       UNION ALL
       SELECT part, toFixedString('', 16), 0, 0, 0, 0, sum(lower), countIf(is_resolved = 0)
       FROM ${exposure.nameless} AS items INNER JOIN ${members} AS members USING (account)
       GROUP BY part
     ) GROUP BY part ORDER BY part ${BOUNDED}`,
  )
  const counts = new Map(rows.map((row) => [Number(row['part']), readCounts(row)]))
  return (kind, name) => counts.get(numbers.get(partKey(kind, name)) ?? -1) ?? NONE
}

const readCounts = rowReader(
  asNumber('lowerMessages:lower messages:named lowerCopies copies:all_copies'),
  asNumber('namelessLower:items_lower nameless:items'),
)

/** Parts by lower bound, largest first; of their mailboxes only those with accesses of the attacker count. */
export function partScopes(
  kind: PartKind,
  accounts: readonly Account[],
  unnamed: ReadonlyMap<string, Unnamed>,
  counts: PartCounts,
  lost: LostAccesses,
  namesOf: (account: Account) => readonly string[],
): PartScope[] {
  const members = Map.groupBy(
    accounts.flatMap((account) => namesOf(account).map((name) => ({ name, account }))),
    ({ name }) => name,
  )
  const parts = [...members].map(([name, some]): PartScope => {
    const inIt = some.map(({ account }) => account)
    const beyond = lost.beyond([...new Set(inIt.map(({ tenant }) => tenant))])
    return {
      name,
      mailboxes: inIt.filter((account) => account.accesses > 0).length,
      messages: boundsOf(counts(kind, name), unnamedIn(inIt, unnamed), beyond).messages,
    }
  })
  return parts.toSorted((a, b) => b.messages.lower - a.messages.lower || (a.name < b.name ? -1 : 1))
}

export function organisationScopes(
  accounts: readonly Account[],
  unnamed: ReadonlyMap<string, Unnamed>,
  counts: PartCounts,
  lost: LostAccesses,
): (PartScope & { readonly basis: OrganisationBasis })[] {
  const bases = new Map(accounts.map(({ organisation, basis }) => [organisation, basis]))
  const parts = partScopes('organisation', accounts, unnamed, counts, lost, organisationOf)
  return parts.map((part) => Object.assign(part, { basis: bases.get(part.name) ?? '' }))
}

const organisationOf = ({ organisation }: Account) => (organisation === '' ? [] : [organisation])
