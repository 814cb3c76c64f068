import { STRICT_ENCODING } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const base64Alphabet: Vector = {
  id: 'base64-alphabet',
  family: 'form',
  axis: 'signature',
  level: 'advisory',
  what: 'The signature is spelled in base64, with + and /.',
  forbiddenBy: 'RFC 7515, section 2',
  settings: STRICT_ENCODING,
  forge: (forge) => {
    // Nearly every signature has such a letter; more than a few tries are never needed.
    for (;;) {
      const [header, payload, signed = ''] = forge.token().split('.')
      const spelled = signed.replaceAll('-', '+').replaceAll('_', '/')
      if (spelled !== signed) return `${header}.${payload}.${spelled}`
    }
  },
}
