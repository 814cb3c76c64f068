import { CRITICAL } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const b64False: Vector = {
  id: 'b64-false',
  family: 'form',
  axis: 'b64',
  level: 'required',
  what: 'The header says that the payload is not encoded.',
  forbiddenBy: 'RFC 7797, which updates RFC 7519',
  settings: CRITICAL,
  forge: (forge) => forge.token({ header: { ...forge.header(), b64: false, crit: ['b64'] } }),
}
