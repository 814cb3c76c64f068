import { isoOf, type Json } from '@mintmark/core'
import { cell, countOf, firstRow, type Numbers, rowReader, type Texts } from '../engine/rows.ts'
import { Scratch } from '../engine/scratch.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { type Account, accountsOf, isMarkedAlone, type OrganisationBasis } from './accounts.ts'
import {
  type Bounds,
  type BoundsOf,
  type Exposure,
  expose,
  itemsOf,
  organisationScopes,
  type PartScope,
  partBounds,
  partScopes,
} from './parts.ts'
import { withSelected } from './select.ts'
import type { Selected } from './selected.ts'
import { isDefault, type Selection } from './selection.ts'
import {
  type AccessLoss,
  lostAccesses,
  type SyncedFolder,
  summed,
  syncedFolders,
  throttledWindows,
  type UnboundedCode,
  unnamedOf,
} from './unbounded.ts'
import { isAllDecided } from './verdict_counts.ts'

export interface Scope extends Numbers<'organisations accesses other_accesses'> {
  /** Mailboxes with accesses of the attacker; those with ambiguous accesses alone are in `ambiguous`. */
  readonly mailboxes: number
  /** Distinct messages, and distinct (mailbox, message). */
  readonly messages: Bounds
  readonly copies: Bounds
  /** Distinct items that were read and have no message id: in no lower bound. */
  readonly items_without_message_id: number
  /** Sum over the copies of the lower bound of the largest size given for each. */
  readonly bytes: number
  /** Bytes of Graph's answers to the attacker: an independent measure, which includes everything. */
  readonly graph_bytes: number
  readonly synced_folders: readonly SyncedFolder[]
  readonly throttled_windows: readonly {
    readonly mailbox: string
    readonly from: string
    readonly to: string
  }[]
  readonly groups: readonly PartScope[]
  readonly accounts: readonly AccountScope[]
  readonly organisation_list: readonly (PartScope & { readonly basis: OrganisationBasis })[]
  /** By what points at the accesses: `forged`, an established hunt's class, or `named` (the selection). */
  readonly classes: readonly ClassScope[]
  /** By operation: what named the messages of the lower bound. */
  readonly named_by: readonly {
    readonly operation: string
    readonly accesses: number
    readonly messages: number
    readonly copies: number
  }[]
  /** Accesses of the attacker that marks alone call so; 0 for a selection with values. */
  readonly marked: number
  /** Accesses that are ambiguous, and mailboxes and organisations that have no other. */
  readonly ambiguous: {
    readonly accesses: number
    readonly mailboxes: number
    readonly organisations: number
  }
  /** Why an upper bound is null, by account: each reason. */
  readonly unbounded: readonly { readonly mailbox: string; readonly because: UnboundedCode }[]
  /** Selected records that were cut short, and how many items those count that say so: an estimate, and no bound. */
  readonly cut_records: { readonly records: number; readonly items: number }
  /** Losses of mail access logs while the attacker could have been active, which leave bounds and totals open. */
  readonly access_log_losses: readonly AccessLoss[]
  /** Accesses without a verdict and without a hunt's hit, in no number here; null for a selection with values. */
  readonly not_judged: number | null
}

interface ClassScope extends Numbers<'accesses mailboxes organisations messages'> {
  readonly name: string
}

export interface AccountScope
  extends Texts<'mailbox organisation group'>,
    Numbers<'items_without_message_id accesses ambiguous'> {
  readonly messages: Bounds
  readonly copies: Bounds
  /** Those of the attacker's that marks alone call so; 0 for a selection with values. */
  readonly marked: number
  /** First and last access of the attacker, or the first and last ambiguous one. ISO 8601, UTC. */
  readonly first: string
  readonly last: string
}

/** @throws {MintmarkError} `INPUT_INVALID` for a bad value in the selection */
export async function scope(session: Session, selection: Selection | Selected): Promise<Scope> {
  return await withSelected(session, selection, async (selected) =>
    Scratch.lend(session, (scratch) => scopeOf(session, { ...selected, scratch })),
  )
}

async function scopeOf(session: Session, selected: Selected): Promise<Scope> {
  const exposure = await expose(session, selected)
  const accounts = await accountsOf(session, selected)
  const folders = await syncedFolders(session, selected)
  const windows = await throttledWindows(session, selected)
  const lost = await lostAccesses(session, selected)
  const unnamed = await unnamedOf(session, selected, accounts, folders, windows, lost)
  const bounds = await partBounds(session, selected, exposure, accounts, unnamed, lost)
  const totals = await totalsOf(session, selected, exposure)
  const open = await countUndecided(session, selected)
  const named = bounds('all', '', accounts)
  const unknown =
    named.messages.upper === null ? '' : await whyUnknown(session, selected, totals, open)
  const none: Bounds = { lower: 0, upper: null, because: unknown }
  const accessed = accounts.filter((account) => account.accesses > 0)
  return {
    mailboxes: accessed.length,
    organisations: organisationsOf(accessed).size,
    accesses: totals.accesses,
    messages: unknown === '' ? named.messages : none,
    copies: unknown === '' ? named.copies : none,
    items_without_message_id: named.nameless,
    bytes: totals.bytes,
    graph_bytes: totals.graphBytes,
    synced_folders: folders,
    throttled_windows: windows.map(({ mailbox, fromMs, toMs }) => ({
      mailbox,
      from: isoOf(fromMs),
      to: isoOf(toMs),
    })),
    groups: partScopes('group', accounts, bounds, ({ groups }) => groups),
    accounts: accounts.map((account) => accountScope(account, bounds)),
    organisation_list: organisationScopes(accounts, bounds),
    classes: await classScopes(session, selected, accounts),
    named_by: (await sumsBy(session, selected, 'operation', "is_mail AND named = 'read'")).map(
      readOperation,
    ),
    marked: totals.marked,
    ambiguous: {
      accesses: totals.ambiguous,
      mailboxes: accounts.length - accessed.length,
      organisations: organisationsOf(accounts).size - organisationsOf(accessed).size,
    },
    unbounded: [...unnamed].flatMap(([mailbox, { because }]) =>
      summed(because).map(({ code }) => ({ mailbox, because: code })),
    ),
    cut_records: {
      records: accounts.reduce((sum, { cutRecords }) => sum + cutRecords, 0),
      items: accounts.reduce((sum, { cutItems }) => sum + cutItems, 0),
    },
    access_log_losses: lost.list,
    other_accesses: totals.others,
    not_judged: open,
  }
}

