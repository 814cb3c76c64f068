import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const algLowerCase: Vector = {
  id: 'alg-lower-case',
  family: 'form',
  axis: 'alg',
  level: 'required',
  what: 'The algorithm is in small letters.',
  forbiddenBy: 'RFC 8725, section 3.1',
  settings: ALGORITHMS,
  forge: (forge) => forge.token({ header: { ...forge.header(), alg: 'es256' } }),
}
