/** The accounts of a scope (whose mailbox, which organisation and groups), and names of tenants. */
import type { Json } from '@mintmark/core'
import {
  cell,
  countOf,
  type Numbers,
  numbersBy,
  rowReader,
  textsBy,
  textsOf,
} from '../engine/rows.ts'
import { BOUNDED, type Facts, type Session } from '../engine/session.ts'
import { domainOf } from '../store/sql.ts'
import type { Selected } from './selected.ts'
import { isDefault } from './selection.ts'

const NAMED_AT_ONCE = 100

/** The commonest mail domain of each tenant's mailboxes and users: guests do not outnumber the others. */
export async function tenantNames(
  session: Session,
  facts: Facts,
  tenants: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = tenants.filter((tenant) => tenant !== '').slice(0, NAMED_AT_ONCE)
  if (wanted.length === 0) return new Map()
  // Of all tenants: then the next question needs no other query.
  const rows = await facts.rows(
    session,
    `SELECT tenant_id, argMax(domain, (users, reverse(domain))) AS name FROM (
       SELECT tenant_id, domain, sum(users) AS users FROM (
         SELECT toString(tenant) AS tenant_id, ${domainOf('mailbox')} AS domain, uniqExact(mailbox) AS users FROM access
         WHERE position(mailbox, '@') > 0 GROUP BY tenant_id, domain
         UNION ALL
         SELECT toString(tenant) AS tenant_id, ${domainOf('principal')} AS domain, uniqExact(principal) AS users FROM issuance
         WHERE position(principal, '@') > 0 GROUP BY tenant_id, domain
       ) GROUP BY tenant_id, domain
     ) GROUP BY tenant_id ORDER BY tenant_id ${BOUNDED}`,
  )
  const names = textsBy(rows, 'tenant_id', 'name')
  return new Map([...names].filter(([tenant]) => wanted.includes(tenant)))
}

export type OrganisationBasis = 'directory' | 'tenant' | 'domain' | ''

export interface Account extends Numbers<'accesses ambiguous firstMs lastMs cutItems'> {
  /** UPN, lower-case; a mailbox GUID where the case has no name for it. */
  readonly mailbox: string
  readonly organisation: string
  readonly basis: OrganisationBasis
  readonly groups: readonly string[]
  readonly tenant: string
  /** Those of the attacker that marks alone call so; 0 where options select. */
  readonly marked: number
  /** Whether one of its accesses is of a log in which only audit records name what mail was read. */
  readonly needsAudit: boolean
  readonly isAudited: boolean
  /** Records of reading that name no message. */
  readonly unnamedBinds: number
  /** Records that were cut, and how many items those count that say so. */
  readonly cutRecords: number
  /** Lists of messages through Graph around which no mailbox audit record names what they gave out. */
  readonly lists: number
}

/** Condition on the table of a selection: the attacker's by a mark, and by nothing that records establish. */
export const isMarkedAlone = ({ selection }: Pick<Selected, 'selection'>): string =>
  isDefault(selection) ? "party = 'attacker' AND class = 'named'" : '0'

/** Accounts in the order of their names. An access that names no mailbox makes none. */
export async function accountsOf(session: Session, selected: Selected): Promise<Account[]> {
  const rows = await session.rows(
    `SELECT account, topK(1)(toString(tenant))[1] AS tenant_name,
       countIf(party = 'attacker') AS attacker, countIf(party = 'ambiguous') AS ambiguous, countIf(${isMarkedAlone(selected)}) AS marked,
       toUnixTimestamp64Milli(if(attacker > 0, minIf(at, party = 'attacker'), min(at))) AS first_ms,
       toUnixTimestamp64Milli(if(attacker > 0, maxIf(at, party = 'attacker'), max(at))) AS last_ms,
       max(source NOT IN ('mintmark', 'keycloak') AND NOT is_failed) AS needs_audit,
       countIf(unnamed = 'bind') AS binds, countIf(unnamed = 'cut') AS cuts, sum(counted_items) AS cut_items
     FROM ${selected.table} WHERE is_mail AND account != ''
     GROUP BY account ORDER BY account ${BOUNDED}`,
  )
  const audited = await auditedAccounts(session, selected)
  const lists = await unnamedLists(session, selected)
  const homeOf = await homesOf(session, selected, rows)
  return rows.map((row) => {
    const account = readAccount(row)
    const { mailbox, tenant } = account
    const reading = { isAudited: audited.has(mailbox), lists: lists.get(mailbox) ?? 0 }
    return Object.assign(account, homeOf(mailbox, tenant), reading)
  })
}

