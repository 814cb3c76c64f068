import { TYPE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const typJwt: Vector = {
  id: 'typ-jwt',
  family: 'claims',
  axis: 'typ',
  level: 'required',
  what: 'The typ is JWT, as of an ID token.',
  forbiddenBy: 'RFC 9068, section 4',
  settings: TYPE,
  applies: (forge) => forge.issuer.typ === 'at+jwt',
  forge: (forge) => forge.token({ header: { ...forge.header(), typ: 'JWT' } }),
}
