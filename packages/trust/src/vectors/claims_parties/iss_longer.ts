import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issLonger: Vector = {
  id: 'iss-longer',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'The issuer begins with the genuine one, and goes on as a host of the attacker.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) =>
    forge.token({ claims: { ...forge.claims, iss: `${forge.issuer.issuer}.attacker.example` } }),
}
