import { part } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const headerNotJson: Vector = {
  id: 'header-not-json',
  family: 'form',
  axis: 'form',
  level: 'required',
  what: 'The header is no JSON.',
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => forge.signed(`${part('mintmark')}.${part(forge.claims)}`),
}
