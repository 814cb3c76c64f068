import { EXPIRY } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const nbfText: Vector = {
  id: 'nbf-text',
  family: 'claims',
  axis: 'nbf',
  level: 'required',
  what: 'The time from which the token counts is a text.',
  forbiddenBy: 'RFC 7519, section 4.1.5',
  settings: EXPIRY,
  forge: (forge) => forge.token({ claims: { ...forge.claims, nbf: String(forge.claims['nbf']) } }),
}
