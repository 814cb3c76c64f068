import { without } from '../../forge/forge.ts'
import { REQUIRED_CLAIMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const subMissing: Vector = {
  id: 'sub-missing',
  family: 'claims',
  axis: 'sub',
  level: 'advisory',
  what: 'There is no subject.',
  forbiddenBy: 'RFC 9068, section 2.2, demands it of the issuer',
  settings: REQUIRED_CLAIMS,
  forge: (forge) => forge.token({ claims: without(forge.claims, 'sub') }),
}
