import { without } from '../../forge/forge.ts'
import { APPLICATION } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const scopeMissing: Vector = {
  id: 'scope-missing',
  family: 'claims',
  axis: 'scope',
  level: 'advisory',
  what: 'There is no scope.',
  forbiddenBy: 'RFC 9068, section 2.2.3; the application decides',
  settings: APPLICATION,
  forge: (forge) => forge.token({ claims: without(forge.claims, 'scope') }),
}
