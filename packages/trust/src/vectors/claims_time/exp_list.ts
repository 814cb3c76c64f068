import { EXPIRY } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const expList: Vector = {
  id: 'exp-list',
  family: 'claims',
  axis: 'exp',
  level: 'required',
  what: 'The time of expiry is a list.',
  forbiddenBy: 'RFC 7519, section 4.1.4',
  settings: EXPIRY,
  forge: (forge) => forge.token({ claims: { ...forge.claims, exp: [forge.claims['exp']] } }),
}
