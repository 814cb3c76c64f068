import { KEY_CACHE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const keyUnlisted: Vector = {
  id: 'key-unlisted',
  family: 'storm-2023',
  axis: 'key',
  level: 'required',
  what: 'Signed by a retired key that has just left the key set.',
  forbiddenBy: 'OpenID Connect Core 1.0, section 10.1.1',
  incident: 'Storm-0558, 2023',
  settings: KEY_CACHE,
  first: 'unlist',
  forge: (forge) => forge.token({ by: 'leaving' }),
}
