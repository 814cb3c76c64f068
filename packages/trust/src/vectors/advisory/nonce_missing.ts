import { without } from '../../forge/forge.ts'
import { APPLICATION } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const nonceMissing: Vector = {
  id: 'nonce-missing',
  family: 'claims',
  axis: 'nonce',
  level: 'advisory',
  what: 'The claim nonce of the genuine token is left out.',
  forbiddenBy: 'OpenID Connect Core 1.0, section 3.1.3.7',
  settings: APPLICATION,
  applies: (forge) => forge.claims['nonce'] !== undefined,
  forge: (forge) => forge.token({ claims: without(forge.claims, 'nonce') }),
}
