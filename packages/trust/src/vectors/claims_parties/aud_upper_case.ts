import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audUpperCase: Vector = {
  id: 'aud-upper-case',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'The audience is in capital letters.',
  forbiddenBy: 'RFC 7519, section 4.1.3',
  settings: AUDIENCE,
  forge: (forge) =>
    forge.token({ claims: { ...forge.claims, aud: forge.issuer.audience.toUpperCase() } }),
}
