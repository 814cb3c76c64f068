import { without } from '../../forge/forge.ts'
import { part } from '../../forge/jws.ts'
import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const algMissing: Vector = {
  id: 'alg-missing',
  family: 'form',
  axis: 'alg',
  level: 'required',
  what: 'There is no algorithm in the header, and no signature.',
  forbiddenBy: 'RFC 7515, section 4.1.1',
  settings: ALGORITHMS,
  forge: (forge) => `${part(without(forge.header(), 'alg'))}.${part(forge.claims)}.`,
}
