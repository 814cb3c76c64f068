import { part } from '../../forge/jws.ts'
import { UNIQUE_NAMES } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const audTwiceLastGenuine: Vector = {
  id: 'aud-twice-last-genuine',
  family: 'claims',
  axis: 'aud',
  level: 'advisory',
  what: 'The audience is named twice, the first time as another.',
  forbiddenBy: 'RFC 7519, section 4, allows to take the last',
  settings: UNIQUE_NAMES,
  forge: (forge) => {
    const twice = JSON.stringify(forge.claims).replace('{', '{"aud":"api://another-service",')
    return forge.signed(`${part(forge.header())}.${part(twice)}`)
  },
}
