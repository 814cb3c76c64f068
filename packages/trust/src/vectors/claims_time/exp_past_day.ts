import { EXPIRY } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const expPastDay: Vector = {
  id: 'exp-past-day',
  family: 'claims',
  axis: 'exp',
  level: 'required',
  what: 'The token expired a day ago.',
  forbiddenBy: 'RFC 7519, section 4.1.4',
  settings: EXPIRY,
  forge: (forge) =>
    forge.token({
      claims: {
        ...forge.claims,
        iat: forge.nowS - 86400 - 300,
        nbf: forge.nowS - 86400 - 300,
        exp: forge.nowS - 86400,
      },
    }),
}
