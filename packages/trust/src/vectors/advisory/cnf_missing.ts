import { without } from '../../forge/forge.ts'
import { APPLICATION } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const cnfMissing: Vector = {
  id: 'cnf-missing',
  family: 'claims',
  axis: 'cnf',
  level: 'advisory',
  what: 'The claim cnf of the genuine token is left out.',
  forbiddenBy: 'RFC 7800, section 3',
  settings: APPLICATION,
  applies: (forge) => forge.claims['cnf'] !== undefined,
  forge: (forge) => forge.token({ claims: without(forge.claims, 'cnf') }),
}
