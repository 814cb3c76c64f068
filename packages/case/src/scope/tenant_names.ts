/**
 * Names that people know tenants by: a tenant's id says nothing to them.
 *
 * @module
 */
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'

/** More tenants than a sentence names need no name. */
const NAMED_AT_ONCE = 100

/**
 * The commonest mail domain of each tenant's mailboxes and users. Guests do not outnumber those at home
 * in a tenant whose logs are at hand; where there is no domain, a tenant has no name.
 */
export async function tenantNames(
  session: Session,
  tenants: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = tenants.filter((tenant) => tenant !== '').slice(0, NAMED_AT_ONCE)
  if (wanted.length === 0) return new Map()
  const rows = await session.rows(
    `SELECT tenant_id, argMax(domain, (users, reverse(domain))) AS name FROM (
       SELECT tenant_id, domain, sum(users) AS users FROM (
         SELECT toString(tenant) AS tenant_id, ${DOMAIN('mailbox')} AS domain, uniqExact(mailbox) AS users FROM access
         WHERE tenant IN {tenants:Array(String)} AND position(mailbox, '@') > 0 GROUP BY tenant_id, domain
         UNION ALL
         SELECT toString(tenant) AS tenant_id, ${DOMAIN('principal')} AS domain, uniqExact(principal) AS users FROM issuance
         WHERE tenant IN {tenants:Array(String)} AND position(principal, '@') > 0 GROUP BY tenant_id, domain
       ) GROUP BY tenant_id, domain
     ) GROUP BY tenant_id ORDER BY tenant_id ${BOUNDED}`,
    { tenants: wanted },
  )
  return new Map(rows.map((row) => [String(row['tenant_id']), String(row['name'])]))
}

const DOMAIN = (column: string) =>
  `lower(substring(${column}, length(${column}) - position(reverse(${column}), '@') + 2))`
