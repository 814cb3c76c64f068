import { isoOf, plural } from '@mintmark/core'
import { countOf, firstRow, numbersBy, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { tenantNames } from '../scope/accounts.ts'
import type { Selected } from '../scope/selected.ts'
import { settledBy } from '../verdicts/match/reasons.ts'
import { clocksOff, idsInLowerCase, shownByReason, statements } from './from_files.ts'
import { asUnknown, someOf, type Unknown } from './wording.ts'

type Ask = (session: Session, selected: Selected, tenants?: readonly string[]) => Promise<Unknown[]>

interface TenantGap {
  readonly code: string
  readonly sql: string
  readonly text: (tenants: string, of: number, n: number) => string
  readonly settledBy: string
}

const ofTenants =
  (gap: TenantGap): Ask =>
  async (session, { facts }, asked) => {
    const all = numbersBy(await facts.rows(session, `${gap.sql} ${BOUNDED}`), 'name', 'n')
    const lacking = [...all].filter(([tenant]) => asked?.includes(tenant) ?? true)
    if (lacking.length === 0) return []
    const tenants = lacking.map(([tenant]) => tenant)
    const names = await tenantNames(session, facts, tenants.slice(0, 10))
    const some = someOf(tenants.map((tenant) => names.get(tenant) ?? tenant))
    const sum = lacking.reduce((total, [, n]) => total + n, 0)
    return asUnknown(gap.code, gap.text(some, tenants.length, sum), gap.settledBy)
  }

const withoutAccesses: Ask = async (session, { facts }) => {
  const [row] = await facts.rows(
    session,
    'SELECT (SELECT count() FROM access) AS accesses, (SELECT count() FROM issuance) AS issuances',
  )
  if (Number(row?.['accesses']) > 0) return []
  const issuances = Number(row?.['issuances'])
  const beside = issuances > 0 ? ` beside ${plural(issuances, 'sign-in', 'sign-ins')}` : ''
  return asUnknown(
    'no-access-log',
    `No record of an access was read${beside}: nothing can be said of what was read, or by whom`,
    'The unified audit log, or the log of whatever the tokens were used with; mintmark evidence lists which files were read as what',
  )
}

const withoutIssuances = ofTenants({
  code: 'no-issuance-log',
  sql: `SELECT seen.tenant AS name, seen.n AS n FROM (
      SELECT toString(tenant) AS tenant, count() AS n FROM access WHERE source != 'entra-audit' GROUP BY tenant
    ) AS seen
    LEFT ANTI JOIN (SELECT DISTINCT toString(tenant) AS tenant FROM issuance WHERE category != 'owa-auth') AS made
      ON seen.tenant = made.tenant
    ORDER BY n DESC, name`,
  text: (tenants, of, n) =>
    `${plural(of, 'tenant has', 'tenants have')} ${plural(n, 'access', 'accesses')} and no record of tokens being issued: ${tenants}`,
  settledBy: 'Sign-in logs of these tenants, all categories (Entra diagnostic settings)',
})

const withoutNonInteractive = ofTenants({
  code: 'non-interactive-not-supplied',
  sql: `SELECT toString(tenant) AS name, countIf(category IN ('interactive', 'sts-logon')) AS n,
      countIf(category IN ('non-interactive', 'interactive-or-not')) AS silent
    FROM issuance GROUP BY name HAVING n > 0 AND silent = 0 ORDER BY name`,
  text: (tenants, of) =>
    `${plural(of, 'tenant')} without non-interactive sign-ins, where most access tokens are issued: ${tenants}. A token that is missing there proves nothing`,
  settledBy:
    'NonInteractiveUserSignInLogs (Entra diagnostic settings; Graph gives them only with a filter on signInEventTypes)',
})

const withUnknownCategory = ofTenants({
  code: 'sign-in-category-not-reported',
  sql: `SELECT toString(tenant) AS name, countIf(category = 'interactive-or-not') AS n
    FROM issuance GROUP BY name
    HAVING n > 0 AND (countIf(category IN ('interactive', 'sts-logon')) = 0 OR countIf(category = 'non-interactive') = 0)
    ORDER BY n DESC, name`,
  text: (tenants, _, n) =>
    `${plural(n, 'sign-in')} of users in a file that does not say whether they are interactive (${tenants}): the tokens are known, and a token that is missing there proves nothing`,
  settledBy:
    "Both logs in a form that names them: the portal's Download JSON instead of CSV, Graph with signInEventTypes, or diagnostic settings",
})

const withoutMailboxAuditing = ofTenants({
  code: 'tenant-without-mailbox-auditing',
  sql: `SELECT users.tenant AS name, users.n AS n FROM (
      SELECT tenant, uniqExact(who) AS n FROM (
        SELECT toString(tenant) AS tenant, principal AS who FROM issuance
        WHERE position(principal, '@') > 0 AND category NOT IN ('service-principal', 'managed-identity', 'ms-service-principal')
        GROUP BY tenant, who
        UNION ALL
        SELECT toString(tenant) AS tenant, lower(principal) AS who FROM directory
        WHERE tenant != '' AND position(principal, '@') > 0 GROUP BY tenant, who
      ) GROUP BY tenant
    ) AS users
    LEFT ANTI JOIN (
      SELECT DISTINCT toString(tenant) AS tenant FROM access WHERE operation = 'MailItemsAccessed'
    ) AS audited ON users.tenant = audited.tenant
    WHERE users.tenant GLOBAL IN (SELECT DISTINCT toString(tenant) FROM access WHERE source IN ('ual', 'graph-activity'))
    ORDER BY n DESC, name`,
  text: (tenants, of, n) =>
    `${plural(of, 'tenant')} without a single MailItemsAccessed record (${tenants}): whether the mail of ${plural(n, 'user')} was read cannot be seen`,
  settledBy:
    'Purview Audit with MailItemsAccessed (since June 2024 with E3 and G3; it cannot be had for the past)',
})

const undetermined: Ask = async (session) => {
  const rows = await session.rows(
    `SELECT toString(reason) AS why, count() AS n FROM verdict WHERE verdict = 'undetermined'
     GROUP BY why ORDER BY n DESC, why`,
  )
  const shown = await shownByReason(session)
  return rows.map((row) => {
    const reason = String(row['why'])
    return {
      code: `undetermined-${reason}`,
      text: `${plural(Number(row['n']), 'access', 'accesses')} without a verdict: ${reason}${shown.get(reason) ?? ''}`,
      settledBy: settledBy(reason),
    }
  })
}

const sessionOnly: Ask = async (session) => {
  const count = await countOf(session, "verdict WHERE verdict = 'session-only'")
  if (count === 0) return []
  return asUnknown(
    'session-only',
    `${plural(count, 'access has', 'accesses have')} a session that was issued, but no token that can be looked up: a token forged into that session would look the same`,
    'Access and sign-in logs that both carry the token id',
  )
}

const rejects: Ask = async (session) => {
  const kinds = await session.rows(
    'SELECT toString(kind) AS name, count() AS n FROM reject GROUP BY name',
  )
  const counts = numbersBy(kinds, 'name', 'n')
  const [files = 0, rows = 0, payloads = 0] = ['file', 'row', 'payload'].map(
    (kind) => counts.get(kind) ?? 0,
  )
  if (files + rows + payloads === 0) return []
  return asUnknown(
    'rejected',
    `Not read: ${plural(files, 'file')}, ${plural(rows, 'row')} and ${plural(payloads, 'record')} inside readable rows`,
    'The rejects with their files and lines: mintmark evidence --rejects',
  )
}

/** Records come late: the end of a log is not the end of what happened. */
const lateArrival: Ask = async (session, selected) => {
  const [row] = await session.rows(
    `SELECT toUnixTimestamp64Milli(max(at)) AS end_ms, count() AS n,
       (SELECT toUnixTimestamp64Milli(max(at)) FROM ${selected.table} WHERE party = 'attacker') AS attacker_ms,
       (SELECT count() FROM ${selected.table} WHERE party = 'attacker') AS attacker FROM access`,
  )
  if (row === undefined || Number(row['attacker']) === 0) return []
  const endMs = Number(row['end_ms'])
  if (endMs - Number(row['attacker_ms']) > 24 * 3_600_000) return []
  return asUnknown(
    'late-arrival',
    `The access logs end at ${isoOf(endMs)}, within a day of the last selected access: records arrive up to a day late, and what came after is not in them`,
    'The access logs again, with the days after that',
  )
}

const sharedAddresses: Ask = async (session, selected) => {
  const rows = await session.rows(
    `SELECT shared.ip AS name, shared.people AS people FROM (
       SELECT ip, uniqExact(principal) AS people FROM issuance
       WHERE outcome = 'issued' AND category != 'owa-auth'
         AND ip GLOBAL IN (SELECT ip FROM ${selected.table} WHERE party = 'attacker' AND ip != '')
       GROUP BY ip
     ) AS shared ORDER BY people DESC, name ${BOUNDED}`,
  )
  if (rows.length === 0) return []
  return asUnknown(
    'shared-addresses',
    `${plural(rows.length, 'address', 'addresses')} of the selected accesses ${rows.length === 1 ? 'is one' : 'are ones'} from which users sign in too (${someOf(rows.map((row) => String(row['name'])))}): the address tells nobody apart there`,
    'Logs of the network behind these addresses (proxy, VPN), or device ids',
  )
}

type Gap = Texts<'code where one many settledBy'>

const GAPS: readonly Gap[] = [
  {
    code: 'throttling-not-reported',
    where: "operation = 'MailItemsAccessed' AND throttled = -1 AND notEmpty(item_message_id)",
    one: 'record of reading does not say whether the mailbox was throttled: absent is not false',
    many: 'records of reading do not say whether the mailbox was throttled: absent is not false',
    settledBy: 'The number of records in the 24 hours before: below 1,000 nothing was throttled',
  },
  {
    code: 'item-sizes-missing',
    where: "named = 'read' AND arrayExists(size -> size = 0, item_bytes)",
    one: 'record gives no size of a message: the bytes are a lower bound',
    many: 'records give no size of a message: the bytes are a lower bound',
    settledBy: 'An export of the mailboxes, or a message trace with sizes',
  },
  {
    code: 'mailbox-not-named',
    where: "account = '' AND notEmpty(item_message_id)",
    one: 'access names messages but no mailbox: in the totals, and in no account',
    many: 'accesses name messages but no mailbox: in the totals, and in no account',
    settledBy: 'The same records from an export that keeps MailboxOwnerUPN or MailboxGuid',
  },
  {
    code: 'searches',
    where: "operation IN ('SearchQueryInitiatedExchange', 'SearchQueryPerformed')",
    one: 'search: which results were shown is in no log',
    many: 'searches: which results were shown is in no log',
    settledBy: 'The same search in an export of the mailbox',
  },
  {
    code: 'mail-exports',
    where:
      "operation IN ('New-MailboxExportRequest', 'New-ComplianceSearchAction', 'SearchExportDownloaded', 'ViewedSearchExported', 'SearchExported')",
    one: 'export of mailbox content: the records do not name what was in it',
    many: 'exports of mailbox content: the records do not name what was in them',
    settledBy: 'The export job and its result in Purview eDiscovery',
  },
  {
    code: 'forwarding',
    where:
      "forwards OR operation IN ('New-InboxRule', 'Set-InboxRule', 'Enable-InboxRule', 'UpdateInboxRules', 'New-TransportRule')",
    one: 'change of rules or forwarding: what was forwarded later is not in these records',
    many: 'changes of rules or forwarding: what was forwarded later is not in these records',
    settledBy: 'The rules of these mailboxes, and a message trace by recipient',
  },
]

const selectedGaps: Ask = async (session, selected) => {
  const columns = GAPS.map((gap, i) => `countIf(${gap.where}) AS gap_${i}`).join(', ')
  const row = await firstRow(
    session,
    `SELECT ${columns} FROM ${selected.table} WHERE party = 'attacker' AND NOT is_failed`,
  )
  return GAPS.flatMap((gap, i) => {
    const count = Number(row[`gap_${i}`] ?? 0)
    return count === 0 ? [] : asUnknown(gap.code, plural(count, gap.one, gap.many), gap.settledBy)
  })
}

const ASKS: readonly Ask[] = [
  selectedGaps,
  withoutMailboxAuditing,
  withoutAccesses,
  withoutIssuances,
  withoutNonInteractive,
  withUnknownCategory,
  clocksOff,
  idsInLowerCase,
  undetermined,
  sessionOnly,
  sharedAddresses,
  statements,
  rejects,
  lateArrival,
]

const OF_TENANTS: readonly Ask[] = [
  selectedGaps,
  withoutMailboxAuditing,
  withoutIssuances,
  withoutNonInteractive,
  withUnknownCategory,
]

export async function unknownsOfLogs(
  session: Session,
  selected: Selected,
  tenants?: readonly string[],
): Promise<Unknown[]> {
  const found: Unknown[] = []
  for (const ask of tenants === undefined ? ASKS : OF_TENANTS)
    found.push(...(await ask(session, selected, tenants)))
  return found
}
