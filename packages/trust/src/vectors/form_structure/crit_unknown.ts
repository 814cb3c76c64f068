import { CRITICAL } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const critUnknown: Vector = {
  id: 'crit-unknown',
  family: 'form',
  axis: 'crit',
  level: 'required',
  what: 'The header demands an extension that there is not.',
  forbiddenBy: 'RFC 7515, section 4.1.11',
  settings: CRITICAL,
  forge: (forge) =>
    forge.token({ header: { ...forge.header(), crit: ['x-mintmark'], 'x-mintmark': true } }),
}
