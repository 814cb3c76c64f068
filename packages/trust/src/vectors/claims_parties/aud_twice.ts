import { part } from '../../forge/jws.ts'
import { AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audTwice: Vector = {
  id: 'aud-twice',
  family: 'claims',
  axis: 'aud',
  level: 'required',
  what: 'The audience is named twice, the last time as another.',
  forbiddenBy: 'RFC 7519, section 4',
  settings: AUDIENCE,
  forge: (forge) => {
    const twice = JSON.stringify(forge.claims).replace(/\}$/, ',"aud":"api://another-service"}')
    return forge.signed(`${part(forge.header())}.${part(twice)}`)
  },
}
