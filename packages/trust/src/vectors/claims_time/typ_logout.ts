import { TYPE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const typLogout: Vector = {
  id: 'typ-logout',
  family: 'claims',
  axis: 'typ',
  level: 'required',
  what: 'The typ is that of a logout token.',
  forbiddenBy: 'RFC 9068, section 4',
  settings: TYPE,
  applies: (forge) => forge.issuer.typ === 'at+jwt',
  forge: (forge) => forge.token({ header: { ...forge.header(), typ: 'logout+jwt' } }),
}
