import { without } from '../../forge/forge.ts'
import { TYPE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const typMissing: Vector = {
  id: 'typ-missing',
  family: 'claims',
  axis: 'typ',
  level: 'required',
  what: 'There is no typ in the header.',
  forbiddenBy: 'RFC 9068, section 4',
  settings: TYPE,
  applies: (forge) => forge.issuer.typ === 'at+jwt',
  forge: (forge) => forge.token({ header: without(forge.header(), 'typ') }),
}
