import { without } from '../../forge/forge.ts'
import { REQUIRED_CLAIMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const iatMissing: Vector = {
  id: 'iat-missing',
  family: 'claims',
  axis: 'iat',
  level: 'advisory',
  what: 'There is no time of issuance.',
  forbiddenBy: 'RFC 9068, section 2.2, demands it of the issuer',
  settings: REQUIRED_CLAIMS,
  forge: (forge) => forge.token({ claims: without(forge.claims, 'iat') }),
}
