import { CRITICAL } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const critStandardName: Vector = {
  id: 'crit-standard-name',
  family: 'form',
  axis: 'crit',
  level: 'required',
  what: 'The header demands a member that the standard defines itself.',
  forbiddenBy: 'RFC 7515, section 4.1.11',
  settings: CRITICAL,
  forge: (forge) => forge.token({ header: { ...forge.header(), crit: ['alg'] } }),
}
