import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audEmpty: Vector = {
  id: 'aud-empty',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'The audience is an empty text.',
  forbiddenBy: 'RFC 7519, section 4.1.3',
  settings: AUDIENCE,
  forge: (forge) => forge.token({ claims: { ...forge.claims, aud: '' } }),
}