/** Why what was read is a number that nobody knows, where nothing is selected for want of evidence; `''` where it is known. */
async function whyUnknown(
  session: Session,
  { selection }: Selected,
  { accesses, ambiguous }: Totals,
  open: number | null,
): Promise<string> {
  if (accesses > 0) return ''
  // A name that no record has may be misspelt.
  if (!isDefault(selection))
    return ambiguous > 0 ? '' : 'no access is selected, which says nothing of what was read'
  const isKnown = ambiguous > 0 ? open === 0 : await isAllDecided(session)
  return isKnown
    ? ''
    : "no access is known to be the attacker's, and not every one is there and could be judged"
}

async function countUndecided(session: Session, { selection, table }: Selected) {
  if (!isDefault(selection)) return null
  return await countOf(
    session,
    `verdict WHERE verdict IN ('undetermined', 'session-only') AND strength = ''
       AND (record_id, content) GLOBAL NOT IN (SELECT record_id, content FROM ${table})`,
  )
}

type Totals = ReturnType<typeof readTotals>

function accountScope(account: Account, bounds: BoundsOf): AccountScope {
  const { mailbox, organisation, accesses, marked, ambiguous } = account
  const { messages, copies, nameless } = bounds('account', mailbox, [account])
  return {
    mailbox,
    organisation,
    group: account.groups.join('; '),
    messages,
    copies,
    items_without_message_id: nameless,
    accesses,
    marked,
    ambiguous,
    first: isoOf(account.firstMs),
    last: isoOf(account.lastMs),
  }
}

const organisationsOf = (accounts: readonly Account[]) =>
  new Set(accounts.map((account) => account.organisation).filter((name) => name !== ''))

async function totalsOf(session: Session, selected: Selected, exposure: Exposure): Promise<Totals> {
  const row = await firstRow(
    session,
    `SELECT countIf(party = 'attacker') AS accesses, countIf(party = 'ambiguous') AS ambiguous,
       countIf(party = 'attacker' AND NOT is_mail) AS others, countIf(${isMarkedAlone(selected)}) AS marked,
       sumIf(toFloat64(bytes), party = 'attacker' AND source IN ('graph-activity', 'aad-graph-activity')) AS graph_bytes,
       (SELECT sumIf(toFloat64(bytes), lower = 1) FROM ${exposure.copies}) AS size
     FROM ${selected.table}`,
  )
  return readTotals(row)
}

const readTotals = rowReader(cell.number('accesses ambiguous others marked graphBytes bytes:size'))

async function classScopes(session: Session, selected: Selected, accounts: readonly Account[]) {
  const organisations = new Map(
    accounts.map(({ mailbox, organisation }) => [mailbox, organisation]),
  )
  const counted = await sumsBy(session, selected, 'class', '1')
  const accessed = await session.rows(
    `SELECT DISTINCT class, account FROM ${selected.table}
     WHERE party = 'attacker' AND is_mail AND account != '' ORDER BY class, account ${BOUNDED}`,
  )
  const mailboxes = Map.groupBy(accessed, (row) => row['class'])
  return counted.map((row) => {
    const own = mailboxes.get(row['class']) ?? []
    const names = own.map(({ account }) => organisations.get(String(account)) ?? '')
    return {
      name: String(row['class']),
      accesses: Number(row['accesses']),
      mailboxes: own.length,
      organisations: new Set(names.filter((organisation) => organisation !== '')).size,
      messages: Number(row['messages']),
    }
  })
}

async function sumsBy(
  session: Session,
  selected: Selected,
  column: 'class' | 'operation',
  where: string,
): Promise<Json[]> {
  return await session.rows(
    `SELECT ${column}, sum(accesses) AS accesses, sum(messages) AS messages, sum(copies) AS copies FROM (
       SELECT ${column}, count() AS accesses, 0 AS messages, 0 AS copies
       FROM ${selected.table} WHERE party = 'attacker' AND ${where} GROUP BY ${column}
       UNION ALL
       SELECT ${column}, 0, count(), sum(accounts) FROM (
         SELECT ${column}, message, uniqExact(account) AS accounts FROM (${itemsOf(selected)})
         WHERE party = 'attacker' AND named = 'read' AND message != '' GROUP BY ${column}, message
       ) GROUP BY ${column}
     ) GROUP BY ${column} ORDER BY ${column} ${BOUNDED}`,
  )
}

const readOperation = rowReader(cell.text('operation'), cell.number('accesses messages copies'))
