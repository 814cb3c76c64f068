import { without } from '../../forge/forge.ts'
import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issMissing: Vector = {
  id: 'iss-missing',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'There is no issuer.',
  forbiddenBy: 'RFC 9068, section 2.2',
  settings: ISSUER,
  forge: (forge) => forge.token({ claims: without(forge.claims, 'iss') }),
}
