import { without } from '../../forge/forge.ts'
import { REQUIRED_CLAIMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const jtiMissing: Vector = {
  id: 'jti-missing',
  family: 'claims',
  axis: 'jti',
  level: 'advisory',
  what: 'There is no token id.',
  forbiddenBy: 'RFC 9068, section 2.2, demands it of the issuer',
  settings: REQUIRED_CLAIMS,
  forge: (forge) => forge.token({ claims: without(forge.claims, 'jti') }),
}
