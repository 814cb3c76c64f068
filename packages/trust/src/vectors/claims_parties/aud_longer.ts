import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audLonger: Vector = {
  id: 'aud-longer',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'The audience begins with the genuine one.',
  forbiddenBy: 'RFC 7519, section 4.1.3',
  settings: AUDIENCE,
  forge: (forge) =>
    forge.token({ claims: { ...forge.claims, aud: `${forge.issuer.audience}-admin` } }),
}
