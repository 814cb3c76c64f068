import { without } from '../../forge/forge.ts'
import { KEY_IN_USE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const retiredKeyNoKid: Vector = {
  id: 'retired-key-no-kid',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: 'Signed by a retired key, without a kid.',
  forbiddenBy: 'RFC 8725, section 3.8',
  settings: KEY_IN_USE,
  forge: (forge) => forge.token({ by: 'retired', header: without(forge.header('retired'), 'kid') }),
}
