import { without } from '../../forge/forge.ts'
import { EXPIRY_REQUIRED } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const expMissing: Vector = {
  id: 'exp-missing',
  family: 'claims',
  axis: 'exp',
  level: 'required',
  what: 'The token never expires: there is no exp.',
  forbiddenBy: 'RFC 9068, section 2.2',
  settings: EXPIRY_REQUIRED,
  forge: (forge) => forge.token({ claims: without(forge.claims, 'exp') }),
}
