import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audEmptyList: Vector = {
  id: 'aud-empty-list',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'The audience is an empty list.',
  forbiddenBy: 'RFC 7519, section 4.1.3',
  settings: AUDIENCE,
  forge: (forge) => forge.token({ claims: { ...forge.claims, aud: [] } }),
}
