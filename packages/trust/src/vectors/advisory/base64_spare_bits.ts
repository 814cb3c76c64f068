import { STRICT_ENCODING } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export const base64SpareBits: Vector = {
  id: 'base64-spare-bits',
  family: 'form',
  axis: 'signature',
  level: 'advisory',
  what: 'The last letter of the signature has bits set that belong to no byte.',
  forbiddenBy: 'RFC 4648, section 3.5',
  settings: STRICT_ENCODING,
  applies: (forge) => forge.key('signing').alg === 'ES256',
  forge: (forge) => {
    const token = forge.token()
    // 64 bytes end with a letter of which four bits count for nothing.
    const last = LETTERS.indexOf(token.at(-1) ?? '')
    return `${token.slice(0, -1)}${LETTERS[last + 1]}`
  },
}
