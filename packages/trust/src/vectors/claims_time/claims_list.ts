import { part } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const claimsList: Vector = {
  id: 'claims-list',
  family: 'claims',
  axis: 'claims',
  level: 'required',
  what: 'The claims are a list that has them.',
  forbiddenBy: 'RFC 7519, section 7.2',
  settings: SIGNATURE,
  forge: (forge) => forge.signed(`${part(forge.header())}.${part([forge.claims])}`),
}
