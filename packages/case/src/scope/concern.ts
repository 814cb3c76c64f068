/**
 * The part of a selection that concerns some accounts alone, for notices, and what identifies others: every value that is
 * in no record of these accounts, unless they are known to own it.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import { Scratch } from '../engine/scratch.ts'
import { BOUNDED, insertRows, numbersBy, type Session, textsOf } from '../engine/session.ts'
import { caseNames } from '../store/case_names.ts'
import { domainOf } from '../store/sql.ts'
import { hasDomain, mailDomain } from './accounts.ts'
import type { AccountScope, Scope } from './scope.ts'
import { SELECTED_COLUMNS, SELECTED_ORDER, type Selected } from './selected.ts'

/** Accounts of one organisation, or one account. */
export interface Whom {
  readonly name: string
  readonly isOrganisation: boolean
  /** As in a scope. */
  readonly accounts: readonly string[]
}

/** What identifies people and organisations, lower-case where a log may spell it so. */
export interface Identities {
  readonly names: readonly string[]
  /** Organisations, groups, tenants and mail domains. */
  readonly organisations: readonly string[]
}

export interface Concern {
  /** Their accesses alone; closed before the selection that it is a part of. */
  readonly selected: Selected
  /** Tenants of these accounts and of no others. */
  readonly tenants: readonly string[]
  readonly own: Identities
  readonly others: Identities
  /** Every access to their mailboxes, whosever it is, by verdict. */
  readonly verdicts: Readonly<Record<string, number>>
  /** Inputs that have records of their accesses, with how many of these. */
  readonly inputs: readonly { readonly sha256: string; readonly accesses: number }[]
}

/** The accounts of a scope, as far as it is asked whom they are. */
type Affected = {
  readonly accounts: readonly Pick<AccountScope, 'mailbox' | 'organisation'>[]
}

/** Everybody whom the accesses of a scope concern: organisations, and accounts without a known one. */
export function everybody({ accounts }: Affected): Whom[] {
  const organisations = Map.groupBy(accounts, ({ organisation }) => organisation)
  return [...organisations].flatMap(([name, some]): Whom[] => {
    const own = some.map(({ mailbox }) => mailbox)
    return name === '' ? own.map(alone) : [{ name, isOrganisation: true, accounts: own }]
  })
}

const alone = (account: string): Whom => ({
  name: account,
  isOrganisation: false,
  accounts: [account],
})

/**
 * The organisations, or else the accounts, of a name: those spelled exactly so, or else in any letter case. Several where
 * they differ by case alone; none where the scope has neither.
 */
export function whomOf(scope: Affected, name: string): readonly Whom[] {
  const wanted = name.trim()
  const accounts = scope.accounts.map(({ mailbox }) => alone(mailbox))
  const is = (one: Whom) => one.name === wanted
  const isAlike = (one: Whom) => one.name.toLowerCase() === wanted.toLowerCase()
  const affected = everybody(scope)
  const found = [
    affected.filter(is),
    accounts.filter(is),
    affected.filter(isAlike),
    accounts.filter(isAlike),
  ]
  return found.find((some) => some.length > 0) ?? []
}

/** The caller closes what it selects. Memory grows with the names of a case. */
export async function concerning(
  session: Session,
  selected: Selected,
  scope: Pick<Scope, 'accounts'>,
  whom: Whom,
): Promise<Concern> {
  return await Scratch.keep(session, async (scratch) => {
    const tables = {
      whom: await whomTable(session, selected, scratch, whom),
      table: await scratch.table('selected', SELECTED_COLUMNS, SELECTED_ORDER),
    }
    const ids = await session.rows(`SELECT DISTINCT name AS value FROM ${tables.whom}`)
    const known = homesOf(await directoryRows(session), scope, whom, column(ids))
    const tenants = whom.isOrganisation ? await ownTenants(session, selected, tables, known) : []
    await fillOwn(session, selected, tables, tenants)
    const own = { ...selected, scratch, table: tables.table, close: () => scratch.close() }
    return {
      selected: own,
      tenants,
      ...(await identities(session, own, known)),
      verdicts: await verdictsOf(session, tables.whom),
      inputs: await inputsOf(session, own),
    }
  })
}

interface Tables {
  readonly whom: string
  readonly table: string
}

/** Accounts and all their ids: column `name`. */
async function whomTable(
  session: Session,
  { names }: Selected,
  scratch: Scratch,
  { accounts }: Whom,
): Promise<string> {
  const whom = await scratch.table('whom', 'name String')
  const rows = accounts.map((account) => [account])
  await insertRows(session, whom, ['name'], rows)
  await session.command(
    `INSERT INTO ${whom} SELECT DISTINCT id FROM ${names} WHERE name GLOBAL IN (SELECT name FROM ${whom})`,
  )
  return whom
}

