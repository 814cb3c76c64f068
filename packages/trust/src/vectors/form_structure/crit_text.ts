import { CRITICAL } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const critText: Vector = {
  id: 'crit-text',
  family: 'form',
  axis: 'crit',
  level: 'required',
  what: 'What the header demands is a text, and no list.',
  forbiddenBy: 'RFC 7515, section 4.1.11',
  settings: CRITICAL,
  forge: (forge) =>
    forge.token({ header: { ...forge.header(), crit: 'x-mintmark', 'x-mintmark': true } }),
}
