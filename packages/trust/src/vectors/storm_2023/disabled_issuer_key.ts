import { KEY_OF_ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const disabledIssuerKey: Vector = {
  id: 'disabled-issuer-key',
  family: 'storm-2023',
  axis: 'key',
  level: 'required',
  what: 'Signed by the key of a disabled issuer, which the set still lists.',
  forbiddenBy: 'RFC 8725, section 3.8',
  incident: 'CVE-2026-1486: Keycloak trusted a disabled identity provider',
  settings: KEY_OF_ISSUER,
  forge: (forge) => forge.token({ by: 'disabled' }),
}
