import { CRITICAL } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const critEmpty: Vector = {
  id: 'crit-empty',
  family: 'form',
  axis: 'crit',
  level: 'required',
  what: 'The list of demanded extensions is empty.',
  forbiddenBy: 'RFC 7515, section 4.1.11',
  settings: CRITICAL,
  forge: (forge) => forge.token({ header: { ...forge.header(), crit: [] } }),
}
