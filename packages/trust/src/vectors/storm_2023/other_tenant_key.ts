import { KEY_OF_ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const otherTenantKey: Vector = {
  id: 'other-tenant-key',
  family: 'storm-2023',
  axis: 'key',
  level: 'required',
  what: "Signed by another tenant's key of the same key set.",
  forbiddenBy: 'RFC 8725, section 3.8',
  incident: 'Storm-0558, 2023: one key signed tokens for many tenants',
  settings: KEY_OF_ISSUER,
  forge: (forge) => forge.token({ by: 'tenant' }),
}
