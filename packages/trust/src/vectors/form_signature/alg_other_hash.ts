import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const algOtherHash: Vector = {
  id: 'alg-other-hash',
  family: 'form',
  axis: 'alg',
  level: 'required',
  what: 'The algorithm is another than that of the key.',
  forbiddenBy: 'RFC 8725, section 3.1',
  settings: ALGORITHMS,
  forge: (forge) => forge.token({ header: { ...forge.header(), alg: 'ES384' } }),
}
