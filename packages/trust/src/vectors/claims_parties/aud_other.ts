import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audOther: Vector = {
  id: 'aud-other',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'The audience is another service.',
  forbiddenBy: 'RFC 7519, section 4.1.3',
  settings: AUDIENCE,
  forge: (forge) => forge.token({ claims: { ...forge.claims, aud: 'api://another-service' } }),
}
