import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const algNoneSigned: Vector = {
  id: 'alg-none-signed',
  family: 'form',
  axis: 'alg',
  level: 'required',
  what: 'The algorithm is none, and a signature of the attacker follows.',
  forbiddenBy: 'RFC 8725, section 3.2',
  settings: ALGORITHMS,
  forge: (forge) => forge.token({ by: 'stranger', header: { ...forge.header(), alg: 'none' } }),
}
