import { KEY_IN_USE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const retiredKeyListed: Vector = {
  id: 'retired-key-listed',
  family: 'storm-2023',
  axis: 'key',
  level: 'required',
  what: 'Signed by a retired key that the set still lists.',
  forbiddenBy: 'NIST SP 800-57 part 1 rev. 5, section 5.3',
  incident: 'Storm-0558, 2023: a key of 2016 that was to be retired in 2021',
  settings: KEY_IN_USE,
  forge: (forge) => forge.token({ by: 'retired' }),
}
