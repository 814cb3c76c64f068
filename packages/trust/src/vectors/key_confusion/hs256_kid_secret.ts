import { macToken } from '../../forge/jws.ts'
import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const hs256KidSecret: Vector = {
  id: 'hs256-kid-secret',
  family: 'key',
  axis: 'alg',
  level: 'required',
  what: 'HS256, with the kid as the secret.',
  forbiddenBy: 'RFC 8725, section 3.1',
  settings: ALGORITHMS,
  forge: (forge) =>
    macToken({ ...forge.header(), alg: 'HS256' }, forge.claims, forge.key('signing').kid),
}