const column = (rows: readonly Json[]) => rows.map((row) => String(row['value']))

/** Accesses in a tenant of these accounts alone, to no mailbox, count for them too. */
async function fillOwn(
  session: Session,
  { table }: Selected,
  own: Tables,
  tenants: readonly string[],
): Promise<void> {
  await session.command(
    `INSERT INTO ${own.table} SELECT * FROM ${table}
     WHERE account GLOBAL IN (SELECT name FROM ${own.whom})
       OR account = '' AND has({tenants:Array(String)}, toString(tenant)) ${BOUNDED}`,
    { tenants },
  )
}

interface Entry {
  readonly ids: readonly string[]
  readonly organisation: string
  readonly groups: readonly string[]
  readonly tenant: string
}

async function directoryRows(session: Session): Promise<Entry[]> {
  const rows = await session.rows(
    `SELECT DISTINCT principal, principal_id, display_name, toString(organisation) AS home, toString(tenant) AS log_tenant,
       arrayMap(g -> toString(g), groups) AS some FROM directory ${BOUNDED}`,
  )
  return rows.map((row) => ({
    ids: ['principal', 'principal_id', 'display_name'].map((name) => folded(String(row[name]))),
    organisation: String(row['home']),
    groups: textsOf(row['some']),
    tenant: String(row['log_tenant']),
  }))
}

const folded = (text: string) => text.trim().toLowerCase()

/** Whose is whose, as directories and the scope say. */
interface Homes {
  readonly whom: Whom
  readonly ownNames: ReadonlySet<string>
  readonly otherNames: ReadonlySet<string>
  readonly ownDomains: ReadonlySet<string>
  readonly otherDomains: ReadonlySet<string>
  readonly otherTenants: ReadonlySet<string>
  readonly ownParts: ReadonlySet<string>
  readonly otherParts: ReadonlySet<string>
  /** Accounts of the scope that are others'. */
  readonly otherAccounts: ReadonlySet<string>
}

function homesOf(
  directory: readonly Entry[],
  { accounts }: Pick<Scope, 'accounts'>,
  whom: Whom,
  ids: readonly string[],
): Homes {
  const mine = new Set([...whom.accounts, ...ids].map(folded))
  const isOwn = ({ ids: some, organisation }: Entry) =>
    some.slice(0, 2).some((id) => mine.has(id)) ||
    (whom.isOrganisation && organisation === whom.name)
  const [own, others] = [directory.filter(isOwn), directory.filter((entry) => !isOwn(entry))]
  const ownAccounts = accounts.filter(({ mailbox }) => mine.has(folded(mailbox)))
  const otherAccounts = accounts.filter(({ mailbox }) => !mine.has(folded(mailbox)))
  const namesOf = (some: readonly Entry[]) => some.flatMap((entry) => entry.ids)
  const partsIn = (some: readonly Entry[], more: typeof accounts) => [
    ...some.flatMap(({ organisation, groups }) => [organisation, ...groups]),
    ...more.flatMap(({ organisation, group }) => [organisation, ...group.split('; ')]),
  ]
  const ownNames = new Set([...mine, ...namesOf(own)])
  const otherNames = new Set([
    ...namesOf(others),
    ...otherAccounts.map((one) => folded(one.mailbox)),
  ])
  return {
    whom,
    ownNames,
    otherNames,
    ownDomains: new Set([...ownNames].filter(hasDomain).map(mailDomain)),
    otherDomains: new Set([...otherNames].filter(hasDomain).map(mailDomain)),
    otherTenants: new Set(others.map(({ tenant }) => tenant)),
    ownParts: new Set(partsIn(own, ownAccounts)),
    otherParts: new Set(partsIn(others, otherAccounts)),
    otherAccounts: new Set(otherAccounts.map(({ mailbox }) => mailbox)),
  }
}

/** Tenants of their mailboxes in which nobody else is known to have one. */
async function ownTenants(
  session: Session,
  { table }: Selected,
  { whom }: Tables,
  { otherAccounts, otherTenants }: Homes,
): Promise<string[]> {
  const rows = await session.rows(
    `SELECT toString(tenant) AS value, groupUniqArray(account) AS accounts FROM ${table}
     WHERE account != '' AND tenant GLOBAL IN (
       SELECT tenant FROM ${table} WHERE account GLOBAL IN (SELECT name FROM ${whom}))
     GROUP BY value ORDER BY value ${BOUNDED}`,
  )
  return rows.flatMap((row) => {
    const tenant = String(row['value'])
    const isShared = textsOf(row['accounts']).some((one) => otherAccounts.has(one))
    return tenant === '' || isShared || otherTenants.has(tenant) ? [] : [tenant]
  })
}

