import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issOther: Vector = {
  id: 'iss-other',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'The issuer is an unrelated address.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: ISSUER,
  forge: (forge) => forge.token({ claims: { ...forge.claims, iss: 'https://attacker.example' } }),
}
