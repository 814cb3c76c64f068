/**
 * What the selected accesses exposed, as bounds: one row a copy, (mailbox, message), and items without a message id, for
 * the whole and for accounts, groups and organisations.
 */
import { cell, countOf, insertRows, rowReader } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { messageKey } from '../store/sql.ts'
import type { Account, OrganisationBasis } from './accounts.ts'
import type { Selected } from './selected.ts'
import { type LostAccesses, type Reason, reasonText, summed, type Unnamed } from './unbounded.ts'

export interface Exposure {
  /** One row a copy: account, message (hash of its id), lower (1: read by the attacker), bytes (the most given). */
  readonly copies: string
  /** One row an item without message id: account, item (hash), lower, is_resolved (1: another record gives the id). */
  readonly nameless: string
}

export const itemsOf = ({ table }: Selected): string => `
  SELECT account, record_id, content, party, named, class, operation, number,
    ${messageKey('m')} AS message, trimBoth(i) AS item, b AS size
  FROM ${table}
  ARRAY JOIN item_message_id AS m, item_id AS i, item_bytes AS b, arrayEnumerate(item_message_id) AS number
  WHERE is_mail AND named != ''`

const IS_LOWER = "party = 'attacker' AND named = 'read'"

/**
 * Writes down copies and nameless items. A nameless item is not merged with a message by itself. Where any record of
 * the case gives the message id of the same store item, the upper bound counts that message.
 */
export async function expose(session: Session, selected: Selected): Promise<Exposure> {
  const items = itemsOf(selected)
  const copies = await selected.scratch.table(
    'copies',
    'account String, message FixedString(16), lower UInt8, bytes UInt64',
    '(account, message)',
  )
  const nameless = await selected.scratch.table(
    'nameless',
    'account String, item FixedString(16), item_id String, lower UInt8, is_resolved UInt8',
    '(account, item)',
  )
  await session.command(
    `INSERT INTO ${nameless}
     SELECT account, if(item = '', sipHash128(record_id, content, number), sipHash128(item)) AS hash,
       any(item), max(${IS_LOWER}), 0
     FROM (${items}) WHERE message = '' GROUP BY account, hash ${BOUNDED}`,
  )
  const resolved = await resolve(session, selected, nameless)
  await session.command(
    `INSERT INTO ${copies}
     SELECT account, sipHash128(message) AS hash, max(is_lower), max(size)
     FROM (
       SELECT account, message, size, ${IS_LOWER} AS is_lower FROM (${items}) WHERE message != ''
       UNION ALL
       SELECT account, message_id AS message, 0 AS size, 0 AS is_lower
       FROM ${nameless} AS items INNER JOIN ${resolved} AS ids ON items.item_id = ids.item_id
     )
     GROUP BY account, hash ${BOUNDED}`,
  )
  return { copies, nameless }
}

/** Message ids of nameless items, from any record that gives both. An item id with two message ids has none. */
async function resolve(session: Session, selected: Selected, nameless: string): Promise<string> {
  const columns = 'item_id String, message_id String'
  const table = await selected.scratch.table('resolved', columns, 'item_id')
  const wanted = `SELECT item_id FROM ${nameless} WHERE item_id != ''`
  if ((await countOf(session, `(${wanted})`)) === 0) return table
  await session.command(
    `INSERT INTO ${table}
     SELECT trimBoth(item_id) AS id, any(${messageKey('message_id')} AS message) FROM item
     WHERE message != '' AND trimBoth(item_id) GLOBAL IN (${wanted})
     GROUP BY id HAVING uniqExact(message) = 1 ${BOUNDED}`,
  )
  await session.command(
    `ALTER TABLE ${nameless} UPDATE is_resolved = 1
     WHERE item_id IN (SELECT item_id FROM ${table}) SETTINGS mutations_sync = 2`,
  )
  return table
}

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
  /** Those of these mailboxes that marks alone call accessed. */
  readonly marked: number
  readonly messages: Bounds
}

/** `all`: of the name `''`. */
type PartKind = 'all' | 'account' | 'group' | 'organisation'

interface PartBounds {
  readonly messages: Bounds
  readonly copies: Bounds
  readonly nameless: number
}
export type BoundsOf = (kind: PartKind, name: string, members: readonly Account[]) => PartBounds

/**
 * Counts messages and nameless items of each part: a message in two of its mailboxes counts once. A bound is named plus
 * nameless plus unnamed. A loss of an access log could hide messages of other mailboxes of a part, too.
 */