/** Which of all names of the case are whose. */
async function identities(
  session: Session,
  own: Selected,
  homes: Homes,
): Promise<Pick<Concern, 'own' | 'others'>> {
  const seen = new Set((await ownValues(session, own)).map(folded))
  const mailDomains = await mailboxDomains(session)
  const isOthers = (domain: string) =>
    !homes.ownDomains.has(domain) && (homes.otherDomains.has(domain) || mailDomains.has(domain))
  const isShared = (domain: string) =>
    homes.ownDomains.has(domain) && homes.otherDomains.has(domain)
  const names: Record<'own' | 'others', string[]> = { own: [...homes.ownNames], others: [] }
  for await (const { name, account } of caseNames(session)) {
    const [one, owner] = [folded(name), folded(account)]
    if (homes.ownNames.has(one) || homes.ownNames.has(owner)) continue
    const domain = mailDomain(one)
    const isColleague =
      homes.whom.isOrganisation &&
      hasDomain(one) &&
      homes.ownDomains.has(domain) &&
      !isShared(domain)
    // Of a program or a guest that no organisation has, the record of their own access is all there is.
    const isOwn =
      isColleague ||
      (seen.has(one) && !homes.otherNames.has(one) && !(hasDomain(one) && isOthers(domain)))
    names[isOwn ? 'own' : 'others'].push(one)
  }
  const parts = await partsOf(session, own, homes)
  const domains = [...new Set([...homes.otherDomains, ...mailDomains])].filter(isOthers)
  return {
    own: { names: names.own, organisations: [...homes.ownParts, ...homes.ownDomains] },
    others: { names: names.others, organisations: [...parts, ...domains] },
  }
}

/** Ids and names that their own records have, and that are no account's id. */
async function ownValues(session: Session, { table, names }: Selected): Promise<string[]> {
  return column(
    await session.rows(
      `SELECT DISTINCT value FROM (SELECT arrayJoin([principal, principal_id]) AS value FROM ${table})
       WHERE value != '' AND value GLOBAL NOT IN (SELECT id FROM ${names}) ORDER BY value ${BOUNDED}`,
    ),
  )
}

async function mailboxDomains(session: Session): Promise<Set<string>> {
  const rows = await session.rows(
    `SELECT DISTINCT ${domainOf('mailbox')} AS value
     FROM access WHERE position(mailbox, '@') > 0 ORDER BY value ${BOUNDED}`,
  )
  return new Set(column(rows))
}

/** Organisations, groups and tenants that are in no record of these accounts. */
async function partsOf(session: Session, { table }: Selected, homes: Homes): Promise<string[]> {
  const tenants = column(
    await session.rows(
      `SELECT DISTINCT value FROM (
         SELECT toString(tenant) AS value FROM access WHERE mailbox != '' OR mailbox_id != ''
         UNION ALL SELECT toString(tenant) FROM issuance
         UNION ALL SELECT toString(tenant) FROM directory
       ) WHERE value != '' AND value GLOBAL NOT IN (SELECT toString(tenant) FROM ${table})
       ORDER BY value ${BOUNDED}`,
    ),
  )
  const parts = [...homes.otherParts].filter((part) => part !== '' && !homes.ownParts.has(part))
  return [...parts, ...tenants]
}

async function verdictsOf(session: Session, whom: string): Promise<Record<string, number>> {
  const rows = await session.rows(
    `SELECT toString(verdict) AS value, count() AS n FROM judged
     WHERE mailbox GLOBAL IN (SELECT name FROM ${whom}) OR mailbox_id GLOBAL IN (SELECT name FROM ${whom})
     GROUP BY value ORDER BY value ${BOUNDED}`,
  )
  return Object.fromEntries(numbersBy(rows, 'value', 'n'))
}

async function inputsOf(session: Session, { table }: Selected): Promise<Concern['inputs']> {
  const rows = await session.rows(
    `SELECT sha256 AS value, sum(n) AS n FROM (
       SELECT evidence_id, count() AS n FROM access
       WHERE (record_id, content) GLOBAL IN (SELECT record_id, content FROM ${table}) GROUP BY evidence_id
     ) AS counted GLOBAL INNER JOIN evidence USING (evidence_id)
     GROUP BY value ORDER BY n DESC, value ${BOUNDED}`,
  )
  return rows.map((row) => ({ sha256: String(row['value']), accesses: Number(row['n']) }))
}
