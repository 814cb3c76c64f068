import { without } from '../../forge/forge.ts'
import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audMissing: Vector = {
  id: 'aud-missing',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'There is no audience.',
  forbiddenBy: 'RFC 9068, section 4',
  settings: AUDIENCE,
  forge: (forge) => forge.token({ claims: without(forge.claims, 'aud') }),
}
