import { part } from '../../forge/jws.ts'
import { LIFETIME } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const expInfinite: Vector = {
  id: 'exp-infinite',
  family: 'claims',
  axis: 'exp',
  level: 'advisory',
  what: 'The time of expiry is a number too large to be one.',
  forbiddenBy: 'RFC 7519, section 4.1.4',
  settings: LIFETIME,
  forge: (forge) => {
    const claims = JSON.stringify({ ...forge.claims, exp: 0 }).replace('"exp":0', '"exp":1e400')
    return forge.signed(`${part(forge.header())}.${part(claims)}`)
  },
}
