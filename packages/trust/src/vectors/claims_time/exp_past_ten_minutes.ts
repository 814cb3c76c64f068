import { EXPIRY } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const expPastTenMinutes: Vector = {
  id: 'exp-past-ten-minutes',
  family: 'claims',
  axis: 'exp',
  level: 'required',
  what: 'The token expired ten minutes ago.',
  forbiddenBy: 'RFC 7519, section 4.1.4',
  settings: EXPIRY,
  forge: (forge) =>
    forge.token({
      claims: {
        ...forge.claims,
        iat: forge.nowS - 600 - 300,
        nbf: forge.nowS - 600 - 300,
        exp: forge.nowS - 600,
      },
    }),
}
