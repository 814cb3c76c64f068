import { LIFETIME } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const exp9999: Vector = {
  id: 'exp-9999',
  family: 'claims',
  axis: 'exp',
  level: 'advisory',
  what: 'The token expires in the year 9999.',
  forbiddenBy: 'NIST IR 8587 (draft): at most an hour',
  settings: LIFETIME,
  forge: (forge) => forge.token({ claims: { ...forge.claims, exp: 253_402_300_799 } }),
}
