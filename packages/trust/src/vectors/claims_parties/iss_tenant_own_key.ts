import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issTenantOwnKey: Vector = {
  id: 'iss-tenant-own-key',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'A whole token of another tenant: its issuer, signed by its own key.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) => {
    const { issuer } = forge.key('tenant')
    return forge.token({ by: 'tenant', claims: { ...forge.claims, iss: issuer } })
  },
}
