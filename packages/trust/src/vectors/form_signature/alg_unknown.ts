import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const algUnknown: Vector = {
  id: 'alg-unknown',
  family: 'form',
  axis: 'alg',
  level: 'required',
  what: 'The algorithm is one that there is not.',
  forbiddenBy: 'RFC 8725, section 3.1',
  settings: ALGORITHMS,
  forge: (forge) => forge.token({ header: { ...forge.header(), alg: 'XS256' } }),
}
