/**
 * The part of a selection that concerns some accounts alone, for notices, and what identifies others: every value that is
 * in no record of these accounts, unless they are known to own it.
 */
import { cell, insertRows, numbersBy, rowReader, textsOf } from '../engine/rows.ts'
import { Scratch } from '../engine/scratch.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { caseNames } from '../store/case_names.ts'
import { domainOf } from '../store/sql.ts'
import { hasDomain, mailDomain } from './accounts.ts'
import type { AccountScope, Scope } from './scope.ts'
import { SELECTED_COLUMNS, SELECTED_ORDER, type Selected } from './selected.ts'

export interface Whom {
  readonly name: string
  readonly isOrganisation: boolean
  readonly accounts: readonly string[]
}

/** What identifies people and organisations, lower-case where a log may spell it so. */
export interface Identities {
  readonly names: readonly string[]
  readonly organisations: readonly string[]
}

export interface Concern {
  /** Their accesses alone; closed before the selection that it is a part of. */
  readonly selected: Selected
  readonly tenants: readonly string[]
  readonly own: Identities
  readonly others: Identities
  /** Every access to their mailboxes, whosever it is, by verdict; leads, of any verdict, apart as `lead`. */
  readonly verdicts: Readonly<Record<string, number>>
  /** Inputs that have records of their accesses, with how many of these. */
  readonly inputs: readonly { readonly sha256: string; readonly accesses: number }[]
}

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

export async function concerning(
  session: Session,
  selected: Selected,
  scope: Pick<Scope, 'accounts'>,
  whom: Whom,
): Promise<Concern> {
  return await Scratch.keep(session, async (scratch) => {
    const names = await whomTable(session, selected, scratch, whom)
    const table = await scratch.table('selected', SELECTED_COLUMNS, SELECTED_ORDER)
    const ids = await valuesOf(session, `SELECT DISTINCT name AS value FROM ${names}`)
    const homes = homesOf(await directoryRows(session), scope, whom, ids)
    const tenants = whom.isOrganisation ? await ownTenants(session, selected, names, homes) : []
    // Accesses in a tenant of these accounts alone, to no mailbox, count for them too.
    await session.command(
      `INSERT INTO ${table} SELECT * FROM ${selected.table}
       WHERE account GLOBAL IN (SELECT name FROM ${names})
         OR account = '' AND has({tenants:Array(String)}, toString(tenant)) ${BOUNDED}`,
      { tenants },
    )
    return {
      selected: { ...selected, scratch, table, close: () => scratch.close() },
      tenants,
      ...(await identities(session, { ...selected, table }, homes)),
      verdicts: await verdictsOf(session, names),
      inputs: await inputsOf(session, table),
    }
  })
}

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

const valuesOf = async (session: Session, sql: string): Promise<string[]> =>
  (await session.rows(sql)).map((row) => String(row['value']))

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

/** What directories and the scope say is of these accounts, or of all others. */
type Home = Readonly<
  Record<'names' | 'domains' | 'tenants' | 'parts' | 'accounts', ReadonlySet<string>>
>

interface Homes {
  readonly whom: Whom
  readonly own: Home
  readonly others: Home
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
  const isMine = ({ mailbox }: AccountScope) => mine.has(folded(mailbox))
  return {
    whom,
    own: homeOf(directory.filter(isOwn), accounts.filter(isMine), mine),
    others: homeOf(
      directory.filter((entry) => !isOwn(entry)),
      accounts.filter((account) => !isMine(account)),
    ),
  }
}

function homeOf(
  entries: readonly Entry[],
  accounts: readonly AccountScope[],
  known: Iterable<string> = [],
): Home {
  const mailboxes = accounts.map(({ mailbox }) => mailbox)
  const names = new Set([...known, ...entries.flatMap(({ ids }) => ids), ...mailboxes.map(folded)])
  return {
    names,
    domains: new Set([...names].filter(hasDomain).map(mailDomain)),
    tenants: new Set(entries.map(({ tenant }) => tenant)),
    parts: new Set([
      ...entries.flatMap(({ organisation, groups }) => [organisation, ...groups]),
      ...accounts.flatMap(({ organisation, group }) => [organisation, ...group.split('; ')]),
    ]),
    accounts: new Set(mailboxes),
  }
}

