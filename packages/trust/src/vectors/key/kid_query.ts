import { macToken } from '../../forge/jws.ts'
import { KEY_LOOKUP } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const kidQuery: Vector = {
  id: 'kid-query',
  family: 'key',
  axis: 'kid',
  level: 'required',
  what: 'HS256; the kid is part of a database query that gives the secret.',
  forbiddenBy: 'RFC 8725, section 3.10',
  settings: KEY_LOOKUP,
  forge: (forge) => {
    const header = { ...forge.header(), alg: 'HS256', kid: "x' UNION SELECT 'secret' -- " }
    return macToken(header, forge.claims, 'secret')
  },
}
