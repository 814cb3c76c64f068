/**
 * Names that people know tenants by: a tenant's id says nothing to them.
 *
 * @module
 */
import type { Facts } from '../engine/facts.ts'
import { textsBy } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { domainOf } from '../store/access_sql.ts'

/** More tenants than a sentence names need no name. */
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