export async function partBounds(
  session: Session,
  { scratch }: Selected,
  exposure: Exposure,
  accounts: readonly Account[],
  unnamed: ReadonlyMap<string, Unnamed>,
  lost: LostAccesses,
): Promise<BoundsOf> {
  const columns = 'kind LowCardinality(String), name String, account String'
  const members = await scratch.table('members', columns, 'account')
  const cells = accounts.flatMap(({ mailbox, groups, organisation }) => [
    ['all', '', mailbox],
    ['account', mailbox, mailbox],
    ...groups.map((group) => ['group', group, mailbox]),
    ...(organisation === '' ? [] : [['organisation', organisation, mailbox]]),
  ])
  // An access may name messages and no account.
  await insertRows(session, members, ['kind', 'name', 'account'], [['all', '', ''], ...cells])
  const rows = await session.rows(
    `SELECT kind, name, sum(is_lower) AS lower, sum(is_named) AS named, sum(copies_lower) AS lower_copies,
       sum(copies) AS all_copies, sum(nameless_lower) AS items_lower, sum(nameless) AS items
     FROM (
       SELECT kind, name, message, max(lower) AS is_lower, 1 AS is_named, sum(lower) AS copies_lower,
         count() AS copies, 0 AS nameless_lower, 0 AS nameless
       FROM ${exposure.copies} AS copies INNER JOIN ${members} AS members USING (account)
       GROUP BY kind, name, message
       UNION ALL
       SELECT kind, name, toFixedString('', 16), 0, 0, 0, 0, sum(lower), countIf(is_resolved = 0)
       FROM ${exposure.nameless} AS items INNER JOIN ${members} AS members USING (account)
       GROUP BY kind, name
     ) GROUP BY kind, name ORDER BY kind, name ${BOUNDED}`,
  )
  const counts = new Map(
    rows.map((row) => [JSON.stringify([row['kind'], row['name']]), readCounts(row)]),
  )
  return (kind, name, some) => {
    const own = counts.get(JSON.stringify([kind, name])) ?? readCounts({})
    const tenants = kind === 'all' ? undefined : [...new Set(some.map(({ tenant }) => tenant))]
    const beyond = kind === 'account' ? [] : lost.beyond(tenants)
    const unknown = some.flatMap(({ mailbox }) => unnamed.get(mailbox) ?? [])
    return { ...boundsOf(own, unknown, beyond), nameless: own.namelessLower }
  }
}

const readCounts = rowReader(
  cell.number('lowerMessages:lower messages:named lowerCopies copies:all_copies'),
  cell.number('namelessLower:items_lower nameless:items'),
)

/** Without a bound, with why. `beyond`: why other mailboxes' messages could belong to it. */
function boundsOf(
  counts: ReturnType<typeof readCounts>,
  unnamed: readonly Unnamed[],
  beyond: readonly Reason[],
): Omit<PartBounds, 'nameless'> {
  const unknown = unnamed.reduce<number | null>(
    (sum, { messages }) => (sum === null || messages === null ? null : sum + messages),
    counts.nameless,
  )
  const bound = (lower: number, named: number): Bounds =>
    unknown === null || beyond.length > 0
      ? { lower, upper: null, because: reasonText([...ofMailboxes(unnamed, beyond), ...beyond]) }
      : { lower, upper: named + unknown }
  const { lowerMessages, lowerCopies, messages, copies } = counts
  return { messages: bound(lowerMessages, messages), copies: bound(lowerCopies, copies) }
}

const isLoss = ({ code }: Reason) => code.startsWith('access-')

/** A loss of an access log is no mailbox's own: of several mailboxes it is one and the same. */
function ofMailboxes(unnamed: readonly Unnamed[], beyond: readonly Reason[]): Reason[] {
  const all = unnamed.flatMap(({ because }) => because).filter((reason) => !isLoss(reason))
  if (beyond.length > 0) return all
  const losses = new Map<string, Reason>()
  for (const { because } of unnamed)
    for (const reason of summed(because.filter(isLoss)))
      if (reason.count > (losses.get(reason.code)?.count ?? 0)) losses.set(reason.code, reason)
  return [...all, ...losses.values()]
}

/** Parts by lower bound, largest first; of their mailboxes only those with accesses of the attacker count. */
export function partScopes(
  kind: PartKind,
  accounts: readonly Account[],
  bounds: BoundsOf,
  namesOf: (account: Account) => readonly string[],
): PartScope[] {
  const members = Map.groupBy(
    accounts.flatMap((account) => namesOf(account).map((name) => ({ name, account }))),
    ({ name }) => name,
  )
  const parts = [...members].map(([name, some]): PartScope => {
    const inIt = some.map(({ account }) => account)
    const accessed = inIt.filter(({ accesses }) => accesses > 0)
    const marked = accessed.filter((account) => account.marked === account.accesses).length
    return { name, mailboxes: accessed.length, marked, messages: bounds(kind, name, inIt).messages }
  })
  return parts.toSorted((a, b) => b.messages.lower - a.messages.lower || (a.name < b.name ? -1 : 1))
}

export function organisationScopes(
  accounts: readonly Account[],
  bounds: BoundsOf,
): (PartScope & { readonly basis: OrganisationBasis })[] {
  const bases = new Map(accounts.map(({ organisation, basis }) => [organisation, basis]))
  const parts = partScopes('organisation', accounts, bounds, ({ organisation }) =>
    organisation === '' ? [] : [organisation],
  )
  return parts.map((part) => Object.assign(part, { basis: bases.get(part.name) ?? '' }))
}
