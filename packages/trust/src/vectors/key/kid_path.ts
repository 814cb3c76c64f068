import { macToken } from '../../forge/jws.ts'
import { KEY_LOOKUP } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const kidPath: Vector = {
  id: 'kid-path',
  family: 'key',
  axis: 'kid',
  level: 'required',
  what: 'HS256 with an empty secret; the kid is the path of an empty file.',
  forbiddenBy: 'RFC 8725, section 3.10',
  settings: KEY_LOOKUP,
  forge: (forge) => {
    const header = { ...forge.header(), alg: 'HS256', kid: '../../../../../../dev/null' }
    return macToken(header, forge.claims, '')
  },
}