/** Tenants of their mailboxes in which nobody else is known to have one. */
async function ownTenants(session: Session, { table }: Selected, whom: string, { others }: Homes) {
  const rows = await session.rows(
    `SELECT toString(tenant) AS value, groupUniqArray(account) AS accounts FROM ${table}
     WHERE account != '' AND tenant GLOBAL IN (
       SELECT tenant FROM ${table} WHERE account GLOBAL IN (SELECT name FROM ${whom}))
     GROUP BY value ORDER BY value ${BOUNDED}`,
  )
  return rows.flatMap((row) => {
    const tenant = String(row['value'])
    const isShared = textsOf(row['accounts']).some((one) => others.accounts.has(one))
    return tenant === '' || isShared || others.tenants.has(tenant) ? [] : [tenant]
  })
}

async function identities(
  session: Session,
  { table, names: ids }: Selected,
  { whom, own, others }: Homes,
): Promise<Pick<Concern, 'own' | 'others'>> {
  // Ids and names that their own records have, and that are no account's id.
  const ownValues = await valuesOf(
    session,
    `SELECT DISTINCT value FROM (SELECT arrayJoin([principal, principal_id]) AS value FROM ${table})
     WHERE value != '' AND value GLOBAL NOT IN (SELECT id FROM ${ids}) ORDER BY value ${BOUNDED}`,
  )
  const mailDomains = await valuesOf(
    session,
    `SELECT DISTINCT ${domainOf('mailbox')} AS value
     FROM access WHERE position(mailbox, '@') > 0 ORDER BY value ${BOUNDED}`,
  )
  const tenants = await valuesOf(
    session,
    `SELECT DISTINCT value FROM (
       SELECT toString(tenant) AS value FROM access WHERE mailbox != '' OR mailbox_id != ''
       UNION ALL SELECT toString(tenant) FROM issuance
       UNION ALL SELECT toString(tenant) FROM directory
     ) WHERE value != '' AND value GLOBAL NOT IN (SELECT toString(tenant) FROM ${table})
     ORDER BY value ${BOUNDED}`,
  )
  const seen = new Set(ownValues.map(folded))
  const known = new Set([...others.domains, ...mailDomains])
  const isOthers = (domain: string) => !own.domains.has(domain) && known.has(domain)
  const isOwn = (name: string) => {
    const domain = mailDomain(name)
    const isOfOwnDomain = hasDomain(name) && own.domains.has(domain) && !others.domains.has(domain)
    if (whom.isOrganisation && isOfOwnDomain) return true
    // Of a program or a guest that no organisation has, the record of their own access is all there is.
    return seen.has(name) && !others.names.has(name) && !(hasDomain(name) && isOthers(domain))
  }
  const names: Record<'own' | 'others', string[]> = { own: [...own.names], others: [] }
  for await (const { name, account } of caseNames(session)) {
    const one = folded(name)
    if (own.names.has(one) || own.names.has(folded(account))) continue
    names[isOwn(one) ? 'own' : 'others'].push(one)
  }
  const parts = [...others.parts].filter((part) => part !== '' && !own.parts.has(part))
  return {
    own: { names: names.own, organisations: [...own.parts, ...own.domains] },
    others: {
      names: names.others,
      organisations: [...parts, ...tenants, ...[...known].filter(isOthers)],
    },
  }
}

async function verdictsOf(session: Session, whom: string): Promise<Record<string, number>> {
  const rows = await session.rows(
    `SELECT if(strength = 'lead', 'lead', toString(verdict)) AS value, count() AS n FROM judged
     WHERE mailbox GLOBAL IN (SELECT name FROM ${whom}) OR mailbox_id GLOBAL IN (SELECT name FROM ${whom})
     GROUP BY value ORDER BY value ${BOUNDED}`,
  )
  return Object.fromEntries(numbersBy(rows, 'value', 'n'))
}

async function inputsOf(session: Session, table: string): Promise<Concern['inputs']> {
  const rows = await session.rows(
    `SELECT sha256, sum(n) AS accesses FROM (
       SELECT evidence_id, count() AS n FROM access
       WHERE (record_id, content) GLOBAL IN (SELECT record_id, content FROM ${table}) GROUP BY evidence_id
     ) AS counted GLOBAL INNER JOIN evidence USING (evidence_id)
     GROUP BY sha256 ORDER BY accesses DESC, sha256 ${BOUNDED}`,
  )
  return rows.map(rowReader(cell.text('sha256'), cell.number('accesses')))
}
