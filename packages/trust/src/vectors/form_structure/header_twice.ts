import { part } from '../../forge/jws.ts'
import { ALGORITHMS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const headerTwice: Vector = {
  id: 'header-twice',
  family: 'form',
  axis: 'alg',
  level: 'required',
  what: 'The algorithm is named twice, the last time as none; there is no signature.',
  forbiddenBy: 'RFC 7515, section 4',
  settings: ALGORITHMS,
  forge: (forge) => {
    const twice = JSON.stringify(forge.header()).replace(/\}$/, ',"alg":"none"}')
    return `${part(twice)}.${part(forge.claims)}.`
  },
}
