import { part } from '../../forge/jws.ts'
import { EXPIRY } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const expTwice: Vector = {
  id: 'exp-twice',
  family: 'claims',
  axis: 'exp',
  level: 'required',
  what: 'The time of expiry is named twice, the last time as past.',
  forbiddenBy: 'RFC 7519, section 4',
  settings: EXPIRY,
  forge: (forge) => {
    const past = forge.nowS - 3600
    const twice = JSON.stringify(forge.claims).replace(/\}$/, `,"exp":${past}}`)
    return forge.signed(`${part(forge.header())}.${part(twice)}`)
  },
}
