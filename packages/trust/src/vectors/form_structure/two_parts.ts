import { inputOf } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const twoParts: Vector = {
  id: 'two-parts',
  family: 'form',
  axis: 'form',
  level: 'required',
  what: 'The token ends behind its claims.',
  forbiddenBy: 'RFC 7515, section 7.1',
  settings: SIGNATURE,
  forge: (forge) => inputOf(forge.token()),
}
