import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issEmpty: Vector = {
  id: 'iss-empty',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'The issuer is an empty text.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) => forge.token({ claims: { ...forge.claims, iss: '' } }),
}
