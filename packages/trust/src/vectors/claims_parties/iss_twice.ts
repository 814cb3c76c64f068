import { part } from '../../forge/jws.ts'
import { ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const issTwice: Vector = {
  id: 'iss-twice',
  family: 'claims',
  axis: 'iss',
  level: 'required',
  what: 'The issuer is named twice, the last time as another.',
  forbiddenBy: 'RFC 7519, section 4',
  settings: ISSUER,
  forge: (forge) => {
    const twice = JSON.stringify(forge.claims).replace(/\}$/, ',"iss":"https://attacker.example"}')
    return forge.signed(`${part(forge.header())}.${part(twice)}`)
  },
}