const readAccount = rowReader(
  cell.text('mailbox:account tenant:tenant_name'),
  cell.number('accesses:attacker ambiguous marked firstMs lastMs'),
  cell.flag('needsAudit'),
  cell.number('unnamedBinds:binds cutRecords:cuts cutItems'),
)

/** Accounts with at least one mailbox audit record of reading, by anybody, anywhere in the case. */
async function auditedAccounts(session: Session, selected: Selected): Promise<Set<string>> {
  const seen = await selected.facts.rows(
    session,
    `SELECT DISTINCT if(mailbox_id != '', mailbox_id, mailbox) AS ref FROM access
     WHERE operation IN ('MailItemsAccessed', 'mail_opened') ${BOUNDED}`,
  )
  const refs = new Set(seen.map((row) => row['ref']))
  const rows = await session.rows(
    `SELECT DISTINCT account, known.id AS ref,
       account IN (SELECT id FROM ${selected.names} WHERE name != '' AND name != id) AS is_renamed
     FROM (SELECT DISTINCT account FROM ${selected.table}) AS own
     LEFT JOIN (SELECT id, name FROM ${selected.names} WHERE name != '') AS known ON known.name = own.account
     ORDER BY account ${BOUNDED}`,
  )
  const audited = new Set<string>()
  for (const row of rows) {
    const account = String(row['account'])
    const isByName = Number(row['is_renamed']) === 0 && refs.has(account)
    if (isByName || refs.has(row['ref'])) audited.add(account)
  }
  return audited
}

/**
 * By account, how often messages were listed without another's record of reading in the hour before or after: an
 * audited mailbox names there, once an hour, what a list gives out.
 */
async function unnamedLists(session: Session, selected: Selected): Promise<Map<string, number>> {
  const lists = `SELECT account, toStartOfHour(at) AS h FROM ${selected.table} WHERE unnamed = 'list'`
  if ((await countOf(session, `(${lists})`)) === 0) return new Map()
  const rows = await session.rows(
    `SELECT account, count() AS n FROM (${lists}) AS list
     WHERE (account, h) NOT IN (
       SELECT account, arrayJoin([h - 3600, h, h + 3600]) FROM (
         SELECT DISTINCT account, toStartOfHour(at) AS h FROM ${selected.table}
         WHERE operation = 'MailItemsAccessed'
       )
     ) GROUP BY account ORDER BY account ${BOUNDED}`,
  )
  return numbersBy(rows, 'account', 'n')
}

interface Home {
  readonly organisation: string
  readonly basis: OrganisationBasis
  readonly groups: readonly string[]
}

export const mailDomain = (mailbox: string): string => mailbox.slice(mailbox.lastIndexOf('@') + 1)
export const hasDomain = (mailbox: string): boolean => mailbox.includes('@')

