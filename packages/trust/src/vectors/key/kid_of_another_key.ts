import { KEY_LOOKUP } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const kidOfAnotherKey: Vector = {
  id: 'kid-of-another-key',
  family: 'key',
  axis: 'kid',
  level: 'required',
  what: 'Signed by the genuine key, under the kid of another key of the set.',
  forbiddenBy: 'RFC 7515, section 4.1.4',
  settings: KEY_LOOKUP,
  forge: (forge) => forge.token({ as: 'consumer' }),
}
