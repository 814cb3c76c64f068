import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issDisabledOwnKey: Vector = {
  id: 'iss-disabled-own-key',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'A whole token of a disabled issuer: its issuer, signed by its own key.',
  forbiddenBy: 'RFC 8725, section 3.8',
  incident: 'CVE-2026-1486: Keycloak trusted a disabled identity provider',
  settings: ISSUER,
  forge: (forge) => {
    const { issuer } = forge.key('disabled')
    return forge.token({ by: 'disabled', claims: { ...forge.claims, iss: issuer } })
  },
}