async function homesOf(
  session: Session,
  selected: Selected,
  accounts: readonly Json[],
): Promise<(mailbox: string, tenant: string) => Home> {
  // One person may be in several files, by name in one and by object id in another, or by a former name.
  const entries = await session.rows(
    `SELECT who, max(toString(organisation)) AS organisation_name,
       arraySort(arrayDistinct(flatten(groupArray(arrayMap(g -> toString(g), groups))))) AS group_names
     FROM (
       SELECT organisation, groups,
         arrayJoin(arrayDistinct([given_name, given_id, name_by_id, name_by_name])) AS who
       FROM (
         SELECT lower(principal) AS given_name, lower(principal_id) AS given_id, organisation, groups
         FROM directory
       ) AS entry
       LEFT ANY JOIN (SELECT id AS known_id, name AS name_by_id FROM ${selected.names}) AS by_id
         ON given_id = known_id
       LEFT ANY JOIN (SELECT id AS known_name, name AS name_by_name FROM ${selected.names}) AS by_name
         ON given_name = known_name
     )
     WHERE who != '' AND who IN (SELECT account FROM ${selected.table})
     GROUP BY who ORDER BY who ${BOUNDED}`,
  )
  const homes = new Map(entries.map((entry) => [String(entry['who']), readHome(entry)]))
  const tenants = await organisationsBy(session, 'toString(tenant)')
  const domains = await organisationsBy(session, domainOf('principal'))
  const learnt = learntTenants(accounts, homes)
  const names = namesByDomain(accounts)
  return (mailbox, tenant) => {
    const { organisation = '', groups = [] } = homes.get(mailbox) ?? {}
    const domain = mailDomain(mailbox)
    const known =
      organisation || (tenants.get(tenant) ?? learnt.get(tenant) ?? domains.get(domain) ?? '')
    if (known !== '') return { organisation: known, basis: 'directory', groups }
    if (tenant !== '') return { organisation: names.get(tenant) ?? tenant, basis: 'tenant', groups }
    const isNamed = hasDomain(mailbox)
    return { organisation: isNamed ? domain : '', basis: isNamed ? 'domain' : '', groups }
  }
}

const readHome = rowReader(
  cell.text('organisation:organisation_name'),
  cell.made('groups', ({ group_names: names }) => textsOf(names).filter((name) => name !== '')),
)

async function organisationsBy(session: Session, key: string): Promise<Map<string, string>> {
  const rows = await session.rows(
    `SELECT ${key} AS part, any(toString(organisation)) AS name FROM directory
     WHERE organisation != '' AND part != '' GROUP BY part
     HAVING uniqExact(organisation) = 1 ORDER BY part ${BOUNDED}`,
  )
  return textsBy(rows, 'part', 'name')
}

/** A directory export may name no tenants: then the accounts that it names show them. */
function learntTenants(
  accounts: readonly Json[],
  homes: ReadonlyMap<string, Pick<Home, 'organisation'>>,
): Map<string, string> {
  const known = accounts.flatMap((row) => {
    const organisation = homes.get(String(row['account']))?.organisation ?? ''
    const tenant = String(row['tenant_name'])
    return organisation === '' || tenant === '' ? [] : [{ tenant, organisation }]
  })
  const byTenant = [...Map.groupBy(known, ({ tenant }) => tenant)]
  return new Map(
    byTenant.flatMap(([tenant, some]) => {
      const [only, ...others] = new Set(some.map(({ organisation }) => organisation))
      return only === undefined || others.length > 0 ? [] : [[tenant, only] as const]
    }),
  )
}

function namesByDomain(accounts: readonly Json[]): Map<string, string> {
  const named = accounts
    .map((row) => ({ tenant: String(row['tenant_name']), mailbox: String(row['account']) }))
    .filter(({ mailbox }) => hasDomain(mailbox))
  const names = [...Map.groupBy(named, ({ tenant }) => tenant)].map(([tenant, own]) => {
    const domains = [...Map.groupBy(own, ({ mailbox }) => mailDomain(mailbox))]
    const [best] = domains.toSorted(
      ([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1),
    )
    return { tenant, name: best?.[0] ?? '' }
  })
  const users = Map.groupBy(names, ({ name }) => name)
  return new Map(
    names.map(({ tenant, name }) => [
      tenant,
      (users.get(name)?.length ?? 0) > 1 ? `${name} (${tenant})` : name,
    ]),
  )
}
