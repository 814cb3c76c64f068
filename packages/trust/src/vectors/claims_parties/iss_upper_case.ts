import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issUpperCase: Vector = {
  id: 'iss-upper-case',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'The issuer is in capital letters.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) =>
    forge.token({ claims: { ...forge.claims, iss: forge.issuer.issuer.toUpperCase() } }),
}
