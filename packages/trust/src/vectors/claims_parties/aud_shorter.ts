import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audShorter: Vector = {
  id: 'aud-shorter',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'The audience is the beginning of the genuine one.',
  forbiddenBy: 'RFC 7519, section 4.1.3',
  settings: AUDIENCE,
  forge: (forge) =>
    forge.token({ claims: { ...forge.claims, aud: forge.issuer.audience.slice(0, -1) } }),
}
