import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issSlash: Vector = {
  id: 'iss-slash',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'The issuer has a slash more at its end.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) => forge.token({ claims: { ...forge.claims, iss: `${forge.issuer.issuer}/` } }),
}
