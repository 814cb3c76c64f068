import { EXPIRY } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const nbfFuture: Vector = {
  id: 'nbf-future',
  family: 'claims',
  axis: 'nbf',
  level: 'required',
  what: 'The token counts only from tomorrow.',
  forbiddenBy: 'RFC 7519, section 4.1.5',
  settings: EXPIRY,
  forge: (forge) =>
    forge.token({
      claims: {
        ...forge.claims,
        nbf: forge.nowS + 86_400,
        exp: forge.nowS + 86_700,
      },
    }),
}
