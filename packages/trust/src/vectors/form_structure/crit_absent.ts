import { CRITICAL } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const critAbsent: Vector = {
  id: 'crit-absent',
  family: 'form',
  axis: 'crit',
  level: 'required',
  what: 'The header demands an extension that it does not have.',
  forbiddenBy: 'RFC 7515, section 4.1.11',
  settings: CRITICAL,
  forge: (forge) => forge.token({ header: { ...forge.header(), crit: ['x-mintmark'] } }),
}
