import { macToken } from '../../forge/jws.ts'
import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const hs256CommonSecret: Vector = {
  id: 'hs256-common-secret',
  family: 'key',
  axis: 'alg',
  level: 'required',
  what: 'HS256, with the secret "secret".',
  forbiddenBy: 'RFC 8725, section 3.5',
  settings: ALGORITHMS,
  forge: (forge) => macToken({ ...forge.header(), alg: 'HS256' }, forge.claims, 'secret'),
}
