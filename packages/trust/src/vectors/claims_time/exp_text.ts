import { EXPIRY } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const expText: Vector = {
  id: 'exp-text',
  family: 'claims',
  axis: 'exp',
  level: 'required',
  what: 'The time of expiry is a text.',
  forbiddenBy: 'RFC 7519, section 4.1.4',
  settings: EXPIRY,
  forge: (forge) => forge.token({ claims: { ...forge.claims, exp: String(forge.claims['exp']) } }),
}
