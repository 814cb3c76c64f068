import { LIFETIME } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const iatFuture: Vector = {
  id: 'iat-future',
  family: 'claims',
  axis: 'iat',
  level: 'advisory',
  what: 'The token was issued tomorrow.',
  forbiddenBy: 'RFC 7519, section 4.1.6, leaves it open',
  settings: LIFETIME,
  forge: (forge) => forge.token({ claims: { ...forge.claims, iat: forge.nowS + 86_400 } }),
}
